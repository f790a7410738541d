"""What is watched and what was changed: breakpoints, edits, and a planted fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.record import Operation
from rnn_tui.core.retrace import Edit
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.view import View
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.status_bar import clip
from rnn_tui.tui.widgets.stepper.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.stepper.time_facts import symbol_of

HINTS = (
    ("b", "stop where a condition holds"),
    ("e", "change a number and go on"),
    ("p", "plant a fault in the backward pass"),
)
"""What there is to press, for what has not been done."""


class WatchesPane(LinePane):
    """Breakpoints with the last hit, edits with what they did to the loss, the planted fault."""

    DEFAULT_CSS: ClassVar[str] = "WatchesPane { height: 8; }"

    def titles(self, view: View) -> Sequence[str]:
        """What there is."""
        counts = [
            _count(len(view.breakpoints), "breakpoint"),
            _count(len(view.edits), "edit"),
            "1 fault" if view.fault else "",
        ]
        said = " · ".join(count for count in counts if count)
        return (f"watches · {said}" if said else "watches", "watches")

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """All of it, or of each kind as much as the others leave room for."""
        kinds = [list(found(view)) for found in (_fault, _breakpoints, _edits, _hints)]
        return [_fitted(line, width) for kind in _fair(kinds, height) for line in kind]


def _fair(kinds: list[list[Line]], height: int) -> list[list[Line]]:
    """Take lines from the longest kinds, until all of them fit; say how many are missing."""
    kept = [len(kind) for kind in kinds]
    while sum(kept) > height and max(kept) > 1:
        kept[max(range(len(kept)), key=lambda at: (kept[at], at))] -= 1
    return [
        kind if count == len(kind) else [*kind[: count - 1], _more(len(kind) - count + 1)]
        for kind, count in zip(kinds, kept, strict=True)
    ]


def _more(count: int) -> Line:
    return (Span(f"  … {count} more", "faint"),)


def _fault(view: View) -> Iterator[Line]:
    if view.fault is None:
        return
    fault = FAULTS.get(view.fault)
    title = fault.title if fault else view.fault
    yield Span("✗ ", "error"), Span("fault ", "faint"), Span(visible_line(title), "strong")
    if view.wrong is None:
        yield (Span("  no wrong operation found yet", "faint"),)
        return
    wrong = view.trace[view.wrong]
    yield (
        Span("  first wrong: ", "faint"),
        Span(_called(view.trace, wrong), "error"),
        Span(f"  op {wrong.index + 1:,}", "faint"),
    )


def _breakpoints(view: View) -> Iterator[Line]:
    """Each with its last reading; the sign says whether it holds, the colour whether it is new."""
    for watch in view.breakpoints:
        if watch.index is None:
            yield Span("○ ", "faint"), Span(visible_line(watch.text)), Span("  not yet", "faint")
            continue
        here = watch.index == view.index
        sign = Span("● " if watch.hit else "○ ", "edited" if watch.hit and here else "faint")
        place = "" if here else f"  at {_called(view.trace, view.trace[watch.index])}"
        yield sign, Span(watch.reading, "strong" if here else "text"), Span(place, "faint")


def _edits(view: View) -> Iterator[Line]:
    if view.edits and view.base is not None:
        yield (
            Span("* ", "edited"),
            Span("loss ", "faint"),
            Span(f"{view.base.loss:.4f} → "),
            Span(f"{view.trace.loss:.4f}", "strong"),
            Span(" nats", "faint"),
            Span(f"  {view.trace.loss - view.base.loss:+.1e}".replace("-", "−"), "faint"),
        )
    for place, edit in reversed(list(enumerate(view.edits))):
        old, new = _before(view, place), edit.value
        yield (
            Span("  "),
            Span(_edited(view, edit)),
            Span(f"  {_shown(view, edit, old)} → ", "faint"),
            Span(_shown(view, edit, new), "edited"),
        )


def _hints(view: View) -> Iterator[Line]:
    done = view.breakpoints or view.hit, view.edits, view.fault
    for (key, words), there in zip(HINTS, done, strict=True):
        if not there:
            yield Span(f"{key} ", "accent"), Span(words, "faint")


def _before(view: View, place: int) -> float:
    """The number before an edit: what an earlier one made of it, or what it was at first."""
    edit = view.edits[place]
    for earlier in reversed(view.edits[:place]):
        if (earlier.target, earlier.element) == (edit.target, edit.element):
            return earlier.value
    base = view.base or view.trace
    array = base.givens[edit.target] if isinstance(edit.target, str) else base[edit.target].value
    return float(array[edit.element].real)


def _edited(view: View, edit: Edit) -> str:
    """The name of a number: ``W_hh[3, 4]``, ``h_17[0, 37]``, ``x_3``."""
    if isinstance(edit.target, int):
        name = _called(view.trace, view.trace[edit.target])
    else:
        name = edit.target
    alone = _is_symbol(edit) and edit.element == (0,)
    return name if alone else f"{name}[{', '.join(map(str, edit.element))}]"


def _is_symbol(edit: Edit) -> bool:
    is_text = isinstance(edit.target, str) and edit.target.startswith(("x_", "target_"))
    return is_text and len(edit.element) == 1


def _shown(view: View, edit: Edit, value: float) -> str:
    if _is_symbol(edit):
        return f"“{symbol_of(view, value)}”"
    return f"{value:+.4g}".replace("-", "−")


def _called(trace: Trace, operation: Operation) -> str:
    """The symbol of an operation, with its time step and, of several, its layer."""
    several = len(trace.places.hidden[0]) > 1 and operation.layer is not None
    layer = f"^({operation.layer})" if several else ""
    return f"{at_step(operation.symbol, operation.t)}{layer}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""


def _fitted(line: Line, width: int) -> Line:
    """The line cut at the width, with an ellipsis."""
    room, parts = width, []
    for part in line:
        if isinstance(part, Span) and room > 0:
            parts.append(Span(clip(part.text, room), part.ink))
            room -= cell_len(part.text)
    return tuple(parts)
