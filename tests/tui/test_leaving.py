"""Leaving: what becomes of the run, and of the app."""

from __future__ import annotations

import pytest

from rnn_tui.training.protocol import LeaveRunning, Stop
from rnn_tui.tui.screens.leave import LeaveScreen
from tests.tui.afresh import case
from tests.tui.local_client import watching
from tests.tui.opened import until


async def _asked(opened, pilot, key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(opened.app.screen, LeaveScreen))


async def test_leaving_is_asked_about(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        for key in ("q", "ctrl+c", "ctrl+q"):
            with case(key):
                await _asked(opened, pilot, key)
                await until(pilot, lambda: "leave quiet-otter?" in opened.text)
                await pilot.press("escape")
                await until(pilot, lambda: opened.app.screen is opened.dashboard)


async def test_one_can_stay(tmp_path) -> None:
    async with watching(tmp_path, owner=True) as (opened, pilot):
        for key in ("escape", "c", "q"):
            with case(key):
                await _asked(opened, pilot, "q")
                await pilot.press(key)
                await until(pilot, lambda: opened.app.screen is opened.dashboard)
                assert not opened.client.asked(Stop) + opened.client.asked(LeaveRunning)


@pytest.mark.parametrize(
    ("keys", "owner"),
    [
        (("q", "s"), True),
        (("q", "s"), False),
        (("ctrl+c", "ctrl+c"), True),
        (("q", "ctrl+c"), False),
    ],
)
async def test_the_run_is_saved_and_stopped(tmp_path, keys, owner) -> None:
    async with watching(tmp_path, owner=owner) as (opened, pilot):
        await _asked(opened, pilot, keys[0])
        await pilot.press(keys[1])
        await until(pilot, lambda: opened.app._exit)
    assert opened.run.session.phase == "stopped"
    assert opened.run.session.saved_step == opened.run.session.trainer.step_number
    assert (
        opened.app.return_value
        == "run quiet-otter saved and stopped; go on with: rnn-tui resume quiet-otter"
    )
    assert opened.app.return_code == 0


@pytest.mark.parametrize("owner", [True, False])
async def test_the_run_is_left_running(tmp_path, owner) -> None:
    async with watching(tmp_path, owner=owner) as (opened, pilot):
        await _asked(opened, pilot, "q")
        await pilot.press("l")
        await until(pilot, lambda: opened.app._exit)
        assert opened.run.session.phase == "training"
    assert opened.client.asked(LeaveRunning)
    assert "rnn-tui attach quiet-otter" in opened.app.return_value


async def test_an_answer_can_be_clicked(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _asked(opened, pilot, "q")
        await until(pilot, lambda: "stay here" in opened.text)
        row = next(y for y, line in enumerate(opened.lines) if "stay here" in line)
        await pilot.click(offset=(opened.lines[row].index("stay here"), row))
        await until(pilot, lambda: opened.app.screen is opened.dashboard)


async def test_ctrl_c_in_the_prompt_leaves_too(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await pilot.press("t", "a")
        await _asked(opened, pilot, "ctrl+c")


async def test_without_a_trainer_there_is_nothing_to_ask(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        opened.reachable, opened.client.gone = False, True
        await until(pilot, lambda: "✗ lost" in opened.text)
        await pilot.press("q")
        await until(pilot, lambda: opened.app._exit)
    assert opened.app.return_code == 0


async def test_a_trainer_that_cannot_save_is_told_of(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _asked(opened, pilot, "q")
        opened.reachable, opened.client.gone = False, True
        await pilot.press("s")
        await until(pilot, lambda: opened.app._exit)
    assert "trainer" in opened.app.complaint
    assert opened.app.return_code == 4


async def test_a_run_that_cannot_be_saved_is_not_left(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _asked(opened, pilot, "q")
        opened.client.refuses = "cannot write: no space left"
        await pilot.press("s")
        await until(pilot, lambda: "no space left" in opened.text)
        assert opened.app.is_running
        assert not opened.app._exit
