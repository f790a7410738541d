"""Which weights write: the newest, those kept, those of a step or of another run."""

from __future__ import annotations

import pytest

from rnn_tui.runs.errors import RunError
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.sources import Trained
from rnn_tui.training.client import RefusedError, ServerGoneError
from tests.sampling.networks import make_weights
from tests.tui.sampling import SYMBOLS, Sampling, sampling


def newer(step: int):
    return make_weights(SYMBOLS, layers=1, hidden=8, step=step, seed=step)


def notices(s: Sampling) -> str:
    return " ".join(notice.message for notice in s.app._notifications)


async def test_every_text_takes_the_newest_and_keeps_what_it_was_written_with() -> None:
    async with sampling() as s:
        for step in (7, 20, 31):
            s.source.newer = newer(step)
            await s.write("ab")
        assert [text.weights.step for text in s.view.texts] == [7, 20, 31]
        assert s.source.taken == 3
        await s.until("step 31")


async def test_the_same_weights_are_not_kept_twice() -> None:
    async with sampling() as s:
        before = s.sampler.weights
        s.source.newer = newer(7)
        await s.write("ab")
        assert s.sampler.weights is before


async def test_weights_are_kept_once_nothing_is_followed() -> None:
    async with sampling() as s:
        await s.leave()
        await s.press("F")
        await s.until("new texts keep the weights of step 7")
        s.source.newer = newer(20)
        await s.write("ab")
        assert (s.column.weights.step, s.source.taken) == (7, 0)
        assert "· kept" in s.lines[0]
        await s.press("F")
        await s.until("every new text takes the newest weights")
        await s.write("ab")
        assert s.column.weights.step == 20


async def test_another_seed_follows_too_and_a_branch_keeps_its_network() -> None:
    async with sampling() as s:
        await s.write("ab")
        s.source.newer = newer(20)
        await s.do("go 1", "branch h")
        assert s.column.weights.step == 7
        await s.press("r")
        await s.until(lambda: s.column.weights.step == 20)


async def test_of_a_run_that_nobody_trains_there_are_no_newer_weights() -> None:
    async with sampling() as s:
        s.source.live = False
        await s.leave()
        await s.press("F")
        await s.until("held at step 7, as it was opened: w chooses another step")
        await s.write("ab")
        assert s.source.taken == 0


REFUSALS = [
    (RefusedError("the run is paused: it gives nothing"), "the run is paused"),
    (ServerGoneError("the trainer is gone"), "the trainer is gone"),
    (RunError("the checkpoint is damaged"), "the checkpoint is damaged"),
    (SamplerError("there is nothing yet"), "there is nothing yet"),
    (TimeoutError(), "the trainer does not answer"),
]


@pytest.mark.parametrize(("refusal", "words"), REFUSALS)
async def test_a_trainer_that_refuses_is_told_and_the_text_is_written(refusal, words) -> None:
    async with sampling() as s:
        s.source.refusal = refusal
        await s.write("ab")
        assert f"{words}" in notices(s)
        assert "the weights of before are used" in notices(s)
        assert (s.column.count, s.column.weights.step) == (62, 7)
        s.source.refusal, s.source.newer = None, newer(20)
        await s.write("ab")
        assert s.column.weights.step == 20


async def test_a_checkpoint_in_place_of_the_newest_is_told() -> None:
    async with sampling() as s:
        s.source.trouble = "the trainer does not answer"
        await s.write("ab")
        assert "the last checkpoint is used: the trainer does not answer" in notices(s)


async def chosen(s: Sampling, *keys: str) -> None:
    await s.leave()
    await s.press("w")
    await s.until("takes them")
    await s.press(*keys, "enter")
    await s.until(lambda: s.alone)
    await s.rest()


CHOICES = [
    (("down",), "owl · step 7"),
    (("down", "down"), "owl · step 0"),
    (("j", "j", "j"), "step 3"),
]


@pytest.mark.parametrize(("keys", "title"), CHOICES)
async def test_a_step_or_another_run_is_chosen_and_kept(keys, title) -> None:
    async with sampling() as s:
        await chosen(s, *keys)
        assert not s.view.follow
        await s.until(f"{title} · kept")
        await s.write("ab")
        assert title in s.column.weights.title
        assert s.source.taken == 0


async def test_the_newest_is_chosen_again() -> None:
    async with sampling() as s:
        await chosen(s, "down", "down")
        s.source.newer = newer(20)
        await chosen(s)
        assert s.view.follow
        assert s.view.weights.step == 20


async def test_escape_keeps_the_weights() -> None:
    async with sampling() as s:
        await s.leave()
        await s.press("w")
        await s.until("takes them")
        await s.press("down", "escape")
        await s.until(lambda: s.alone)
        assert s.view.follow
        assert s.view.weights.step == 7


async def test_a_step_that_cannot_be_read_is_told_and_nothing_is_lost() -> None:
    async with sampling() as s:
        await s.write("ab")

        def damaged(step: int):
            raise RunError("the checkpoint is damaged: choose another one")

        s.source.at = damaged
        await s.press("w")
        await s.until("takes them")
        await s.press("down", "enter")
        await s.until("the checkpoint is damaged: choose another one")
        assert s.view.follow
        assert len(s.view.texts) == 1


@pytest.mark.parametrize("key", ["w", "s"])
async def test_a_folder_that_cannot_be_read_is_told(key) -> None:
    async with sampling() as s:

        def gone():
            raise RunError("the run's folder is gone")

        s.source.checkpoints = gone
        await s.leave()
        await s.press(key)
        await s.until("the run's folder is gone")
        assert s.alone


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Trained(12_480, "training"), "● training, step 12,480"),
        (Trained(5, "paused"), "○ paused, step 5"),
    ],
)
async def test_the_header_tells_how_far_training_is(progress, words) -> None:
    async with sampling() as s:
        s.source.progress = progress
        s.screen._ask_trained()
        await s.until(words)


async def test_the_header_tells_nothing_of_a_trainer_that_is_gone() -> None:
    async with sampling() as s:
        await s.until("training, step 9")
        s.source.progress = None
        s.screen._ask_trained()
        await s.until(lambda: "training" not in s.lines[0])


@pytest.mark.parametrize("width", [20, 40, 60, 80])
async def test_the_header_never_overflows(width) -> None:
    async with sampling(size=(width, 24)) as s:
        assert len(s.lines[0]) <= width
        assert "owl" in s.lines[0]
