"""An app with the text pane in it, and texts for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rich.style import Style
from textual.app import App, ComposeResult

from rnn_tui.sampling.lanes import at_temperatures
from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.view import Colour, View
from rnn_tui.tui.widgets.sampler.text_inks import text_inks
from rnn_tui.tui.widgets.sampler.text_pane import TextPane
from rnn_tui.tui.widgets.surroundings import surroundings
from tests.sampling.networks import make_weights

PROMPT = "ab cd\nef"
SIZE = (60, 12)


class Host(App[None]):
    """The pane, and what it asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.pane = TextPane()
        self.chosen: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_text_pane_chosen(self, message: TextPane.Chosen) -> None:
        self.chosen.append((message.column, message.index))

    @property
    def text(self) -> list[str]:
        """What is on the screen."""
        return [strip.text for strip in self.screen._compositor.render_strips(self.size)]

    @property
    def body(self) -> list[str]:
        """What is within the frame."""
        width, height = self.pane.outer_size
        return [line[2 : width - 2].rstrip() for line in self.text[1 : height - 1]]

    def style(self, x: int, y: int) -> Style:
        """That of one cell within the pane."""
        strip = self.pane.render_line(y).crop(x, x + 1)
        return next(segment.style for segment in strip if segment.text and segment.style)

    def inks(self, colour: Colour = "surprise", plain: bool = False) -> dict[str, Style]:
        """What characters are drawn with."""
        return text_inks(colour, plain, *surroundings(self.pane))


def make_sampler(prompt: str = PROMPT, drawn: int = 0, **settings: Any) -> Sampler:
    weights = make_weights("abcdefgh \n")
    sampler = Sampler(weights, Settings(**({"length": 2000, "seed": 3} | settings)))
    sampler.write(prompt).run()
    sampler.advance(drawn)
    return sampler


def beside(drawn: int = 20) -> Sampler:
    sampler = make_sampler()
    sampler.lanes = at_temperatures((0.5, 1.0, 1.5))
    sampler.write(PROMPT).run()
    sampler.advance(drawn)
    return sampler


def at(view: View, cursor: int, **others: Any) -> View:
    """The same, with the cursor of its columns somewhere else."""
    columns = [replace(c, cursor=cursor, following=False, **others) for c in view.columns]
    return replace(view, columns=tuple(columns))
