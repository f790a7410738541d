"""Panes of lines about runs: each run in its own colour."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from rich.style import Style

from rnn_tui.tui.renderables.palette import Rgb, ink
from rnn_tui.tui.renderables.run_colors import hues, sign_of
from rnn_tui.tui.widgets.line_pane import LinePane, inks
from rnn_tui.tui.widgets.surroundings import only_ascii, surroundings

View = TypeVar("View")


class RunLines(LinePane[View]):
    """Has an ink "run 0", "run 1" ... for each colour."""

    def ink_styles(self) -> Mapping[str, Style]:
        """The style of each ink."""
        return _styles(*surroundings(self))

    @property
    def letters(self) -> bool:
        """Whether letters stand for the colours of runs: where there are none, or only ASCII."""
        return only_ascii() or self.app.no_color

    def sign(self, color: int) -> str:
        """What stands before the name of a run that is drawn in a colour."""
        return sign_of(color) if self.letters else "●"


@lru_cache(maxsize=16)
def _styles(background: Rgb, dark: bool) -> Mapping[str, Style]:
    colors = enumerate(hues(dark))
    own = {f"run {place}": ink(hue, background, bold=True) for place, hue in colors}
    return inks(background, dark) | own
