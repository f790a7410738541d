"""The line above the stepper: whose pass this is, which way it goes, and where in it one stands."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.stepping.view import View
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.stepper.directions import DIRECTIONS
from rnn_tui.tui.widgets.stepper.line_pane import inks
from rnn_tui.tui.widgets.surroundings import surroundings

_ROOM_FOR_NAME = 60
_LEAST_TITLE = 4

_WIDEST = max(map(len, DIRECTIONS.values()))


class StepperHeader(Widget):
    """One line. ``work`` is what is being computed, with its progress."""

    DEFAULT_CSS: ClassVar[str] = """
    StepperHeader { height: 1; width: 1fr; background: $panel; padding: 0 1; }
    """

    view: reactive[View | None] = reactive(None)
    work: reactive[str] = reactive("")

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (there is one line)
        """On the left what is walked through, on the right where."""
        styles, width = inks(*surroundings(self)), self.size.width
        if self.view is None:
            line = f" stepper   {self.work}"
            return Strip([Segment(set_cell_size(line, width), styles["text"])])
        phase, place = self._where(self.view)
        marks = self._marks(self.view)
        room = width - cell_len(phase) - cell_len(place) - cell_len(marks) - 2
        left = set_cell_size(self._what(self.view, room), max(room, 0))
        return Strip(
            [
                Segment(left + "  ", styles["text"]),
                Segment(marks, styles["edited"]),
                Segment(phase, styles["accent"]),
                Segment(place, styles["text"]),
            ]
        ).crop(0, width)

    @staticmethod
    def _where(view: View) -> tuple[str, str]:
        """Of the same width all the way, so that nothing jumps."""
        operation, T, total = view.operation, view.window.steps, len(view.trace)
        t = f"t = {operation.t:>{len(str(T))}} of {T}" if operation.t else ""
        t = t.ljust(len(f"t = {T} of {T}"))
        place = f"  {t}   op {view.index + 1:>{len(f'{total:,}')},} of {total:,} "
        return DIRECTIONS[operation.phase].ljust(_WIDEST), place

    def _marks(self, view: View) -> str:
        playing = {-1: "◂◂ ", 0: "", 1: "▸▸ "}[view.playing]
        edits = f"{len(view.edits)} edited  " if view.edits else ""
        fault = f"✗ {view.fault}  " if view.fault else ""
        work = f"{self.work}  " if self.work else ""
        return f"{work}{playing}{edits}{fault}"

    @staticmethod
    def _what(view: View, room: int) -> str:
        """As much of the title as there is room for."""
        window = view.window
        several = window.row is not None and window.rows > 1
        row = f" · row {(window.row or 0) + 1} of {window.rows}" if several else ""
        loss = f" · loss {view.trace.loss:.4f}"
        wishes = (f"{row}{loss} nats", f"{row}{loss}", loss, row, "")
        facts = next(words for words in wishes if cell_len(words) <= max(room, 0))
        name = " stepper   " if room > _ROOM_FOR_NAME else " "
        title, left = visible_line(window.title), room - cell_len(name) - cell_len(facts)
        if cell_len(title) > left:
            title = set_cell_size(title, left - 2).rstrip() + " …" if left > _LEAST_TITLE else ""
        return f"{name}{title}{facts}" if title else f" {facts.removeprefix(' · ')}"
