"""The next window of a run that is being trained: what it is, and that nobody notices."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from rnn_tui.core.clipping import gradient_norm
from rnn_tui.core.model import loss_and_gradients
from rnn_tui.runs.tensors import to_bytes
from rnn_tui.stepping import live
from rnn_tui.stepping.live import take_window
from rnn_tui.training import window_answers
from rnn_tui.training.client import RefusedError
from rnn_tui.training.protocol import StepOnce
from tests.tui.local_client import LocalClient, local_run


async def _taken(run, **how):
    client = LocalClient(run)
    return await take_window(client, client.welcome, **how)


def _digest(run) -> str:
    return hashlib.sha256(to_bytes(run.session.trainer.checkpoint())).hexdigest()


@pytest.mark.parametrize(("dtype", "most"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("steps", [0, 5])
async def test_the_next_step_has_the_loss_and_the_gradients_of_the_window(
    tmp_path, dtype, most, steps
) -> None:
    with local_run(tmp_path, dtype=dtype, layers=2, clip=0.0) as run:
        run.train_to(steps)
        run.session.pause()
        window = await _taken(run)
        fast = loss_and_gradients(window.params, window.inputs, window.targets, window.state)
        traced = window.trace()
        result = run.session.trainer.step()
    flat = np.concatenate([gradient.ravel() for gradient in fast.gradients.values()])
    assert result.step == steps + 1
    assert window.title == f"quiet-otter · step {result.step:,}"
    assert fast.loss == pytest.approx(result.loss, rel=most)
    assert traced.loss == pytest.approx(result.loss, rel=most)
    assert gradient_norm(flat) == pytest.approx(result.gradient_norm, rel=most)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw"])
async def test_the_walk_ends_at_the_weights_that_the_next_step_makes(tmp_path, optimizer) -> None:
    settings = {"optimizer": optimizer, "clip": 0.1, "clip_value": 0.01, "schedule": "cosine"}
    with local_run(tmp_path, decay_steps=50, **settings) as run:
        run.train_to(7)
        run.session.turn("learning_rate", 0.0123)
        run.session.pause()
        updated = (await _taken(run)).trace().updated
        assert run.session.trainer.step().scale < 1
        for name, value in run.session.trainer.params.items():
            np.testing.assert_allclose(updated[name], value, rtol=1e-11, atol=1e-13)


async def test_where_the_text_begins_again_the_window_has_a_state_of_zeros(tmp_path) -> None:
    with local_run(tmp_path) as run:
        trainer = run.session.trainer
        trainer.batches.seek(2, trainer.batches.length - 16)
        run.train_to(1)
        run.session.pause()
        assert np.abs(trainer.state[0]).max() > 0
        window = await _taken(run)
        assert not window.state[0].any()
        result = trainer.step()
    assert result.reset
    assert window.trace().loss == pytest.approx(result.loss, rel=1e-12)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
async def test_taking_a_window_changes_no_bit_of_what_follows(tmp_path, dtype) -> None:
    digests = []
    for name, takes in (("watched", True), ("alone", False)):
        with local_run(tmp_path, name=name, dtype=dtype, layers=2) as run:
            for step in range(1, 12):
                run.train_to(step)
                if takes:
                    run.session.pause()
                    await _taken(run, row=1)
                    run.session.go_on()
            digests.append(_digest(run))
    assert digests[0] == digests[1]


async def test_one_row_is_that_row_of_the_batch(tmp_path) -> None:
    with local_run(tmp_path, batch=3) as run:
        run.train_to(4)
        run.session.pause()
        whole, one = await _taken(run), await _taken(run, row=2)
    assert (one.row, one.rows, one.batch) == (2, 3, 1)
    assert np.array_equal(one.inputs, whole.inputs[:, 2:])
    assert np.array_equal(one.state[0], whole.state[0][2:])


@pytest.mark.parametrize("most", [7, 8, 100])
async def test_arrays_that_come_in_parts_are_put_together(tmp_path, monkeypatch, most) -> None:
    with local_run(tmp_path, dtype="float32") as run:
        run.train_to(3)
        run.session.pause()
        monkeypatch.setattr(window_answers, "MOST_ELEMENTS", most)
        told: list[float] = []
        window = await _taken(run, tell=told.append)
        trainer = run.session.trainer
        assert all(np.array_equal(window.params[name], w) for name, w in trainer.params.items())
        squares = [value.ravel() for value in window.update.moments["squares"].values()]
        assert np.array_equal(np.concatenate(squares), trainer.optimizer.moments["squares"])
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_while_training_goes_on_it_is_refused(tmp_path) -> None:
    with local_run(tmp_path) as run:
        run.train_to(3)
        with pytest.raises(RefusedError, match="pause it"):
            await _taken(run)


async def test_what_a_step_comes_between_is_taken_again(tmp_path) -> None:
    with local_run(tmp_path) as run:
        run.train_to(3)
        run.session.pause()
        client = _Stepping(run, steps=2)
        window = await take_window(client, client.welcome)
        assert window.title.endswith("step 6")
        loss = run.session.trainer.step().loss
    assert window.trace().loss == pytest.approx(loss, rel=1e-12)


async def test_a_run_that_steps_for_ever_is_given_up(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(live, "ATTEMPTS", 3)
    with local_run(tmp_path) as run:
        run.session.pause()
        client = _Stepping(run, steps=1000)
        with pytest.raises(RefusedError, match="somebody else"):
            await take_window(client, client.welcome)


class _Stepping(LocalClient):
    """Somebody else makes training steps while the window is taken."""

    def __init__(self, run, steps: int) -> None:
        super().__init__(run)
        self.steps = steps

    async def ask(self, request):
        if self.steps and len(self.sent) % 5 == 3:
            self.steps -= 1
            await super().ask(StepOnce())
            self.run.rest()
        return await super().ask(request)


async def test_a_finished_run_shows_the_window_that_would_come(tmp_path) -> None:
    with local_run(tmp_path, steps=4) as run:
        run.rest()
        assert run.session.phase == "finished"
        assert (await _taken(run)).title.endswith("step 5")
