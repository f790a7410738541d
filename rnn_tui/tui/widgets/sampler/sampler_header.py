"""The line above the sampler: whose network writes, and how far its training is meanwhile."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.sampling.sources import Trained
from rnn_tui.sampling.view import View
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.line_pane import inks
from rnn_tui.tui.widgets.surroundings import surroundings


class SamplerHeader(Widget):
    """One line. ``work`` is what is being done, ``trained`` what the trainer is at."""

    DEFAULT_CSS: ClassVar[str] = """
    SamplerHeader { height: 1; width: 1fr; background: $panel; padding: 0 1; }
    """

    title: reactive[str] = reactive("")
    """Of the network that writes; from data."""
    follows: reactive[bool] = reactive(False)
    work: reactive[str] = reactive("")
    trained: reactive[Trained | None] = reactive(None)
    gone: reactive[bool] = reactive(False)
    """Whether a trainer that there was does not answer any more."""

    def take(self, view: View) -> None:
        """Take over what is shown of a view: the same words are not drawn again."""
        self.title, self.follows = view.weights.title, view.follow

    def tell(self, trained: Trained | None) -> None:
        """What the trainer says; that there was one, and is not any more, is worth a word."""
        self.gone = trained is None and (self.gone or self.trained is not None)
        self.trained = trained

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (there is one line)
        """On the left whose weights, on the right what the trainer does."""
        styles, width = inks(*surroundings(self)), self.size.width
        title = visible_line(self.title)
        trained, work = self._trained(), f"{self.work}  " if self.work else ""
        wishes = (
            (f" sampler   {title}{self._follows()}", f"{trained} "),
            (f" {title}{self._follows()}", f"{trained} "),
            (f" {title}", f"{trained} "),
            (f" {title}", ""),
        )
        fits = (w for w in wishes if cell_len(w[0] + w[1] + work) + 2 <= width)
        left, right = next(fits, wishes[-1])
        room = max(width - cell_len(work) - cell_len(right), 0)
        return Strip(
            [
                Segment(set_cell_size(left, room), styles["text"]),
                Segment(work, styles["edited"]),
                Segment(right, styles[self._ink]),
            ]
        ).adjust_cell_length(width, styles["text"])

    @property
    def _trains(self) -> bool:
        return self.trained is not None and self.trained.phase == "training"

    def _trained(self) -> str:
        if self.trained is None:
            return "✗ no trainer" if self.gone else ""
        sign = "●" if self._trains else "○"
        return f"{sign} {self.trained.phase}, step {self.trained.step:,}"

    @property
    def _ink(self) -> str:
        return "good" if self._trains else "error" if self.gone else "faint"

    def _follows(self) -> str:
        return " · follows the newest" if self.follows else " · kept"
