"""The temperature is set by keys and by mouse, and never leaves its range."""

from __future__ import annotations

import math

import pytest
from textual.app import App, ComposeResult

from rnn_tui.tui.widgets.temperature_slider import TemperatureSlider


class Host(App[None]):
    def __init__(self, value: float = 1.0) -> None:
        super().__init__()
        self.slider = TemperatureSlider(value)
        self.changes: list[float] = []

    def compose(self) -> ComposeResult:
        yield self.slider

    def on_temperature_slider_changed(self, message: TemperatureSlider.Changed) -> None:
        self.changes.append(message.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("left", 0.95),
        ("right", 1.05),
        ("shift+left", 0.5),
        ("shift+right", 1.5),
        ("pagedown", 0.5),
        ("pageup", 1.5),
        ("home", 0.0),
        ("end", 5.0),
    ],
)
async def test_keys_change_it(key: str, value: float, until) -> None:
    app = Host()
    async with app.run_test(size=(40, 3)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app.changes)
    assert app.changes == [value]


async def test_a_hundred_steps_add_up_exactly() -> None:
    app = Host(0.0)
    async with app.run_test(size=(40, 3)):
        for _ in range(100):
            app.slider.action_change(0.05)
        assert app.slider.value == 5.0


@pytest.mark.parametrize(
    ("given", "kept"),
    [(-1, 0), (9, 5), (math.inf, 5), (-math.inf, 0), (0.812, 0.8), (math.nan, 1.0)],
)
async def test_it_stays_in_range(given: float, kept: float) -> None:
    app = Host()
    async with app.run_test(size=(40, 3)):
        app.slider.value = given
        assert app.slider.value == kept


def test_it_can_be_made_with_anything() -> None:
    assert TemperatureSlider(math.nan).value == 1.0
    assert TemperatureSlider(77).value == 5.0


async def test_the_arrows_can_be_clicked(until) -> None:
    app = Host()
    async with app.run_test(size=(40, 3)) as pilot:
        await pilot.click(TemperatureSlider, offset=(12, 0))
        await until(pilot, lambda: app.changes == [0.95])
        await pilot.click(TemperatureSlider, offset=(39, 0))
        await until(pilot, lambda: app.changes == [0.95, 1.0])


async def test_the_knob_can_be_dragged(until) -> None:
    app = Host()
    async with app.run_test(size=(40, 3)) as pilot:
        await pilot.mouse_down(TemperatureSlider, offset=(19, 0))
        await until(pilot, lambda: app.slider.value == 0)
        await pilot.hover(TemperatureSlider, offset=(37, 0))
        await until(pilot, lambda: app.slider.value == 5)
        await pilot.mouse_up(TemperatureSlider, offset=(37, 0))
        await pilot.hover(TemperatureSlider, offset=(25, 0))
        assert app.slider.value == 5


async def test_it_shows_the_value() -> None:
    app = Host(0.8)
    async with app.run_test(size=(40, 3)):
        assert app.slider.render_line(0).text == "temperature ◀ 0.80 ━━━●─────────────── ▶"


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 300), (300, 1)])
async def test_any_size_is_survived(size) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        await pilot.press("right")
        assert app.slider.value == 1.05
