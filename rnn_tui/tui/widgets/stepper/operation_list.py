"""All operations of the walk, folded; the pointer stands on the one that is looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.view import View
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.stepper.operation_groups import (
    PASSES,
    PHASE_WORDS,
    Entry,
    Folded,
    Row,
    entries_of,
)
from rnn_tui.tui.widgets.wheel import Wheel

_SYMBOL = 8
_WORDY = 38
"""Columns from which on a layer is called one."""
_NARROW = 44
"""Columns that symbols and names may take; beyond them there are formulas."""
_FORMULA = 20


class _Known(NamedTuple):
    """What is found once for a trace."""

    trace: Trace
    entries: tuple[Entry, ...]
    starts: tuple[int, ...]
    """The first operation of each entry."""


class OperationList(Wheel, LinePane[View], can_focus=True):
    """Opens the group of the present operation; of the others one line is shown.

    A click goes to an operation, or to the first one of a group. The arrow keys are the screen's.
    """

    DEFAULT_CSS: ClassVar[str] = "OperationList { width: 32; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", "List up", show=False, id="operations.page-up"),
        Binding("pagedown", "page(1)", "List down", show=False, id="operations.page-down"),
    ]

    class Chosen(Message):
        """Somebody clicked on operation ``index``, or on the group that begins with it."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    _known: _Known | None = None
    _scrolled: int | None = None
    """The line at the top, while somebody looks elsewhere; it does not survive a step."""
    _changed: tuple[frozenset[int], tuple[int, ...]] = frozenset(), ()

    def watch_view(self, old: View | None, new: View | None) -> None:
        """Come back to the pointer when it moves."""
        if old is None or new is None or (old.index, old.trace) != (new.index, new.trace):
            self._scrolled = None
        super().watch_view(old, new)

    def titles(self, view: View) -> Sequence[str]:
        """How many operations there are."""
        return (f"operations · {len(view.trace):,} in all", "operations")

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """Only what can be seen is made."""
        folded = self._folded(view)
        first = self._first(view, folded, height)
        last = min(first + height, folded.height)
        return [self._line(view, folded, folded.row(n), width) for n in range(first, last)]

    def _folded(self, view: View) -> Folded:
        if self._known is None or self._known.trace is not view.trace:
            entries = entries_of(view.trace)
            self._known = _Known(view.trace, entries, tuple(entry.start for entry in entries))
        # A heading begins where its first group does, which comes after it.
        return Folded(self._known.entries, bisect_right(self._known.starts, view.index) - 1)

    def _first(self, view: View, folded: Folded, height: int) -> int:
        if self._scrolled is not None:
            return max(min(self._scrolled, folded.height - height), 0)
        return folded.first_line(view.index, height)

    def _line(self, view: View, folded: Folded, row: Row, width: int) -> Line:
        if row.operation is not None:
            return self._operation_line(view, view.trace[row.operation], width)
        if row.entry.heading:
            words = PHASE_WORDS[row.entry.phase]
            return (Span(f"{words} {'─' * max(width - len(words) - 1, 0)}", "faint"),)
        return self._group_line(view, row.entry, folded, width)

    def _group_line(self, view: View, entry: Entry, folded: Folded, width: int) -> Line:
        is_open = entry is folded.entries[folded.open]
        words = f"t = {entry.t}" if entry.t else PHASE_WORDS[entry.phase]
        count = f"{entry.stop - entry.start:,}"
        room = min(width, _NARROW) - 4 - len(words) - len(count)
        tail = " " * room + count if room > 0 else ""
        return (
            Span(*self._group_mark(view, entry, is_open)),
            Span("▾ " if is_open else "▸ ", "accent" if is_open else "faint"),
            Span(words, "strong" if is_open else "text"),
            Span(" " + tail, "dim"),
        )

    def _group_mark(self, view: View, entry: Entry, is_open: bool) -> tuple[str, str]:
        """An open group shows its marks on its operations."""
        if is_open:
            return " ", "text"
        if view.wrong is not None and entry.start <= view.wrong < entry.stop:
            return "✗", "error"
        changed = self._changed_sorted(view.changed)
        at = bisect_right(changed, entry.start - 1)
        inside = at < len(changed) and changed[at] < entry.stop
        return ("*", "edited") if inside else (" ", "text")

    def _changed_sorted(self, changed: frozenset[int]) -> tuple[int, ...]:
        if self._changed[0] is not changed:
            self._changed = changed, tuple(sorted(changed))
        return self._changed[1]

    def _operation_line(self, view: View, operation: Operation, width: int) -> Line:
        here = operation.index == view.index
        mark = self._mark(view, operation)
        # Within a time step its number says nothing new, and without it nothing moves at the next.
        t = 0 if operation.phase in PASSES else operation.t
        symbol = f"{clipped(at_step(operation.symbol, t), _SYMBOL):<{_SYMBOL}}"
        layer = _layer(view.trace, operation, width)
        formula = f"  {visible_line(operation.formula)}" if width >= _NARROW + _FORMULA else ""
        room = (_NARROW if formula else width) - 4 - _SYMBOL - len(layer)
        name = clipped(visible_line(operation.name), room)
        return (
            Span(*mark),
            Span("► " if here else "  ", "accent"),
            Span(symbol, "accent" if here else "text"),
            Span(" " + name + " " * (room - cell_len(name)), "strong" if here else "faint"),
            Span(layer, "dim"),
            Span(clipped(formula, width - _NARROW), "text" if here else "faint"),
        )

    def _mark(self, view: View, operation: Operation) -> tuple[str, str]:
        if operation.index == view.wrong:
            return "✗", "error"
        if operation.index == view.index and view.hit:
            return "●", "edited"
        return ("*", "edited") if operation.index in view.changed else (" ", "text")

    def on_click(self, event: events.Click) -> None:
        """Go to what the mouse is on."""
        offset, view = event.get_content_offset(self), self.view
        if offset is None or view is None:
            return
        folded = self._folded(view)
        number = self._first(view, folded, self.size.height) + offset.y
        if number < folded.height:
            event.stop()
            row = folded.row(number)
            self.post_message(
                self.Chosen(row.entry.start if row.operation is None else row.operation)
            )

    def wheel(self, _event: events.MouseEvent, lines: int) -> None:
        """Other operations."""
        self._scroll_list(lines)

    def action_page(self, by: int) -> None:
        """Look a page further; the next step comes back to the pointer."""
        self._scroll_list(by * max(self.size.height - 2, 1))

    def _scroll_list(self, by: int) -> None:
        view = self.view
        if view is None:
            return
        folded, height = self._folded(view), self.size.height
        self._scrolled = self._first(view, folded, height) + by
        self._scrolled = self._first(view, folded, height)
        self.redraw()


def _layer(trace: Trace, operation: Operation, width: int) -> str:
    """The layer of an operation, where there are several."""
    if operation.layer is None or len(trace.places.hidden[0]) == 1:
        return ""
    return f" layer {operation.layer}" if width >= _WORDY else f" ({operation.layer})"


def clipped(text: str, cells: int) -> str:
    """The text in at most so many cells, with an ellipsis where it was cut."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1) + "…" if cells > 0 else ""
