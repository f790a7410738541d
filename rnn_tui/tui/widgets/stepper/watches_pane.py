"""What is watched and what was changed: breakpoints, edits, and a planted fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.retrace import Edit
from rnn_tui.stepping.changes import is_symbol, target_name
from rnn_tui.stepping.digits import written
from rnn_tui.stepping.names import result_name
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.view import View
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.status_bar import clip

HINTS = (
    ("b", "stop where a condition holds"),
    ("e", "change a number and go on"),
    ("p", "plant a fault in the backward pass"),
)
"""What there is to press, for what has not been done."""


class WatchesPane(LinePane[View]):
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
        Span(result_name(view.trace, wrong), "error"),
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
        place = "" if here else f"  at {result_name(view.trace, view.trace[watch.index])}"
        yield sign, Span(watch.reading, "strong" if here else "text"), Span(place, "faint")


def _edits(view: View) -> Iterator[Line]:
    if view.edits and view.base is not None:
        change = written(view.trace.loss - view.base.loss, "+.1e")
        yield (
            Span("* ", "edited"),
            Span("loss ", "faint"),
            Span(f"{view.base.loss:.4f} → "),
            Span(f"{view.trace.loss:.4f}", "strong"),
            Span(" nats", "faint"),
            Span(f"  {change}", "faint"),
        )
    for place, edit in reversed(list(enumerate(view.edits))):
        old, new = _before(view, place), edit.value
        yield (
            Span("  "),
            Span(target_name(view.base or view.trace, edit)),
            Span(f"  {_shown(view, edit, old)} → ", "faint"),
            Span(_shown(view, edit, new), "edited"),
        )


def _hints(view: View) -> Iterator[Line]:
    done = view.breakpoints, view.edits, view.fault
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


def _shown(view: View, edit: Edit, value: float) -> str:
    if is_symbol(view.trace, edit.target):
        return symbol_label(view.window, int(value))
    return written(value, "+.4g")


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
