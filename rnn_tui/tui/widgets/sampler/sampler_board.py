"""The panes of the sampler and their arrangement: all at once where they fit, else one."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widget import Widget

from rnn_tui.sampling.view import View
from rnn_tui.tui.widgets.board import Board
from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.sampler.bars_pane import BarsPane
from rnn_tui.tui.widgets.sampler.controls import Controls
from rnn_tui.tui.widgets.sampler.prompt_area import PromptArea
from rnn_tui.tui.widgets.sampler.state_pane import StatePane
from rnn_tui.tui.widgets.sampler.text_pane import TextPane
from rnn_tui.tui.widgets.sampler.texts_pane import TextsPane
from rnn_tui.tui.widgets.sampler.units_pane import UnitsPane

PANES: tuple[tuple[int, str, type[Widget]], ...] = (
    (1, "text", TextPane),
    (2, "next", BarsPane),
    (3, "state", StatePane),
    (4, "units", UnitsPane),
    (5, "texts", TextsPane),
)

ROOM_FOR_ALL = (100, 28)
"""The smallest screen, in columns and lines, on which all panes are shown at once."""

BESIDE_SECONDS = 0.2
"""While a text grows, so long between two pictures of what is around its last character: faster,
nobody can read them."""


class SamplerBoard(Board):
    """The prompt, the panes, the settings."""

    DEFAULT_CSS: ClassVar[str] = """
    SamplerBoard { height: 1fr; }
    SamplerBoard #beside { height: 1fr; }
    SamplerBoard #left { width: 1fr; }
    SamplerBoard #right { width: 1fr; }
    SamplerBoard TextPane { height: 1fr; }
    SamplerBoard TextsPane { height: 7; }
    SamplerBoard BarsPane { height: 5fr; }
    SamplerBoard StatePane { height: 4fr; }
    SamplerBoard UnitsPane { height: 4fr; }
    SamplerBoard.-tall TextsPane { height: 11; }
    SamplerBoard.-single TextsPane { height: 1fr; }
    """

    view: var[View | None] = var(None, init=False)
    CONTAINERS: ClassVar[tuple[str, ...]] = ("left", "right")

    def __init__(self) -> None:
        super().__init__()
        self._drawn_at = 0.0

    def compose(self) -> ComposeResult:
        """All panes; which of them can be seen is arranged by size."""
        yield PromptArea()
        yield PaneTabs([(number, name) for number, name, _ in PANES])
        with Horizontal(id="beside"):
            with Vertical(id="left"):
                yield TextPane()
                yield TextsPane()
            with Vertical(id="right"):
                yield BarsPane()
                yield StatePane()
                yield UnitsPane()
        yield Controls()

    def watch_view(self, view: View | None) -> None:
        """Hand it down; what is around the last character of a growing text now and then only."""
        for always in (PromptArea, Controls, TextPane):
            self._hand(self.query_one(always), view)
        column, now = (view.column if view else None), time.monotonic()
        grows = column is not None and column.following and column.phase == "writing"
        if grows and now - self._drawn_at < BESIDE_SECONDS:
            return
        self._drawn_at = now
        for _, _, kind in PANES[1:]:
            self._hand(self.query_one(kind), view)

    @staticmethod
    def _hand(pane: Any, view: View | None) -> None:
        pane.view = view

    def arrange_panes(self) -> None:
        """All panes, or one of them."""
        width, height = self.screen.size
        single = self.full or width < ROOM_FOR_ALL[0] or height < ROOM_FOR_ALL[1]
        self.alone(single)
        self.set_class(height >= 45, "-tall")
        for number, _, kind in PANES:
            pane = self.query_one(kind)
            pane.display = not single or number == self.current
            pane.set_class(number == self.current, "-current")
        self.fold(self.query_one(kind) for _, _, kind in PANES)
