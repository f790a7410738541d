"""The chart in an app is drawn once for what it shows."""

from __future__ import annotations

import numpy as np
import pytest
from textual.app import App, ComposeResult

from rnn_tui.tui.renderables.chart_data import ChartData, line
from rnn_tui.tui.widgets import chart as chart_module
from rnn_tui.tui.widgets.chart import ChartWidget


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield ChartWidget(ChartData([line("smoothed", [0, 1], [3, 2], "train")], unit="nats"))

    @property
    def chart(self) -> ChartWidget:
        return self.query_one(ChartWidget)


def screen_text(app: App[None]) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips(app.size))


@pytest.fixture
def drawn(monkeypatch) -> list[tuple[int, int]]:
    """The sizes of the charts that are drawn."""
    sizes: list[tuple[int, int]] = []

    class Counted(chart_module.LineChart):
        def __init__(self, data, colors, width, height, only_ascii=False):
            sizes.append((width, height))
            super().__init__(data, colors, width, height, only_ascii)

    monkeypatch.setattr(chart_module, "LineChart", Counted)
    return sizes


async def test_it_shows_its_data() -> None:
    app = Host()
    async with app.run_test(size=(40, 12)):
        assert "━ train 2.000" in screen_text(app)


async def test_it_is_drawn_once_until_data_size_or_theme_change(drawn, until) -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        await until(pilot, lambda: drawn)
        app.chart.refresh()
        await pilot.pause()
        assert drawn == [(40, 12)]
        app.chart.data = ChartData([line("raw", [0, 1], [1, 2])])
        await until(pilot, lambda: len(drawn) == 2)
        await pilot.resize_terminal(50, 10)
        await until(pilot, lambda: drawn[-1] == (50, 10))
        count = len(drawn)
        app.theme = "textual-light"
        await until(pilot, lambda: len(drawn) > count)


async def test_a_hidden_chart_is_not_drawn(drawn) -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        app.chart.display = False
        await pilot.pause()
        drawn.clear()
        app.chart.data = ChartData([line("raw", [0, 1], [1, 2])])
        await pilot.pause()
        assert drawn == []


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 300), (300, 1)])
async def test_any_size_and_any_data_is_survived(size) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        for values in ([np.nan, np.inf], [1e308, -1e308], [5e-324, 0], [1, 1], []):
            app.chart.data = ChartData([line("raw", range(len(values)), values)])
            await pilot.pause()
        assert app.is_running
