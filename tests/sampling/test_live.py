"""The weights of a run that is being trained: what they are, and that nobody notices."""

from __future__ import annotations

import asyncio
import hashlib

import numpy as np
import pytest

from rnn_tui.runs.tensors import to_bytes
from rnn_tui.sampling.live import take_weights
from rnn_tui.training import weights_answers
from rnn_tui.training.client import RefusedError
from rnn_tui.training.protocol import Done
from rnn_tui.training.weights_messages import NextWeights, TakeWeights, WeightsTaken
from tests.tui.local_client import LocalClient, local_run


async def _taken(run, **how):
    client = LocalClient(run)
    return await take_weights(client, client.welcome, **how)


def _are_of(weights, trainer) -> bool:
    return list(weights.params) == list(trainer.params) and all(
        np.array_equal(weights.params[name], value) for name, value in trainer.params.items()
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
async def test_they_are_those_of_the_trainer_with_its_symbols(tmp_path, dtype) -> None:
    with local_run(tmp_path, dtype=dtype, layers=2, cell="relu") as run:
        run.train_to(7)
        weights = await _taken(run)
        assert _are_of(weights, run.session.trainer)
        assert weights.vocabulary == run.session.vocabulary
        assert run.session.phase == "training"
    assert (weights.title, weights.cell) == ("quiet-otter · step 7", "relu")
    assert {str(value.dtype) for value in weights.params.values()} == {dtype}


@pytest.mark.parametrize("most", [7, 8, 1000])
async def test_parts_are_put_together(tmp_path, monkeypatch, most) -> None:
    monkeypatch.setattr(weights_answers, "MOST_ELEMENTS", most)
    told: list[float] = []
    with local_run(tmp_path) as run:
        run.train_to(3)
        assert _are_of(await _taken(run, tell=told.append), run.session.trainer)
        assert not run.session.copies
    assert told == sorted(told)
    assert told[-1] == 1.0


class _Training(LocalClient):
    """Training goes on between any two questions."""

    async def ask(self, request):
        self.run.work(1)
        await asyncio.sleep(0)
        return await super().ask(request)


async def test_they_are_of_one_step_although_training_goes_on(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(weights_answers, "MOST_ELEMENTS", 16)
    with local_run(tmp_path) as run:
        client = _Training(run)
        weights = await take_weights(client, client.welcome)
        assert run.session.trainer.step_number > weights.step + 5
    with local_run(tmp_path, name="alone") as alone:
        alone.train_to(weights.step)
        assert _are_of(weights, alone.session.trainer)


async def test_whoever_takes_another_copy_of_a_client_ends_the_first(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(weights_answers, "MOST_ELEMENTS", 16)
    with local_run(tmp_path) as run:
        client = _Training(run)
        first = asyncio.create_task(take_weights(client, client.welcome))
        while not client.asked(NextWeights):
            await asyncio.sleep(0)
        second = await take_weights(client, client.welcome)
        with pytest.raises(RefusedError, match="take one first"):
            await first
        assert second.step > 1


@pytest.mark.parametrize("wrong", [Done(), WeightsTaken(1, 3)])
async def test_an_answer_that_is_none_is_refused(tmp_path, wrong) -> None:
    class Confused(LocalClient):
        async def ask(self, request):
            answer = await super().ask(request)
            return wrong if isinstance(request, TakeWeights) else answer

    with local_run(tmp_path) as run:
        client = Confused(run)
        with pytest.raises(RefusedError):
            await take_weights(client, client.welcome)


async def test_taking_them_changes_no_bit_of_what_follows(tmp_path) -> None:
    digests = []
    for name, takes in (("watched", True), ("alone", False)):
        with local_run(tmp_path, name=name) as run:
            for step in range(1, 12):
                run.train_to(step)
                if takes:
                    await _taken(run)
            digests.append(hashlib.sha256(to_bytes(run.session.trainer.checkpoint())).digest())
    assert digests[0] == digests[1]
