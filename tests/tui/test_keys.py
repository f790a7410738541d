"""The keys of the dashboard, each by what it does to the run or to the screen."""

from __future__ import annotations

import pytest

from rnn_tui.training.protocol import Pause, Resume, Save, SetLearningRate, StepOnce
from rnn_tui.tui.widgets.chart import ChartWidget
from rnn_tui.tui.widgets.chart_pane import ChartPane
from rnn_tui.tui.widgets.loss_pane import LossPane
from rnn_tui.tui.widgets.parameter_panes import GradientsPane, WeightsPane
from rnn_tui.tui.widgets.state_pane import StatePane
from tests.tui.afresh import case
from tests.tui.local_client import watching
from tests.tui.opened import until

SMALL = (80, 24)
LARGE = (200, 50)
LABELS = ["loss", "state", "weights", "gradients", "sample", "norm"]


async def test_space_pauses_training_and_goes_on(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await pilot.press("space")
        await until(pilot, lambda: "‖ paused" in opened.lines[0])
        at = opened.run.session.trainer.step_number
        await opened.frames(pilot)
        assert opened.run.session.trainer.step_number == at
        await pilot.press("space")
        await until(pilot, lambda: "● training" in opened.lines[0])
        await until(pilot, lambda: opened.run.session.trainer.step_number > at)
    assert [type(c) for c in opened.client.sent if isinstance(c, Pause | Resume)] == [Pause, Resume]


async def test_space_pressed_twice_at_once_pauses_and_goes_on(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await pilot.press("space", "space")
        await until(pilot, lambda: len(opened.client.sent) >= 2)
        assert opened.run.session.phase == "training"


async def test_n_makes_one_step_and_stays_paused(tmp_path) -> None:
    async with watching(tmp_path, trained=5, paused=True) as (opened, pilot):
        await pilot.press("n")
        await until(pilot, lambda: opened.run.session.trainer.step_number == 6)
        await pilot.press("n")
        await until(pilot, lambda: "step       7" in opened.text)
        assert opened.run.session.phase == "paused"
    assert len(opened.client.asked(StepOnce)) == 2


async def test_plus_and_minus_change_the_learning_rate_and_mark_it(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await pilot.press("plus")
        await until(pilot, lambda: "lr 0.00375" in opened.text)
        await pilot.press("minus", "minus")
        await until(pilot, lambda: "lr 0.0024" in opened.text)
        assert [round(c.value, 6) for c in opened.client.asked(SetLearningRate)] == [
            0.00375,
            0.003,
            0.0024,
        ]
        await until(pilot, lambda: "△" in _lane(opened))


def _lane(opened) -> str:
    return next((line for line in opened.lines if "events" in line), "")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_numbers_go_to_panes(tmp_path, size) -> None:
    """Where there is no room one pane is seen, under its tab."""
    async with watching(tmp_path, size=size, paused=True) as (opened, pilot):
        for number, label in enumerate(LABELS, start=1):
            with case(label):
                await pilot.press("escape", str(number))
                pane = opened.dashboard.query_one(f"#{label}")
                await until(pilot, lambda pane=pane: pane.has_focus_within and pane.on_screen)
                assert opened.dashboard.board.current == number
                if size == SMALL:
                    await until(pilot, lambda n=number, x=label: f"▸{n} {x}" in opened.text)
                    await until(pilot, lambda x=label: _seen(opened) == [x])


def _seen(opened) -> list[str]:
    return [pane.label for pane in opened.dashboard.board.panes if pane.on_screen]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_tab_comes_through_all_panes(tmp_path, size) -> None:
    async with watching(tmp_path, size=size, paused=True) as (opened, pilot):
        for key in ("tab", "shift+tab"):
            with case(key):
                seen = set()
                for _ in range(10):
                    await pilot.press(key)
                    await until(pilot, lambda: opened.dashboard.board.current_pane.has_focus_within)
                    seen.add(opened.dashboard.board.current)
                assert seen == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("size", [(120, 35), LARGE])
async def test_f_gives_one_pane_the_screen_and_takes_it_back(tmp_path, size) -> None:
    async with watching(tmp_path, size=size) as (opened, pilot):
        before = [pane.label for pane in opened.dashboard.board.panes if pane.on_screen]
        await pilot.press("2", "f")
        await until(pilot, lambda: opened.dashboard.query_one(StatePane).size.width > size[0] - 6)
        assert [pane.label for pane in opened.dashboard.board.panes if pane.on_screen] == ["state"]
        await pilot.press("f")
        await pilot.pause()
        assert [pane.label for pane in opened.dashboard.board.panes if pane.on_screen] == before


async def test_brackets_choose_another_parameter(tmp_path) -> None:
    async with watching(tmp_path, size=LARGE) as (opened, pilot):
        weights = opened.dashboard.query_one(WeightsPane)
        names = ["layer0.W_hh", "layer0.b_h", "W_hy", "b_y", "layer0.W_xh", "layer0.W_hh"]
        for key, name in zip(["3", *["right_square_bracket"] * 5], names, strict=True):
            await pilot.press(key)
            await until(pilot, lambda name=name: f" {name} " in _title(weights))
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: " layer0.W_xh " in _title(weights))


def _title(pane) -> str:
    return str(pane.border_title)


async def test_brackets_choose_another_layer(tmp_path) -> None:
    async with watching(tmp_path, layers=3) as (opened, pilot):
        state = opened.dashboard.query_one(StatePane)
        await pilot.press("2")
        for layer in ("1", "2", "0"):
            await pilot.press("right_square_bracket")
            await until(pilot, lambda x=layer: f"layer {x} · 8 units" in _title(state))


async def test_the_gradient_is_turned_by_itself(tmp_path) -> None:
    async with watching(tmp_path, size=LARGE) as (opened, pilot):
        gradients = opened.dashboard.query_one(GradientsPane)
        await pilot.press("4")
        await until(pilot, lambda: gradients.has_focus_within)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "gradient layer0.b_h" in _title(gradients))
        assert "layer0.W_hh" in _title(opened.dashboard.query_one(WeightsPane))


async def test_p_scrolls_what_was_pooled_and_shift_with_arrows_moves_it(tmp_path) -> None:
    async with watching(tmp_path, size=SMALL, hidden=200, paused=True) as (opened, pilot):
        weights = opened.dashboard.query_one(WeightsPane)
        await pilot.press("3")
        await until(pilot, lambda: "pooled" in _title(weights))
        await pilot.press("p")
        await until(pilot, lambda: "rows 0–" in _title(weights))
        await pilot.press("shift+down", "shift+right")
        await until(pilot, lambda: weights.first[0] > 0 and weights.first[1] > 0)
        await until(pilot, lambda: f"rows {weights.first[0]}–" in _title(weights))
        await pilot.press("shift+up", "shift+left", "p")
        await until(pilot, lambda: weights.first == (0, 0) and "pooled" in _title(weights))


async def test_the_far_corner_can_be_scrolled_to(tmp_path) -> None:
    async with watching(tmp_path, size=SMALL, hidden=200, paused=True) as (opened, pilot):
        weights = opened.dashboard.query_one(WeightsPane)
        await pilot.press("3", "p")
        await pilot.press(*["shift+down", "shift+right"] * 20)
        await until(pilot, lambda: "–199 of 200, columns " in _title(weights))
        await until(pilot, lambda: _title(weights).endswith("–199 of 200"))


async def test_the_cursor_reads_out_a_value_with_its_units_name(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        state = opened.dashboard.query_one(StatePane)
        hidden = opened.run.session.trainer.workspace.hidden[0][1:, 0].T
        window = opened.run.session.trainer.window.inputs[:, 0]
        await pilot.press("2")
        for keys, unit, t in ((("down", "down", "right"), 1, 2), (("j", "l"), 2, 3)):
            with case(keys):
                await pilot.press(*keys)
                letter = opened.client.welcome.symbols[window[t - 1]]
                where = f"unit {unit} after “{letter.replace(' ', '·')}” t={t}"
                expected = f"{where}: {hidden[unit, t - 1]:+.4g}"
                await until(pilot, lambda x=expected: str(state.border_subtitle) == x)
                await until(pilot, lambda x=expected: x in opened.text)


async def test_the_cursor_names_both_ends_of_a_weight(tmp_path) -> None:
    async with watching(tmp_path, size=SMALL, paused=True) as (opened, pilot):
        weights = opened.dashboard.query_one(WeightsPane)
        await pilot.press("3")
        await until(pilot, lambda: weights.heatmap.data.matrix.size)
        await pilot.press("down", "right")
        matrix = opened.run.session.trainer.params["layer0.W_hh"]
        expected = f"unit 0 → unit 1: {matrix[0, 1]:+.4g}"
        await until(pilot, lambda: expected in opened.text)
        assert str(weights.border_subtitle) == expected


async def test_y_and_w_change_both_charts(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        loss = opened.dashboard.query_one(LossPane)
        chart = loss.query_one(ChartWidget)
        await pilot.press("y")
        await until(pilot, lambda: chart.data.log and "log" in _title(loss))
        await pilot.press("w")
        await until(pilot, lambda: "recent · w whole" in opened.text)
        assert all(pane.which == "recent" for pane in opened.dashboard.query(ChartPane))
        await pilot.press("y", "w")
        await until(pilot, lambda: not chart.data.log and "whole run" in opened.text)


async def test_ctrl_s_saves_and_says_so(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: opened.run.session.saved_step == 5)
        await until(pilot, lambda: "saved step 5" in opened.text)
        await until(pilot, lambda: "◆" in _lane(opened))
    assert len(opened.client.asked(Save)) == 1


async def test_d_changes_between_light_and_dark(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        dark = opened.app.screen.background_colors[1].brightness
        await pilot.press("d")
        await pilot.pause()
        light = opened.app.screen.background_colors[1].brightness
        assert dark < 0.2 < 0.8 < light
        await pilot.press("d")
        await pilot.pause()
        assert opened.app.screen.background_colors[1].brightness == dark


async def test_question_mark_lists_the_keys_of_where_one_is(tmp_path) -> None:
    async with watching(tmp_path, size=(120, 50), paused=True) as (opened, pilot):
        await pilot.press("2", "question_mark")
        await until(pilot, lambda: "pause or go on training" in opened.text)
        assert "Pool or scroll" in opened.text or "pool or scroll" in opened.text
        await pilot.press("escape")
        await until(pilot, lambda: opened.app.screen is opened.dashboard)
        await pilot.press("1", "f1")
        await until(pilot, lambda: "pause or go on training" in opened.text)
        assert "ool or scroll" not in opened.text


async def test_the_list_of_keys_speaks_with_one_voice(tmp_path) -> None:
    async with watching(tmp_path, size=(120, 100), paused=True) as (opened, pilot):
        await pilot.press("question_mark")
        await until(pilot, lambda: "the command palette: everything by its name" in opened.text)
        assert "Open the command palette" not in opened.text


async def test_the_list_of_keys_closes(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        for key in ("escape", "question_mark", "f1", "q", "enter"):
            with case(key):
                await pilot.press("question_mark")
                await until(pilot, lambda: opened.app.screen is not opened.dashboard)
                await pilot.press(key)
                await until(pilot, lambda: opened.app.screen is opened.dashboard)


async def test_ctrl_p_opens_the_palette_and_escape_closes_it(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: opened.app.screen is not opened.dashboard)
        await pilot.press("escape")
        await until(pilot, lambda: opened.app.screen is opened.dashboard)
        await pilot.press("ctrl+p", *"checkpoint")
        await until(pilot, lambda: "Save a checkpoint now" in opened.text)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: opened.app.screen is opened.dashboard)


async def test_no_line_keeps_the_colours_of_the_theme_before(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        for dark in (False, True):
            await pilot.press("d")
            await opened.frames(pilot)
            strips = opened.dashboard._compositor.render_strips(opened.app.size)
            styles = [segment.style for strip in strips for segment in strip if segment.style]
            plain = {"#0f1318", "#fbfbf8"} & {
                style.bgcolor.name for style in styles if style.bgcolor is not None
            }
            assert plain == {"#0f1318" if dark else "#fbfbf8"}
