"""What the character under the cursor was drawn from: bars, before and after cut-offs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.message import Message

from rnn_tui.sampling.tables import Distribution
from rnn_tui.sampling.tree import Mark
from rnn_tui.sampling.view import Column, View
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.sampler.symbol_rows import Columns, context
from rnn_tui.tui.widgets.surroundings import only_ascii

_HINTS: Final = (
    "what the character under the cursor was drawn from:",
    "there is none yet",
)
_LEAST_WITH_HEADER: Final = 3
_LEAST_WITH_REST: Final = 6


class BarsPane(LinePane[View]):
    """The most probable symbols; the one that the text goes on with is always among them.

    A click on a symbol asks for it in the place of the one that is there.
    """

    DEFAULT_CSS: ClassVar[str] = "BarsPane { height: 1fr; }"

    class SymbolChosen(Message):
        """Somebody clicked on the symbol of this number."""

        def __init__(self, symbol: int) -> None:
            super().__init__()
            self.symbol = symbol

    _known: tuple[Mark, Distribution] | None = None
    _made: tuple[object, list[Line]] | None = None
    _symbols: tuple[int | None, ...] = ()
    """The symbol of each line."""

    def watch_view(self, old: View | None, new: View | None) -> None:
        """Let go of a character that is not looked at any more: it holds its whole text."""
        if self._known is not None and (new is None or new.mark is not self._known[0]):
            self._known = self._made = None
        super().watch_view(old, new)

    def titles(self, view: View) -> Sequence[str]:
        """After what, by which weights, and how open it was."""
        column, mark = view.column, view.mark
        if column is None or mark is None:
            return ("2 next character",)
        after, bits = context(mark, column.weights.vocabulary), f"entropy {mark.entropy:.2f} bits"
        step = f"step {mark.weights_step:,}"
        return (
            f"2 {after} · {step} · {bits}",
            f"2 {after} · {bits}",
            f"2 {after}",
            "2 next character",
        )

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The symbols that there is room for, what the bars are, and what is left over."""
        column, mark = view.column, view.mark
        if column is None or mark is None:
            self._symbols = ()
            return [(Span(hint, "faint"),) for hint in _HINTS]
        made_for = mark, width, height, only_ascii()
        if self._made is None or self._made[0] != made_for:
            found = self._distribution(mark, column)
            self._made = made_for, self._lines(Columns(found, width, only_ascii()), height)
        return self._made[1]

    def _distribution(self, mark: Mark, column: Column) -> Distribution:
        if self._known is None or self._known[0] is not mark:
            self._known = mark, Distribution(mark, column.weights.vocabulary)
        return self._known[1]

    def _lines(self, columns: Columns, height: int) -> list[Line]:
        found, header = columns.found, int(height >= _LEAST_WITH_HEADER)
        rest = int(len(found) > height - header and height >= _LEAST_WITH_REST)
        rows = found.rows(height - header - rest)
        above, below = [None] * header, [None] * rest
        self._symbols = (*above, *(row.symbol for row in rows), *below)
        return [
            *([columns.header()] if header else []),
            *(columns.line(row) for row in rows),
            *([columns.rest(rows)] if rest else []),
        ]

    def on_click(self, event: events.Click) -> None:
        """Ask for the symbol under the mouse."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._symbols):
            symbol = self._symbols[offset.y]
            if symbol is not None:
                event.stop()
                self.post_message(self.SymbolChosen(symbol))
