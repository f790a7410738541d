"""The screen that shows how far the gradient flows."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from textual.app import App

from rnn_tui.core.flow import report
from rnn_tui.stepping.tiny import tiny_window
from rnn_tui.tui.renderables.numbers import reading
from rnn_tui.tui.screens.credit_map import DECADES, CreditMap
from rnn_tui.tui.screens.flow import FlowScreen
from rnn_tui.tui.screens.help import HelpScreen
from rnn_tui.tui.widgets.heatmap import HeatmapWidget

WINDOW = tiny_window()
REPORT = report(WINDOW.trace())
FAULTY = "‖dL/dh_t‖ is that of the faulty pass, credit and horizon those of the true derivative"


class Host(App[None]):
    def __init__(self, found=REPORT, window=WINDOW, **known) -> None:
        super().__init__()
        self.flow = FlowScreen(found, window, "three\x1b characters", **known)

    def on_mount(self) -> None:
        self.push_screen(self.flow)

    @property
    def text(self) -> str:
        strips = self.screen._compositor.render_strips(self.size)
        return "\n".join(strip.text for strip in strips)


async def test_the_numbers_and_all_three_panes_are_there(until) -> None:
    app = Host()
    async with app.run_test(size=(120, 35)) as pilot:
        await until(pilot, lambda: "decades" in app.text)
        text = app.text
    assert f"spectral radius of W_hh {REPORT.spectral_radius:.4f}" in text
    assert "effective horizon at least 3 characters" in text
    assert "three␛ characters" in text
    assert re.search(r"credit ‖dL_t/dh_s‖.*‖dL/dh_t‖ at each step", text)
    assert "fading with the lag" in text


async def test_the_map_is_labelled_with_the_characters_and_logarithmic(until) -> None:
    app = Host()
    async with app.run_test(size=(120, 35)) as pilot:
        heatmap = app.flow.query_one(HeatmapWidget)
        await until(pilot, lambda: heatmap.data.scale == DECADES)
        credit, drawn = REPORT.credit, heatmap.data.matrix
    assert list(heatmap.data.column_labels) == list("abc")
    assert drawn.max() == DECADES
    assert drawn[1, 0] - drawn[0, 0] == pytest.approx(math.log10(credit[1, 0] / credit[0, 0]))
    assert drawn[0, 2] == 0


async def test_the_cursor_says_which_loss_credits_which_state(until) -> None:
    app = Host()
    async with app.run_test(size=(120, 35)) as pilot:
        heatmap = app.flow.query_one(HeatmapWidget)
        await until(pilot, lambda: heatmap.data.scale == DECADES)
        heatmap.cursor = (2, 0)
        await until(pilot, lambda: "state after “a” at s = 1" in app.text)
        assert "loss of “a” at t = 3" in app.text
        heatmap.cursor = (0, 2)
        await until(pilot, lambda: "s = 3 comes after t = 1" in app.text)


async def test_a_small_terminal_shows_one_pane_and_tab_the_next(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        for title in ("credit ‖", "at each step", "fading with", "credit ‖"):
            await until(pilot, lambda title=title: title in app.text)
            titles = ("credit ‖", "at each step", "fading with")
            assert sum(text in app.text for text in titles) == 1
            await pilot.press("tab")


def long(T: int) -> Host:
    """T steps; the credit of each pair of them is another one."""
    credit = np.tril(1 + np.arange(T * T).reshape(T, T) / T**2)
    symbols = np.zeros((T, 1), int)
    return Host(replace(REPORT, credit=credit), replace(WINDOW, inputs=symbols, targets=symbols))


@pytest.mark.parametrize(("T", "block"), [(64, 2), (200, 4)])
async def test_too_many_steps_are_pooled_in_squares_and_the_largest_is_read(
    T, block, until
) -> None:
    app = long(T)
    async with app.run_test(size=(120, 35)) as pilot:
        heatmap = app.flow.query_one(CreditMap)
        await until(pilot, lambda: f"max of {block} × {block}" in heatmap.data.note)
        assert heatmap.data.matrix.shape == (T // block, T // block)
        assert max(heatmap.data.matrix.shape) <= min(heatmap.capacity)
        heatmap.cursor = (10, 0)
        value = reading(app.flow.report.credit[11 * block - 1, block - 1])
        read_out = re.compile(rf"t = {11 * block}\b.* s = {block}\b.*: {re.escape(value)} ")
        await until(pilot, lambda: read_out.search(app.text))


async def test_where_there_is_room_a_column_is_wider_by_a_whole_factor(until) -> None:
    app = long(64)
    async with app.run_test(size=(200, 50)) as pilot:
        heatmap = app.flow.query_one(CreditMap)
        await until(pilot, lambda: "decades" in heatmap.data.note)
        await until(pilot, lambda: 128 <= heatmap.size.width <= 128 + 4)
        assert heatmap.block == 1


async def test_the_keys_of_the_map_move_the_cursor_and_stand_at_the_bottom(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "at t = 3 → state after “c” at s = 3" in app.text)
        for key, place in (("up", "t = 2"), ("home", "s = 1"), ("right", "s = 2"), ("k", "s = 2")):
            await pilot.press(key)
            await until(pilot, lambda place=place: place in app.text)
        assert "s = 2 comes after t = 1" in app.text
        await pilot.press("end")
        await until(pilot, lambda: "t = 1 → state after “a” at s = 1" in app.text)
        for key in ("←→ state", "↑↓ loss", "home end", "tab next pane", "? keys", "esc back"):
            assert key in app.text.splitlines()[-1]


async def test_the_help_holds_the_definitions(until) -> None:
    app = Host()
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await until(pilot, lambda: "effective horizon" in app.text)
        assert "spectral radius" in app.text
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.flow)


async def test_escape_goes_back() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is not app.flow


@pytest.mark.parametrize(
    ("value", "horizon"),
    [(np.nan, "not finite"), (0.0, "none: there is no credit"), (np.inf, "not finite")],
)
async def test_a_network_that_diverged_or_died_is_still_shown(value, horizon) -> None:
    dead = replace(
        REPORT,
        credit=np.full((3, 3), value),
        gradient_norms=np.full((1, 4), value),
        credit_by_lag=np.full(3, value),
        jacobian_norms=np.full(3, value),
        spectral_radius=value,
        horizon=np.nan,
    )
    app = Host(dead)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        assert f"effective horizon {horizon}" in app.text


async def test_an_infinite_loss_has_no_horizon_though_its_credit_is_finite() -> None:
    app = Host(replace(REPORT, loss=math.inf))
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        assert "effective horizon not finite" in app.text


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((120, 35), f"fault: missing-dh; {FAULTY}"),
        ((80, 24), "fault: missing-dh; ‖dL/dh_t‖ faulty, credit and horizon true"),
    ],
)
async def test_under_a_fault_wrong_numbers_are_told_from_true_ones(size, words) -> None:
    app = Host(fault="missing-dh", edited=True)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert words in app.text
        assert "three␛ characters · edited" in app.text
        assert "at each step · faulty pass" in app.flow.panes[1].border_title


async def test_without_a_fault_or_an_edit_nothing_is_said_of_them() -> None:
    app = Host()
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        for word in ("fault", "edited"):
            assert word not in app.text
