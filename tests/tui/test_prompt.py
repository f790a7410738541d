"""The prompt, the texts that come of it, and their temperature."""

from __future__ import annotations

import pytest

from rnn_tui.training.protocol import SetTemperature, StartSample, StopSample
from rnn_tui.tui.widgets.sample_log import SampleLog
from rnn_tui.tui.widgets.sample_pane import SamplePane
from tests.tui.local_client import watching
from tests.tui.opened import until


def _asked_for(opened):
    return [c for c in opened.client.asked(StartSample) if not c.automatic]


async def _write(opened, pilot, *keys: str) -> SamplePane:
    pane = opened.dashboard.query_one(SamplePane)
    await pilot.press("t")
    await until(pilot, lambda: pane.prompt.has_focus)
    await pilot.press(*keys, "enter")
    await until(pilot, lambda: pane.writing)
    return pane


async def test_a_prompt_is_gone_on_from_while_training_goes_on(tmp_path) -> None:
    # Not measured on held-out text: no step is made as long as that takes.
    async with watching(tmp_path, pieces=20, evaluate_every=0) as (opened, pilot):
        pane = await _write(opened, pilot, *"The")
        log = opened.dashboard.query_one(SampleLog)
        step, length = opened.run.session.trainer.step_number, len(log.latest.text)
        await until(pilot, lambda: len(log.latest.text) > length + 20)
        assert opened.run.session.trainer.step_number > step
        assert log.latest.prompt == "The"
        assert f"The{log.latest.text[:10]}".replace("\n", "↵") in opened.text
        await until(pilot, lambda: pane.complete)
    assert [c.prompt for c in _asked_for(opened)] == ["The"]


async def test_what_is_shown_is_what_was_drawn(tmp_path) -> None:
    async with watching(tmp_path, pieces=20) as (opened, pilot):
        pane = await _write(opened, pilot, *"on")
        await until(pilot, lambda: pane.complete)
        drawn = opened.run.session.streams[1].text
        assert opened.dashboard.query_one(SampleLog).latest.text == drawn
        assert len(drawn) == 500


async def test_keys_of_the_dashboard_are_text_in_the_prompt(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        pane = opened.dashboard.query_one(SamplePane)
        await pilot.press("t")
        await until(pilot, lambda: pane.prompt.has_focus)
        await pilot.press("q", "space", "plus", "minus", "n", "f", "1", "question_mark")
        await pilot.press("d", "less_than_sign", "t", "y", "w", "p", "left_square_bracket")
        assert pane.prompt.value == "q +-nf1?d<tywp["
        assert opened.app.screen is opened.dashboard
        assert opened.run.session.phase == "training"


async def test_the_footer_names_no_key_that_is_text_in_the_prompt(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        assert "+ - lr" in opened.lines[-1]
        await pilot.press("t")
        await until(pilot, lambda: "leave the prompt" in opened.lines[-1])
        assert "lr" not in opened.lines[-1]


async def test_escape_leaves_the_prompt_and_then_ends_the_text(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        pane = await _write(opened, pilot, "a")
        await pilot.press("escape")
        await until(pilot, lambda: not pane.prompt.has_focus)
        assert pane.has_focus_within
        await pilot.press("escape")
        await until(pilot, lambda: pane.complete)
        assert len(opened.dashboard.query_one(SampleLog).latest.text) < 500
    assert len(opened.client.asked(StopSample)) == 1


async def test_the_temperature_of_the_running_text_changes(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        pane = await _write(opened, pilot, "a")
        await pilot.press("escape", "greater_than_sign", "greater_than_sign", "less_than_sign")
        await until(pilot, lambda: pane.slider.value == pytest.approx(0.85))
        stream = opened.run.session.streams[1]
        await until(pilot, lambda: stream.temperature == pytest.approx(0.85))
        assert not stream.finished
        await until(pilot, lambda: "0.85" in opened.text)
    assert len(opened.client.asked(SetTemperature)) == 3


async def test_up_and_down_in_the_prompt_change_the_temperature(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        slider = opened.dashboard.query_one(SamplePane).slider
        await pilot.press("t", "up", "up", "down")
        await until(pilot, lambda: slider.value == pytest.approx(0.85))


async def test_the_next_text_is_written_at_the_temperature_of_the_slider(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        slider = opened.dashboard.query_one(SamplePane).slider
        slider.focus()
        await pilot.press("home")
        await until(pilot, lambda: slider.value == 0)
        await _write(opened, pilot, "a")
    assert _asked_for(opened)[-1].temperature == 0


async def test_texts_come_by_themselves_while_training(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await until(pilot, lambda: opened.client.asked(StartSample))
        log = opened.dashboard.query_one(SampleLog)
        await until(pilot, lambda: log.latest is not None and len(log.latest.text) > 10)
        assert "weights of step" in opened.text
    assert opened.client.asked(StartSample)[0].automatic


async def test_a_new_prompt_takes_the_place_of_the_text_that_is_written(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _write(opened, pilot, "a")
        log = opened.dashboard.query_one(SampleLog)
        await pilot.press("b", "enter")
        await until(pilot, lambda: log.latest.prompt == "ab")
        await until(pilot, lambda: len(log.latest.text) > 5)
    assert [c.prompt for c in _asked_for(opened)] == ["a", "ab"]


async def test_letters_that_the_text_never_had_are_named(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _write(opened, pilot, "é", "a")
        await until(pilot, lambda: "never seen in the text: é" in opened.text)


async def test_an_empty_prompt_writes_too(tmp_path) -> None:
    async with watching(tmp_path, pieces=20) as (opened, pilot):
        pane = await _write(opened, pilot)
        await until(pilot, lambda: pane.complete)


async def test_earlier_texts_are_scrolled_back_to(tmp_path) -> None:
    async with watching(tmp_path, pieces=20) as (opened, pilot):
        log = opened.dashboard.query_one(SampleLog)
        pane = await _write(opened, pilot, *"One")
        await until(pilot, lambda: pane.complete)
        await pilot.press("escape", "home")
        await until(pilot, lambda: log.lines_back > 0 and "One" in opened.text)
        await pilot.press("end")
        await until(pilot, lambda: log.lines_back == 0)
