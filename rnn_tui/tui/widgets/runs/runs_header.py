"""The line above the runs: which folder, how many, and what is being done."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.tui.widgets.line_pane import inks
from rnn_tui.tui.widgets.surroundings import surroundings


class RunsHeader(Widget):
    """One line: ``title``, which is visible already, what is being done, and ``right``."""

    DEFAULT_CSS: ClassVar[str] = """
    RunsHeader { height: 1; width: 1fr; background: $panel; padding: 0 1; }
    """

    title: reactive[str] = reactive("")
    work: reactive[str] = reactive("")
    right: reactive[str] = reactive("")

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (there is one line)
        """The most important words as far as there is room."""
        styles, width = inks(*surroundings(self)), self.size.width
        work = f"{self.work}  " if self.work else ""
        right = self.right if cell_len(self.title + work + self.right) + 2 <= width else ""
        room = max(width - cell_len(work) - cell_len(right), 0)
        return Strip(
            [
                Segment(set_cell_size(self.title, room), styles["text"]),
                Segment(work, styles["edited"]),
                Segment(right, styles["good"]),
            ]
        ).adjust_cell_length(width, styles["text"])
