"""An app with one pane of the sampler, and a text that was written for it."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from rnn_tui.tui.widgets.line_pane import LinePane
from tests.sampling.networks import LETTERS, make_weights


def written(prompt: str = "abcd", symbols: str = LETTERS, **sizes: Any) -> Sampler:
    """A sampler that has read a prompt and drawn nothing."""
    sampler = Sampler(make_weights(symbols, **sizes), Settings(length=5))
    sampler.write(prompt, draw=False).run()
    return sampler


class Host(App[None]):
    """One pane of an inner size, what it has drawn, and the messages that it sent."""

    def __init__(self, pane: LinePane[Any], width: int, height: int) -> None:
        super().__init__()
        self.pane, self.inner = pane, (width, height)
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        width, height = self.inner
        self.pane.styles.width, self.pane.styles.height = width + 4, height + 2

    @property
    def heading(self) -> str:
        return str(self.pane.border_title)

    @property
    def body(self) -> list[str]:
        """What is within the frame."""
        strips = self.screen._compositor.render_strips(self.size)
        width, height = self.inner
        return [strip.text[2 : width + 2].rstrip() for strip in strips[1 : height + 1]]

    def on_state_pane_unit_chosen(self, message: Message) -> None:
        self.said.append(message)

    def on_units_pane_shown(self, message: Message) -> None:
        self.said.append(message)
