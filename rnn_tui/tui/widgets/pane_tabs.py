"""The names of the panes, where only one of them fits on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.tui.renderables.palette import ink, line_colors
from rnn_tui.tui.widgets.surroundings import surroundings


class PaneTabs(Widget):
    """``1 loss  2 state  ...``: the number is the key; a click works too."""

    DEFAULT_CSS: ClassVar[str] = "PaneTabs { height: 1; width: 1fr; padding: 0 1; }"

    current: reactive[int] = reactive(1)

    class Chosen(Message):
        """A pane was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, names: Sequence[tuple[int, str]]) -> None:
        super().__init__()
        self._names = names

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (there is one line)
        """The names, the current one marked."""
        background, dark = surroundings(self)
        colors = line_colors(background, dark)
        segments = []
        for number, name in self._names:
            here = number == self.current
            style = ink(colors.smoothed if here else colors.faint, background, bold=here)
            segments.append(Segment(self._text(number, name), style))
        return Strip(segments).adjust_cell_length(self.size.width, ink(colors.text, background))

    def _text(self, number: int, name: str) -> str:
        return f"▸{number} {name} " if number == self.current else f" {number} {name} "

    def on_click(self, event: events.Click) -> None:
        """Choose the pane under the pointer."""
        offset = event.get_content_offset(self)
        end = 0
        for number, name in self._names:
            end += len(self._text(number, name))
            if offset is not None and offset.x < end:
                self.post_message(self.Chosen(number))
                return
