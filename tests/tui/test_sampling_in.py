"""From the dashboard into the sampler and back: which weights, and that nobody is disturbed."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from textual.screen import Screen

import rnn_tui.sampling.sampler
import rnn_tui.sampling.sources  # noqa: F401 (loaded, compiled, before a test waits for it)
from rnn_tui.runs.tensors import to_bytes
from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.sources import StoredSource
from rnn_tui.training import weights_answers
from rnn_tui.training.protocol import Pause, Resume
from rnn_tui.training.weights_messages import NextWeights, TakeWeights
from rnn_tui.tui import feed
from rnn_tui.tui.sampling_app import SamplingApp
from tests.sampling.networks import make_weights
from tests.tui.local_client import local_run, watching
from tests.tui.opened import until


class Sampling(Screen[None]):
    """Stands in for the sampler's screen: holds what it is given, and escape leaves it."""

    BINDINGS = [("escape", "dismiss", "back")]  # noqa: RUF012

    def __init__(self, sampler, source) -> None:
        super().__init__()
        self.sampler, self.source = sampler, source


@pytest.fixture(autouse=True)
def _sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(SamplerScreen=Sampling)
    monkeypatch.setitem(sys.modules, "rnn_tui.tui.screens.sampler", module)
    monkeypatch.setattr(feed, "COVERED_SECONDS", 0.02)


async def _go_in(opened, pilot) -> Sampling:
    await pilot.press("T")
    await until(pilot, lambda: isinstance(opened.app.screen, Sampling))
    return opened.app.screen


async def _come_back(opened, pilot) -> None:
    await pilot.press("escape")
    await until(pilot, lambda: opened.app.screen is opened.dashboard)


async def test_t_opens_the_weights_of_now(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        weights = (await _go_in(opened, pilot)).sampler.weights
        trainer = opened.run.session.trainer
    assert weights.title == f"quiet-otter · step {trainer.step_number}"
    assert all(
        np.array_equal(weights.params[name], value) for name, value in trainer.params.items()
    )


async def test_training_goes_on_and_nobody_tells_it_anything(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await _go_in(opened, pilot)
        assert opened.run.session.phase == "training"
        await _come_back(opened, pilot)
        at = opened.run.session.trainer.step_number
        await until(pilot, lambda: opened.run.session.trainer.step_number > at)
    assert not opened.client.asked(Pause)
    assert not opened.client.asked(Resume)


async def test_who_comes_back_finds_the_texts(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        first = (await _go_in(opened, pilot)).sampler
        first.write("the").run()
        await _come_back(opened, pilot)
        assert (await _go_in(opened, pilot)).sampler is first
    assert len(opened.client.asked(TakeWeights)) == 1


async def test_the_source_gives_newer_weights_and_says_what_the_trainer_is_at(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        screen = await _go_in(opened, pilot)
        opened.run.train_to(screen.sampler.weights.step + 20)
        at = opened.run.session.trainer.step_number
        assert (await screen.source.newest(lambda _: None)).step == at
        assert await screen.source.trained() == (at, "training")


async def test_a_visit_does_not_change_a_bit_of_the_training(tmp_path) -> None:
    async with watching(tmp_path / "watched") as (opened, pilot):
        for _ in range(3):
            source = (await _go_in(opened, pilot)).source
            await source.newest(lambda _: None)
            await source.trained()
            await _come_back(opened, pilot)
            await opened.frames(pilot)
        opened.run.session.pause()
        watched = opened.run.session.trainer.checkpoint()
    with local_run(tmp_path) as run:
        run.train_to(watched.step)
        alone = run.session.trainer.checkpoint()
    assert to_bytes(watched) == to_bytes(alone)


# -- where that is not possible --------------------------------------------------------------------


async def test_without_an_answer_the_last_checkpoint_is_read_and_it_is_told_why(tmp_path) -> None:
    async with watching(tmp_path, checkpoint_every=5, trained=7, paused=True) as (opened, pilot):
        opened.reachable, opened.client.gone = False, True
        await until(pilot, lambda: "lost" in opened.lines[0])
        screen = await _go_in(opened, pilot)
        assert screen.sampler.weights.step == 5
        await until(pilot, lambda: "of step 5: there is no" in opened.text)


async def test_where_there_is_no_checkpoint_either_the_dashboard_stays(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        opened.client.refuses = "not today"
        await pilot.press("T")
        await until(pilot, lambda: "not today" in opened.text)
        assert "has no checkpoint yet" in " ".join(opened.text.split())
        assert opened.app.screen is opened.dashboard
        opened.client.refuses = ""
        await _go_in(opened, pilot)


async def test_while_the_weights_come_the_screen_says_so_and_escape_stays(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(weights_answers, "MOST_ELEMENTS", 20)
    async with watching(tmp_path) as (opened, pilot):
        come = asyncio.Event()
        answer = opened.client.ask

        async def ask(request):
            if isinstance(request, NextWeights) and request.start > 0:
                await come.wait()
            return await answer(request)

        opened.client.ask = ask
        await pilot.press("T")
        await until(pilot, lambda: "taking the weights …" in opened.text)
        await pilot.press("escape")
        await until(pilot, lambda: opened.app.screen is opened.dashboard)
        await pilot.press("T")  # too early: the first weights are still on their way
        come.set()
        await opened.frames(pilot)
        assert len(opened.client.asked(TakeWeights)) == 1
        assert opened.app.screen is opened.dashboard
        await _go_in(opened, pilot)


async def test_t_twice_at_once_opens_one_sampler(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        await pilot.press("T", "T")
        await until(pilot, lambda: isinstance(opened.app.screen, Sampling))
        assert len(opened.app.screen_stack) == 3
        await _come_back(opened, pilot)


async def test_the_key_is_in_the_footer_and_in_the_help(tmp_path) -> None:
    async with watching(tmp_path, size=(80, 24)) as (opened, pilot):
        assert "T sampler" in opened.lines[-1]
        assert opened.lines[-1].endswith("q leave")
        await pilot.press("question_mark")
        await until(pilot, lambda: "write texts and look into them" in opened.text)


# -- alone -----------------------------------------------------------------------------------------


async def test_alone_it_opens_on_the_sampler_and_ends_with_it(tmp_path) -> None:
    with local_run(tmp_path) as run:
        sampler, source = Sampler(make_weights()), StoredSource(run.directory)
        app = SamplingApp(sampler, source, tmp_path / "log.txt")
        async with app.run_test(size=(80, 24)) as pilot:
            assert (app.screen.sampler, app.screen.source) == (sampler, source)
            await pilot.press("escape")
            await until(pilot, lambda: app._exit)
    assert app.return_code == 0
