"""The panes and their arrangement: all at once where they fit, one at a time where they do not."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from rnn_tui.training.protocol import View
from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.widgets.array_pane import ArrayPane
from rnn_tui.tui.widgets.board import Board
from rnn_tui.tui.widgets.chart_pane import NormPane
from rnn_tui.tui.widgets.loss_pane import LossPane
from rnn_tui.tui.widgets.pane import Pane
from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.parameter_panes import GradientsPane, WeightsPane
from rnn_tui.tui.widgets.sample_pane import SamplePane
from rnn_tui.tui.widgets.state_pane import StatePane

Arrangement: TypeAlias = Literal["large", "medium", "small"]

PANES = (LossPane, StatePane, WeightsPane, GradientsPane, SamplePane, NormPane)

BETWEEN_PANES = 0.02
"""Seconds between the drawing of two panes: time for a key, and for the screen to be written."""


def arrangement(width: int, height: int) -> Arrangement:
    """How much fits on a screen of this size."""
    if width >= 160 and height >= 44:
        return "large"
    return "medium" if width >= 100 and height >= 28 else "small"


class PaneBoard(Board):
    """All panes. ``current`` is the number of the one that keys act on; ``full`` shows it alone."""

    DEFAULT_CSS: ClassVar[str] = "PaneBoard { height: 1fr; }"

    CONTAINERS: ClassVar[tuple[str, ...]] = ("parameters", "left", "right", "main")

    _wanted: Sequence[Pane] = ()
    _asked: Sequence[Pane] = ()
    _began = -math.inf
    _turn = 0

    def compose(self) -> ComposeResult:
        """All panes; which of them can be seen is arranged by size."""
        yield PaneTabs([(pane.number, pane.label) for pane in PANES])
        with Horizontal(id="main"):
            with Vertical(id="left"):
                yield LossPane(id="loss")
                yield NormPane(id="norm")
            with Vertical(id="right"):
                yield StatePane(id="state")
                with Horizontal(id="parameters"):
                    yield WeightsPane(id="weights")
                    yield GradientsPane(id="gradients")
        yield SamplePane(id="sample")

    def on_mount(self) -> None:
        """The loss is what one looks at first."""
        for pane in self.panes:
            pane.entitle(f"{pane.number} {pane.label}")
        self.query_one(LossPane).entrance.focus()

    @property
    def panes(self) -> list[Pane]:
        """All panes, in the order of their numbers."""
        return sorted(self.query(Pane), key=lambda pane: pane.number)

    @property
    def current_pane(self) -> Pane:
        """The pane that keys act on."""
        return self.pane(self.current)

    def pane(self, number: int) -> Pane:
        """The pane with a number."""
        return next(pane for pane in self.panes if pane.number == number)

    @property
    def sample(self) -> SamplePane:
        """The pane with the prompt."""
        return self.query_one(SamplePane)

    def arrange_panes(self) -> None:
        """Three arrangements, and one pane alone."""
        fits = arrangement(*self.screen.size)
        single = self.full or fits == "small"
        for name in ("large", "medium", "small"):
            self.set_class(name == fits, f"-{name}")
        self.alone(single)
        for pane in self.panes:
            pane.display = pane.number == self.current if single else self._has_room(pane, fits)
        self.fold(self.panes)

    def _has_room(self, pane: Pane, fits: Arrangement) -> bool:
        """In the middle size weights and gradients share a place: the one looked at has it."""
        if fits == "large" or not isinstance(pane, WeightsPane | GradientsPane):
            return True
        gradients = self.current == GradientsPane.number
        return isinstance(pane, GradientsPane) == gradients

    def on_descendant_focus(self) -> None:
        """The pane that has the focus is the current one."""
        for pane in self.panes:
            if pane.has_focus_within:
                self.current = pane.number

    @property
    def seen(self) -> list[Pane]:
        """The panes that can be seen."""
        return [pane for pane in self.panes if pane.on_screen]

    @property
    def pace(self) -> float:
        """Seconds between two drawings of the pane that is drawn most often."""
        return min((pane.period for pane in self.seen), default=math.inf)

    def is_behind(self, history: History) -> bool:
        """Whether a pane that can be seen has not drawn yet what is known."""
        return any(pane.is_behind(history) for pane in self.seen)

    def views(self, history: History, typing: bool) -> tuple[View, ...]:
        """The arrays that the panes need which are to be drawn next."""
        self._began = time.monotonic()
        self._wanted = self._in_turn(typing)
        arrays = [pane for pane in self._wanted if isinstance(pane, ArrayPane)]
        self._asked = [pane for pane in arrays if pane.is_due(history, self._began)]
        wishes = [pane.wish(history.welcome) for pane in arrays if pane in self._asked]
        return tuple(view for view in wishes if view is not None)

    def _in_turn(self, typing: bool) -> list[Pane]:
        """All that can be seen; while somebody types, the texts and in turn one of the others."""
        seen = self.seen
        others = [pane for pane in seen if pane is not self.sample]
        if not (typing and others):
            return seen
        self._turn += 1
        turn = others[self._turn % len(others)]
        return [pane for pane in seen if pane in (self.sample, turn)]

    async def draw(self, frame: Frame) -> None:
        """Draw what is due, heatmaps together: a key waits for one of the dear panes at most."""
        for pane in self.panes:
            if not self._draws(pane, frame):
                pane.set_reactive(Pane.frame, frame)  # known, and not drawn
                continue
            if not isinstance(pane, ArrayPane):
                await asyncio.sleep(BETWEEN_PANES)
            pane.frame = frame
            pane.has_drawn(frame, self._began)

    def _draws(self, pane: Pane, frame: Frame) -> bool:
        if isinstance(pane, ArrayPane):
            return pane in self._asked
        return pane in self._wanted and pane.is_due(frame.history, self._began)
