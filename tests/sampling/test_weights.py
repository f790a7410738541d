"""The weights of a checkpoint, and what is said where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.parameters import zero_state
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError, ConfigError, CorruptRunError
from rnn_tui.sampling.weights import Weights, from_checkpoint
from rnn_tui.text.vocabulary import Vocabulary
from tests.tui.local_client import local_run


@pytest.fixture
def directory(tmp_path) -> RunDirectory:
    """A run that nobody trains any more, with checkpoints of steps 10, 20 and 25."""
    with local_run(tmp_path, layers=2, checkpoint_every=10, dtype="float32") as run:
        run.train_to(25)
    return run.directory


def test_the_newest_are_those_that_training_ended_with(tmp_path) -> None:
    with local_run(tmp_path, layers=2) as run:
        run.train_to(12)
        run.session.close()
        weights, trainer = from_checkpoint(run.directory), run.session.trainer
    assert weights.title == "quiet-otter · step 12"
    assert all(np.array_equal(weights.params[name], w) for name, w in trainer.params.items())
    assert weights.vocabulary == run.session.vocabulary


def test_a_step_is_that_step_alone(directory) -> None:
    assert [from_checkpoint(directory, at).step for at in (None, 10, 25)] == [25, 10, 25]


def test_step_0_is_the_network_that_training_began_with(tmp_path) -> None:
    with local_run(tmp_path, initialization="orthogonal") as run:
        weights = from_checkpoint(run.directory, at=0)
        first = run.session.trainer.params
    assert all(np.array_equal(weights.params[name], value) for name, value in first.items())


def test_a_step_without_a_checkpoint_names_those_that_there_are(directory) -> None:
    with pytest.raises(ConfigError, match="no checkpoint of step 11: there are steps 0, 10, 20,"):
        from_checkpoint(directory, 11)


def test_a_run_that_was_never_saved_says_how_to_go_on(tmp_path) -> None:
    with (
        local_run(tmp_path) as run,
        pytest.raises(ConfigError, match=r"no checkpoint yet: rnn-tui resume quiet-otter"),
    ):
        from_checkpoint(run.directory)


def test_a_damaged_one_is_passed_over_but_not_where_it_is_asked_for(directory) -> None:
    (directory.checkpoints / "step-000000025.safetensors").write_bytes(b"nothing")
    assert from_checkpoint(directory).step == 20
    with pytest.raises(CorruptRunError, match="step-000000025"):
        from_checkpoint(directory, 25)


def test_weights_that_are_not_finite_are_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("rnn_tui.training.trainer.Trainer.finite", True)
    with local_run(tmp_path) as run:
        run.train_to(2)
        run.session.trainer.params["W_hy"][0, 0] = np.nan
    with pytest.raises(CheckpointError, match="W_hy is not finite"):
        from_checkpoint(run.directory)


def test_they_cannot_be_changed_and_have_the_size_of_their_vocabulary(directory) -> None:
    weights = from_checkpoint(directory)
    state = zero_state(weights.architecture, 1, np.float32)
    assert [h.shape for h in state] == [(1, 8), (1, 8)]
    with pytest.raises(ValueError, match="read-only"):
        weights.params["W_hy"][0, 0] = 1
    with pytest.raises(ValueError, match="the vocabulary has 3"):
        Weights(weights.params, "tanh", Vocabulary.of("abc", "character"), 1, "otter")
