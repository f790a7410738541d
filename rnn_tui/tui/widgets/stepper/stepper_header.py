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
from rnn_tui.tui.widgets.line_pane import inks
from rnn_tui.tui.widgets.stepper.directions import DIRECTIONS
from rnn_tui.tui.widgets.surroundings import surroundings

_ROOM_FOR_NAME = 60

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
        room = width - cell_len(phase) - cell_len(place) - 2
        loss, wishes = cell_len(_loss(self.view)), self._marks(self.view)
        marks = next((m for m in wishes if cell_len(m) + loss <= room), wishes[-1])
        room -= cell_len(marks)
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

    def _marks(self, view: View) -> tuple[str, ...]:
        """What is not as it was, and what is being done: in full, shorter, in signs."""
        playing = {-1: "◂◂ ", 0: "", 1: "▸▸ "}[view.playing]
        work = f"{self.work}  " if self.work else ""
        count, fault = len(view.edits), view.fault or ""
        edits = f"{count} edited  " if count else ""
        full = f"{work}{playing}{edits}{fault and f'✗ {fault}  '}"
        shorter = f"{work}{playing}{edits}{fault and '✗ fault  '}"
        return full, shorter, f"{playing}{edits}{fault and '✗  '}"

    @staticmethod
    def _what(view: View, room: int) -> str:
        """As much of the title as there is room for."""
        window = view.window
        several = window.row is not None and window.rows > 1
        row = f" · row {(window.row or 0) + 1} of {window.rows}" if several else ""
        loss = _loss(view)
        wishes = (f"{row}{loss} nats", f"{row}{loss}", loss, row, "")
        facts = next(words for words in wishes if cell_len(words) <= max(room, 0))
        name = " stepper   " if room > _ROOM_FOR_NAME else " "
        title = _title(visible_line(window.title), room - cell_len(name) - cell_len(facts))
        return f"{name}{title}{facts}" if title else f" {facts.removeprefix(' · ')}"


def _loss(view: View) -> str:
    return f" · loss {view.trace.loss:.4f}"


def _title(title: str, room: int) -> str:
    """The title without its last parts that there is no room for: the seed goes first."""
    while cell_len(title) > room and title:
        kept = max(title.rfind(", "), title.rfind(" · "), 0)
        title = title[:kept]
    return title
