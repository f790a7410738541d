"""From the dashboard into the stepper and back: what becomes of the run meanwhile."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace

import pytest
from textual.screen import Screen

import rnn_tui.stepping.live  # noqa: F401 (loaded, and compiled, before a test waits for it)
from rnn_tui.runs.tensors import to_bytes
from rnn_tui.training import window_answers
from rnn_tui.training.protocol import Pause, Resume
from rnn_tui.training.window_messages import NextArray, NextWindow
from rnn_tui.tui import feed
from rnn_tui.tui.screens.leave import LeaveScreen
from rnn_tui.tui.screens.taking import TakingScreen
from tests.tui.local_client import LocalClient, local_run, watching
from tests.tui.opened import until


class Walk(Screen[None]):
    """Stands in for the stepper: holds the window, and escape leaves it."""

    BINDINGS = [("escape", "dismiss", "back")]  # noqa: RUF012

    def __init__(self, window) -> None:
        super().__init__()
        self.window = window


@pytest.fixture(autouse=True)
def _walk(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(StepperScreen=Walk)
    monkeypatch.setitem(sys.modules, "rnn_tui.tui.screens.stepper", module)
    monkeypatch.setattr(feed, "COVERED_SECONDS", 0.02)


def _walking(opened) -> bool:
    return isinstance(opened.app.screen, Walk)


async def _step_in(opened, pilot) -> None:
    await pilot.press("s")
    await until(pilot, lambda: _walking(opened))


async def _step_out(opened, pilot) -> None:
    await pilot.press("escape")
    await until(pilot, lambda: opened.app.screen is opened.dashboard)


async def test_s_pauses_and_opens_the_window_of_the_next_step(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _step_in(opened, pilot)
        session = opened.run.session
        assert session.phase == "paused"
        window = opened.app.screen.window
        assert window.title == f"quiet-otter · step {session.trainer.step_number + 1}"
        loss = session.trainer.step().loss
    assert window.trace().loss == pytest.approx(loss, rel=1e-12)


async def test_on_the_way_back_training_goes_on(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _step_in(opened, pilot)
        at = opened.run.session.trainer.step_number
        await _step_out(opened, pilot)
        await until(pilot, lambda: opened.run.session.trainer.step_number > at)
        await until(pilot, lambda: "● training" in opened.lines[0])
    assert len(opened.client.asked(Resume)) == 1


async def test_a_run_that_was_paused_stays_paused(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await _step_in(opened, pilot)
        await _step_out(opened, pilot)
        await opened.frames(pilot)
        assert opened.run.session.phase == "paused"
    assert not opened.client.asked(Resume)


async def test_what_others_did_meanwhile_is_left_as_it_is(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _step_in(opened, pilot)
        opened.run.session.go_on()
        opened.run.work(5)
        opened.run.session.pause()  # on purpose
        await _step_out(opened, pilot)
        await opened.frames(pilot)
        assert opened.run.session.phase == "paused"


async def test_a_walk_does_not_change_a_bit_of_the_training(tmp_path) -> None:
    async with watching(tmp_path / "watched") as (opened, pilot):
        for _ in range(3):
            await _step_in(opened, pilot)
            await _step_out(opened, pilot)
            await opened.frames(pilot)
        opened.run.session.pause()
        watched = opened.run.session.trainer.checkpoint()
    with local_run(tmp_path) as run:
        run.train_to(watched.step)
        alone = run.session.trainer.checkpoint()
    assert to_bytes(watched) == to_bytes(alone)


async def test_a_refusal_is_told_and_training_goes_on(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        refuse = opened.client.ask

        async def ask(request):
            if isinstance(request, NextArray):
                opened.run.session.go_on()  # somebody else lets it train meanwhile
            return await refuse(request)

        opened.client.ask = ask
        await pilot.press("s")
        await until(pilot, lambda: "pause it, then its next window" in opened.text)
        assert opened.app.screen is opened.dashboard
        assert opened.run.session.phase == "training"


async def test_what_the_server_refuses_at_once_is_told(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        opened.client.refuses = "not today"
        await pilot.press("s")
        await until(pilot, lambda: "not today" in opened.text)
        assert opened.app.screen is opened.dashboard


async def test_a_server_that_is_gone_is_told_of(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        opened.reachable, opened.client.gone = False, True
        await until(pilot, lambda: "lost" in opened.lines[0])
        await pilot.press("s")
        await until(pilot, lambda: "no trainer to tell" in opened.text)
        assert opened.app.screen is opened.dashboard


async def test_while_the_window_comes_the_screen_says_so_and_escape_stays(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(window_answers, "MOST_ELEMENTS", 20)
    async with watching(tmp_path) as (opened, pilot):
        come = asyncio.Event()
        answer = opened.client.ask

        async def ask(request):
            if isinstance(request, NextArray) and request.start > 0:
                await come.wait()
            return await answer(request)

        opened.client.ask = ask
        await pilot.press("s")
        await until(pilot, lambda: "taking the window …" in opened.text)
        await pilot.press("s", "space", "n")  # nothing else is done meanwhile
        await pilot.press("escape")
        await until(pilot, lambda: opened.app.screen is opened.dashboard)
        await pilot.press("s")  # too early: the first window is still on its way
        come.set()
        await until(pilot, lambda: opened.run.session.phase == "training")
        await opened.frames(pilot)
    assert len(opened.client.asked(Pause)) == len(opened.client.asked(NextWindow)) == 1


async def test_s_twice_at_once_opens_one_walk(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await pilot.press("s", "s")
        await until(pilot, lambda: _walking(opened))
        assert len(opened.app.screen_stack) == 3
        await _step_out(opened, pilot)


async def test_nothing_is_asked_or_drawn_under_the_walk_and_afterwards_all_of_it(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _step_in(opened, pilot)
        shown = opened.dashboard.frame
        polls = len(opened.client.polls)
        answered = opened.app.answered
        await until(pilot, lambda: opened.app.answered > answered)
        answered = opened.app.answered
        await until(pilot, lambda: opened.app.answered > answered)
        assert len(opened.client.polls) == polls
        assert opened.dashboard.frame is shown
        opened.run.session.go_on()
        opened.run.work(30)
        at = opened.run.session.trainer.step_number
        await _step_out(opened, pilot)
        await until(pilot, lambda: opened.dashboard.frame is not shown)
        assert opened.dashboard.frame.history.loss.last_step >= at


async def test_a_run_that_is_left_running_from_the_walk_trains(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _step_in(opened, pilot)
        await pilot.press("ctrl+c", "l")
        await until(pilot, lambda: opened.run.session.phase == "training")
        await until(pilot, lambda: opened.app._exit)


async def test_the_dialog_above_the_line_is_answered_first(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        taking = TakingScreen()
        await opened.app.push_screen(taking)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(opened.app.screen, LeaveScreen))
        closing = asyncio.create_task(taking.close())
        await opened.frames(pilot)
        assert not closing.done()
        await pilot.press("escape")
        await closing
        assert opened.app.screen is opened.dashboard


async def test_the_key_is_in_the_footer_and_in_the_help(tmp_path) -> None:
    async with watching(tmp_path, size=(200, 50)) as (opened, pilot):
        assert "s stepper" in opened.lines[-1]
        await pilot.press("question_mark")
        await until(pilot, lambda: "step through the next training step" in opened.text)


def test_a_local_client_refuses_as_a_server_does(tmp_path) -> None:
    with local_run(tmp_path) as run:
        client = LocalClient(run)
        with pytest.raises(Exception, match="pause it"):
            asyncio.run(client.ask(NextWindow()))
