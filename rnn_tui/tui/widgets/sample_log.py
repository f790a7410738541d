"""The texts that the network has written, the newest at the bottom."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.text.visible import visible_line
from rnn_tui.training.protocol import SampleText
from rnn_tui.tui.renderables.palette import ink, line_colors
from rnn_tui.tui.widgets.surroundings import surroundings

MOST_TEXTS = 100
"""Texts that are kept."""

MOST_CHARACTERS = 20_000
"""Characters of one text that are kept; of a longer one the end."""


@dataclass(frozen=True)
class Written:
    """One text: what it was asked for with, and what has been written so far."""

    stream: int
    heading: str
    prompt: str
    text: str = ""
    finished: bool = False


class SampleLog(Widget, can_focus=True):
    """Scrolls by itself while its end is in sight; the arrow keys go back to earlier texts."""

    DEFAULT_CSS: ClassVar[str] = "SampleLog { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "back(1)", "Earlier", show=False, id="sample.up"),
        Binding("down,j", "back(-1)", "Later", show=False, id="sample.down"),
        Binding("pageup", "back(10)", "Much earlier", show=False, id="sample.page-up"),
        Binding("pagedown", "back(-10)", "Much later", show=False, id="sample.page-down"),
        Binding("home", "back(1000000)", "First text", show=False, id="sample.home"),
        Binding("end", "back(-1000000)", "Newest text", show=False, id="sample.end"),
    ]

    lines_back: reactive[int] = reactive(0)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._texts: deque[Written] = deque(maxlen=MOST_TEXTS)
        self._wrapped: list[list[Segment]] = []
        self._wrapped_for: object = None
        self._version = 0

    @property
    def latest(self) -> Written | None:
        """The text at the bottom."""
        return self._texts[-1] if self._texts else None

    def take(self, sample: SampleText, heading: str) -> None:
        """Add what was written since the last time."""
        latest = self.latest
        if latest is None or latest.stream != sample.stream:
            if latest is not None:
                self._texts[-1] = replace(latest, finished=True)  # another took its place
            latest = Written(sample.stream, heading, sample.prompt)
            self._texts.append(latest)
            self._version += 1
        if sample.text or sample.finished != latest.finished:
            text = latest.text[: sample.start] + sample.text
            self._texts[-1] = replace(latest, text=text, finished=sample.finished)
            self._version += 1
            self.refresh()

    def received(self, stream: int) -> int:
        """How many characters of a text are here."""
        latest = self.latest
        return len(latest.text) if latest is not None and latest.stream == stream else 0

    def validate_lines_back(self, lines: int) -> int:
        """Not before the first line, not behind the last."""
        return max(0, min(lines, len(self._wrapped) - self.size.height))

    def action_back(self, lines: int) -> None:
        """Scroll; the earlier texts are wrapped when somebody looks for them."""
        self._wrap(everything=lines > 0)
        self.lines_back += lines

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Earlier texts."""
        event.stop()
        self.action_back(3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Later texts."""
        event.stop()
        self.action_back(-3)

    def render_line(self, y: int) -> Strip:
        """One line of the texts; the last one is at the bottom once they fill the pane."""
        self._wrap()
        width, height = self.size
        first = max(0, len(self._wrapped) - height - self.lines_back)
        index = first + y
        plain = self._styles()[0]
        if index >= len(self._wrapped):
            return Strip([Segment(" " * width, plain)], width)
        return Strip(self._wrapped[index]).adjust_cell_length(width, plain)

    def _styles(self) -> tuple[Style, Style, Style]:
        background, dark = surroundings(self)
        colors = line_colors(background, dark)
        return (
            ink(colors.text, background),
            ink(colors.faint, background),
            ink(colors.held_out, background, bold=True),
        )

    def _wrap(self, everything: bool = False) -> None:
        """Cut the texts into lines, once for each change of text, size and theme.

        Of the newest as many as can be seen; all while somebody looks back.
        """
        everything = everything or self.lines_back > 0
        wrapped_for = self._version, self.size, surroundings(self), everything
        if wrapped_for == self._wrapped_for:
            return
        self._wrapped_for = wrapped_for
        self._wrapped = []
        for written in reversed(self._texts):
            self._wrapped = self._lines_of(written) + self._wrapped
            if len(self._wrapped) > self.size.height and not everything:
                break

    def _lines_of(self, written: Written) -> list[list[Segment]]:
        plain, faint, accent = self._styles()
        width = max(self.size.width, 1)
        prompt = visible_line(written.prompt)
        text = visible_line(written.text[-MOST_CHARACTERS:]) + ("" if written.finished else "▏")
        lines = [[Segment(line, faint)] for line in chop_cells(written.heading, width)[:1]]
        left = prompt
        for line in chop_cells(prompt + text, width):
            head, left = line[: len(left)], left[len(line) :]
            lines.append([Segment(head, accent), Segment(line[len(head) :], plain)])
        return lines
