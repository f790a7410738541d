"""The heatmap in an app: cursor, mouse, and drawing no more than what changed."""

from __future__ import annotations

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from rnn_tui.tui.renderables.heatmap_layout import HeatmapData
from rnn_tui.tui.widgets.heatmap import HeatmapWidget


def numbers(rows: int = 12, columns: int = 20) -> HeatmapData:
    matrix = np.linspace(-1, 1, rows * columns).reshape(rows, columns)
    return HeatmapData(matrix, [str(row) for row in range(rows)], ["x"] * columns)


class Host(App[None]):
    def __init__(self, data: HeatmapData | None = None) -> None:
        super().__init__()
        self.heatmap = HeatmapWidget(data)
        self.moves: list[tuple[int, int, float]] = []

    def compose(self) -> ComposeResult:
        yield self.heatmap

    def on_heatmap_widget_cursor_moved(self, message: HeatmapWidget.CursorMoved) -> None:
        self.moves.append((message.row, message.column, message.value))


def screen_text(app: App[None]) -> list[str]:
    size = app.size
    return [strip.text for strip in app.screen._compositor.render_strips(size)]


@pytest.fixture
def refreshed(monkeypatch) -> list[tuple[Region, ...]]:
    """The regions of each refresh that a heatmap asks for."""
    calls: list[tuple[Region, ...]] = []
    original = HeatmapWidget.refresh

    def refresh(self, *regions, **options):
        calls.append(regions)
        return original(self, *regions, **options)

    monkeypatch.setattr(HeatmapWidget, "refresh", refresh)
    return calls


async def test_it_is_drawn_with_labels_and_legend() -> None:
    app = Host(numbers())
    async with app.run_test(size=(46, 8)):
        text = screen_text(app)
    assert text[0].startswith(" 0 ▀▀▀▀")
    assert text[6].split() == ["x"] * 20
    assert "−1" in text[7]


async def test_keys_move_the_cursor_and_say_the_value(until) -> None:
    app = Host(numbers())
    async with app.run_test(size=(46, 8)) as pilot:
        await pilot.press("right", "j", "l", "down", "k")
        await until(pilot, lambda: len(app.moves) == 5)
    matrix = app.heatmap.data.matrix
    cells = [(0, 0), (1, 0), (1, 1), (2, 1), (1, 1)]
    assert app.moves == [(row, column, matrix[row, column]) for row, column in cells]


async def test_the_cursor_stays_on_the_matrix() -> None:
    app = Host(numbers())
    async with app.run_test(size=(46, 8)) as pilot:
        await pilot.press("up", "up", "end", "pagedown", "pagedown")
        assert app.heatmap.cursor == (11, 19)
        app.heatmap.data = numbers(3, 4)
        assert app.heatmap.cursor == (2, 3)
        app.heatmap.data = HeatmapData(np.empty((0, 0)))
        assert app.heatmap.cursor is None


async def test_the_mouse_reads_out_what_it_is_over(until) -> None:
    app = Host(numbers())
    async with app.run_test(size=(46, 8)) as pilot:
        await pilot.hover(HeatmapWidget, offset=(3, 1))
        await until(pilot, lambda: app.heatmap.cursor == (2, 0))
        await pilot.click(HeatmapWidget, offset=(6, 2))
        await until(pilot, lambda: app.heatmap.cursor == (4, 1))
        await pilot.click(HeatmapWidget, offset=(6, 7))
        assert app.heatmap.cursor == (4, 1)


async def test_a_changed_row_is_drawn_alone(refreshed) -> None:
    app = Host(numbers())
    async with app.run_test(size=(46, 8)) as pilot:
        await pilot.pause()
        matrix = app.heatmap.data.matrix.copy()
        matrix[5] *= 0.5
        before = numbers()
        refreshed.clear()
        app.heatmap.data = HeatmapData(matrix, before.row_labels, before.column_labels)
        assert refreshed == [(Region(0, 2, 46, 1),)]


async def test_the_cursor_redraws_its_rows_and_the_labels(refreshed) -> None:
    app = Host(numbers())
    async with app.run_test(size=(46, 8)) as pilot:
        app.heatmap.cursor = (0, 0)
        await pilot.pause()
        refreshed.clear()
        app.heatmap.cursor = (6, 2)
        assert refreshed == [tuple(Region(0, y, 46, 1) for y in (0, 3, 6))]


async def test_the_scale_stays_while_the_numbers_wobble() -> None:
    app = Host(HeatmapData(np.eye(4) * 1.9))
    async with app.run_test(size=(30, 8)):
        scales = []
        for size in (1.9, 1.3, 0.9, 2.2):
            app.heatmap.data = HeatmapData(np.eye(4) * size)
            scales.append(app.heatmap.scale)
    assert scales == [2, 2, 2, 3]


async def test_what_does_not_fit_follows_the_cursor() -> None:
    app = Host(numbers(60, 90))
    async with app.run_test(size=(46, 8)) as pilot:
        await pilot.press("right", "end", "pagedown", "pagedown", "pagedown")
        await pilot.pause()
        text = screen_text(app)
    assert app.heatmap.cursor == (30, 89)
    assert any(line.startswith("30") for line in text)
    assert "rows 19–30 of 60" in text[-1]


async def test_capacity_says_what_to_ask_for() -> None:
    app = Host(numbers())
    async with app.run_test(size=(46, 8)):
        assert app.heatmap.capacity == (12, 43)


async def test_no_color_draws_characters(monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host(numbers())
    async with app.run_test(size=(46, 16)):
        text = "".join(screen_text(app))
    assert "▀" not in text
    assert "█" in text
    assert "≡" in text


async def test_sixteen_colors_draw_characters_too(monkeypatch) -> None:
    app = Host(numbers())
    async with app.run_test(size=(46, 16)):
        assert app.heatmap.render_line(0).text[5] == "▀"
        monkeypatch.setattr(type(app.console), "color_system", "standard")
        monkeypatch.setattr(type(app), "is_headless", False)
        assert "▀" not in app.heatmap.render_line(0).text


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 300), (300, 1)])
async def test_any_size_and_any_data_is_survived(size) -> None:
    app = Host(HeatmapData(np.array([[np.nan, 1e308], [-np.inf, 5e-324]]), ["a", "b"], "xy"))
    async with app.run_test(size=size) as pilot:
        await pilot.press("down", "right")
        app.heatmap.data = HeatmapData(np.empty((0, 5)))
        await pilot.pause()
        assert app.is_running


async def test_the_theme_changes_the_colors() -> None:
    app = Host(HeatmapData(np.zeros((2, 2))))
    async with app.run_test(size=(10, 3)) as pilot:
        dark = app.heatmap._palette()
        app.theme = "textual-light"
        await pilot.pause()
        assert dark.dark
        assert not app.heatmap._palette().dark
