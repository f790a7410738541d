"""How much is drawn, asked for and sent: counted, not timed."""

from __future__ import annotations

import time
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from textual._compositor import ChopsUpdate, LayoutUpdate

from rnn_tui.tui import rates
from rnn_tui.tui.rates import CALM, USUAL, Allowance
from rnn_tui.tui.renderables.heatmap_layout import HeatmapData
from rnn_tui.tui.renderables.palette import STEADY, diverging
from rnn_tui.tui.screens.dashboard import DashboardScreen
from rnn_tui.tui.terminal_app import TerminalApp
from rnn_tui.tui.widgets import pane_board
from rnn_tui.tui.widgets.chart_pane import ChartPane
from rnn_tui.tui.widgets.heatmap import HeatmapWidget
from tests.tui.local_client import HandClock, watching
from tests.tui.opened import running, until

DEFAULTS = USUAL
MATRIX = np.linspace(-1, 1, 20 * 40).reshape(20, 40)


class Sending(TerminalApp):
    """A heatmap, and all that a terminal would be sent for it."""

    def __init__(self) -> None:
        super().__init__()
        self.sequences: list[str] = []
        self.lines: list[int] = []

    def compose(self):
        yield HeatmapWidget(HeatmapData(MATRIX, scale=1.0))

    def on_mount(self) -> None:
        """Note which lines are built."""
        heatmap = self.query_one(HeatmapWidget)
        build = heatmap.render_line
        heatmap.render_line = lambda y: (self.lines.append(y), build(y))[1]

    def _display(self, screen, update: Any) -> None:
        if isinstance(update, LayoutUpdate | ChopsUpdate):
            self._shown.fit(*self.size)
            self.sequences.append(self._shown.sequence(update))
        super()._display(screen, update)

    async def show(self, pilot, matrix) -> str:
        """What is sent when another matrix takes the place of the last."""
        await until(pilot, lambda: self.sequences and self.lines)
        await pilot.pause(0.1)
        self.sequences.clear()
        self.lines.clear()
        self.query_one(HeatmapWidget).data = HeatmapData(matrix, scale=1.0)
        await pilot.pause(0.1)
        return "".join(self.sequences)


async def test_one_changed_cell_of_a_heatmap_is_one_line_and_a_few_bytes() -> None:
    app = Sending()
    async with running(app, (60, 20)) as pilot:
        changed = MATRIX.copy()
        changed[7, 11] = 1.0
        sent = await app.show(pilot, changed)
        assert len(app.lines) == 1
        assert 0 < len(sent.encode()) < 60


async def test_a_matrix_that_looks_the_same_sends_nothing() -> None:
    app = Sending()
    async with running(app, (60, 20)) as pilot:
        assert await app.show(pilot, MATRIX + 1e-6) == ""
        assert app.lines == []


def test_a_number_that_trembles_keeps_its_shade_as_long_as_that_is_nearly_right() -> None:
    palette = diverging()
    level = 1 / 15
    before = palette.quantise(np.array([3.4 * level]), 1.0)
    for number, same in [(3.6, True), (3 + STEADY - 0.01, True), (3 + STEADY + 0.01, False)]:
        after = palette.quantise(np.array([number * level]), 1.0, before)
        assert (after == before).all() == same


async def _moments(tmp_path, seconds: float, step: float) -> dict[str, list[float]]:
    """When what is asked for and drawn, by a clock that goes on by ``step`` with each answer."""
    clock, moments = HandClock(), defaultdict[str, list[float]](list)
    clock.now = time.monotonic()
    draw = ChartPane._draw

    def drawn(chart, frame):
        moments[chart.label].append(clock.now)
        return draw(chart, frame)

    async with watching(tmp_path, size=(200, 50)) as (opened, pilot):

        def later(update):
            for view in opened.client.polls[-1].views:
                moments[view.kind].append(clock.now)
            clock.now += step
            return update

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ChartPane, "_draw", drawn)
            patch.setattr(rates, "USUAL", DEFAULTS)
            patch.setattr(DashboardScreen, "pace", 0.0)
            patch.setattr("rnn_tui.tui.feed.SHORTEST", 0.0)
            patch.setattr(pane_board, "time", SimpleNamespace(monotonic=clock))
            began = clock.now
            opened.client.change = later
            await until(pilot, lambda: clock.now - began > seconds)
            return moments


def _apart(moments: list[float]) -> tuple[float, float]:
    """Seconds from one to the next: the least, and usually."""
    apart = np.diff(moments).round(3)
    return apart.min(), float(np.median(apart))


async def test_each_kind_of_pane_has_its_own_rate(tmp_path) -> None:
    moments = await _moments(tmp_path, seconds=5.0, step=0.1)
    # Usually, not always: an answer with texts or more of the past has the next picture wait.
    assert _apart(moments["hidden"]) == (0.1, 0.1)
    assert _apart(moments["weights"]) == (0.1, 0.1)
    assert _apart(moments["gradients"]) == (0.3, 0.3)
    assert _apart(moments["loss"]) == (0.5, 0.5)
    assert _apart(moments["norm"]) == (0.5, 0.5)


async def test_calm_is_a_picture_every_few_seconds(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(rates.CALM_VARIABLE, "1")
    moments = await _moments(tmp_path, seconds=24.0, step=0.5)
    assert _apart(moments["hidden"]) == (2.0, 2.0)
    assert _apart(moments["gradients"]) == (3.0, 3.0)
    assert _apart(moments["loss"]) == (3.0, 3.0)


async def test_of_a_paused_run_no_array_is_asked_for_and_nothing_is_drawn(
    tmp_path, monkeypatch
) -> None:
    async with watching(tmp_path, size=(200, 50), paused=True) as (opened, pilot):
        client, board = opened.client, opened.dashboard.board
        sample = board.sample.log_of_texts
        await until(pilot, lambda: sample.latest is not None and sample.latest.finished)
        await until(pilot, lambda: not board.is_behind(opened.dashboard.frame.history))
        await opened.frames(pilot)
        drawn: list[object] = []
        monkeypatch.setattr(
            type(opened.app), "_display", lambda _, __, update: drawn.append(update)
        )
        before = len(client.polls)
        await opened.frames(pilot, 5)
        assert {poll.views for poll in client.polls[before:]} == {()}
        assert [u.spans for u in drawn if u is not None] == []


@pytest.mark.parametrize(("used", "waited"), [(0, 0), (100, 0), (300, 2), (1000, 9)])
def test_what_is_used_beyond_an_allowance_is_waited_for(used, waited) -> None:
    assert Allowance().wait(used, now=5.0, rate=100, burst=100) == waited


def test_an_allowance_grows_back_with_time() -> None:
    allowance = Allowance()
    allowance.wait(1000, now=0.0, rate=100, burst=100)
    assert allowance.wait(0, now=9.0, rate=100, burst=100) == 0
    assert allowance.wait(100, now=9.0, rate=100, burst=100) == 1


@pytest.mark.parametrize(("said", "used"), [("1", CALM), ("0", USUAL), ("", USUAL)])
def test_the_environment_asks_for_calm(monkeypatch, said, used) -> None:
    monkeypatch.setenv(rates.CALM_VARIABLE, said)
    assert rates.rates() == used
