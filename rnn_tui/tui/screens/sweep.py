"""Every gradient against the complex-step derivative: how far it is, and the worst so far."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import DataTable

from rnn_tui.core.sweep import SweepProgress
from rnn_tui.stepping.digits import written
from rnn_tui.stepping.sweeping import HEADINGS, gradient_name, sweep_row
from rnn_tui.tui.sweeper import Sweeper

REFRESH_SECONDS = 0.25
ROOM_FOR_DIGITS = 110
"""Columns of a screen on which both derivatives can be written with seven digits."""


class SweepScreen(ModalScreen[str | None]):
    """Shows a sweep; it goes on when this is closed. The answer is the element to look at."""

    DEFAULT_CSS: ClassVar[str] = """
    SweepScreen { align: center middle; }
    SweepScreen DataTable {
        width: auto; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,V", "dismiss", "close", show=False, id="sweep.close"),
        Binding("x", "stop", "stop", show=False, id="sweep.stop"),
        Binding("j", "down", "down", show=False, id="sweep.down"),
        Binding("k", "up", "up", show=False, id="sweep.up"),
    ]

    def __init__(self, sweeper: Sweeper) -> None:
        super().__init__()
        self._sweeper = sweeper
        self._shown: SweepProgress | None = None

    def compose(self) -> ComposeResult:
        """One row for each array."""
        table: DataTable[Text] = DataTable(cursor_type="row")
        table.border_title = Content("sweep: every number of every gradient")
        table.border_subtitle = Content("enter goes to the worst · x stops · esc closes")
        yield table

    def on_mount(self) -> None:
        """Begin, and look how far it is."""
        table = self.query_one(DataTable)
        for column in HEADINGS:
            table.add_column(column, key=column)
        self._sweeper.begin()
        self.set_interval(REFRESH_SECONDS, self._show)

    def _show(self) -> None:
        found, table = self._sweeper.progress, self.query_one(DataTable)
        if found is None:
            if not self._sweeper.running and not self._sweeper.trouble:
                self._sweeper.begin()  # an edit was under way, and the pass is another one now
            table.border_title = Content(self._sweeper.trouble or "sweep: beginning …")
            return
        if found is self._shown and self._sweeper.running:
            return
        self._shown = found
        share = found.done / max(found.total, 1)
        state = "" if self._sweeper.running else " · done" if share == 1 else " · stopped"
        table.border_title = Content(
            f"sweep: {found.done:,} of {found.total:,} numbers, {share:.0%}{state}"
        )
        for name in found.by_name:
            cells = [Text(text) for text in self._fitted(found, name)]
            if name not in table.rows:
                table.add_row(*cells, key=name)
                continue
            for column, cell in zip(HEADINGS, cells, strict=True):
                table.update_cell(name, column, cell, update_width=True)

    def _fitted(self, found: SweepProgress, name: str) -> tuple[str, ...]:
        """A row of the sweep; on a narrow screen with fewer digits, and counted in per cent."""
        row, swept = sweep_row(found, name), found.by_name[name]
        worst = swept.worst
        if self.app.size.width >= ROOM_FOR_DIGITS or worst is None:
            return row
        numbers = (written(value, "+.2e") for value in (worst.backward, worst.derivative))
        share = f"{swept.checked / max(swept.size, 1):.0%}"
        return (*row[:2], share, *row[3:-2], *numbers)

    @on(DataTable.RowSelected)
    def choose(self, event: DataTable.RowSelected) -> None:
        """Go to the worst element of this array."""
        found, name = self._sweeper.progress, str(event.row_key.value)
        worst = found.by_name[name].worst if found is not None else None
        if worst is not None:
            inside = ", ".join(map(str, worst.element))
            self.dismiss(f"{gradient_name(name)}[{inside}]")

    def action_stop(self) -> None:
        """No more of it."""
        self._sweeper.give_up()

    def action_down(self) -> None:
        """One row down."""
        for table in self.query(DataTable):  # none for a moment, at the beginning
            table.action_cursor_down()

    def action_up(self) -> None:
        """One row up."""
        for table in self.query(DataTable):
            table.action_cursor_up()
