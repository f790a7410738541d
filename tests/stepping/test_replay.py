"""A stored run entered again at any of its steps, without its server."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.model import Workspace
from rnn_tui.core.parameters import architecture_of
from rnn_tui.runs.checkpoint import list_checkpoints
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError, CorruptRunError
from rnn_tui.runs.metrics import MetricsLog, MetricsReader
from rnn_tui.stepping.replay import replaying, run_window
from rnn_tui.training.session import Session
from tests.tui.local_client import local_run

HALVES = {"checkpoint_every": 10, "steps": 40, "layers": 2, "learning_rate": 0.01}


def _trained(folder, **settings) -> RunDirectory:
    with local_run(folder, **{**HALVES, **settings}) as run:
        run.rest()
    return run.directory


def _loss(window) -> float:
    """As training computes it, in the precision of training."""
    dtype = window.trained_dtype or window.dtype
    params = {name: value.astype(dtype) for name, value in window.params.items()}
    state = tuple(h.astype(dtype) for h in window.state)
    workspace = Workspace(architecture_of(params, window.cell), window.steps, window.batch, dtype)
    return workspace.loss(params, window.inputs, window.targets, state)


def _logged(run, step: int):
    with MetricsReader(run.metrics_file) as log:
        return log.rows_after(step - 1, 1)[0]


@pytest.mark.parametrize("at", [1, 3, 11, 21, 25, 31, 40])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_step_has_its_logged_loss_to_the_last_bit(tmp_path, dtype, at) -> None:
    run = _trained(tmp_path, dtype=dtype)
    window = run_window(run.path, at)
    assert window.title == f"quiet-otter · step {at}"
    assert _loss(window) == _logged(run, at).loss
    assert window.update.learning_rate == _logged(run, at).learning_rate
    assert min(list_checkpoints(run.checkpoints)) == 20  # so that some come from the beginning


def test_without_a_step_it_is_the_window_that_a_resumed_run_begins_with(tmp_path) -> None:
    run = _trained(tmp_path)
    window = run_window(run.path)
    session = Session(run, resume=True, steps=50)
    result = session.trainer.step()
    session.close()
    assert (window.title, _loss(window)) == ("quiet-otter · step 41", result.loss)
    assert window.update.steps == 40


def test_the_step_behind_the_last_checkpoint_need_not_be_logged(tmp_path) -> None:
    run = _trained(tmp_path)
    behind, following = run_window(run.path, 41), run_window(run.path)
    assert behind.title == following.title
    assert _loss(behind) == _loss(following)


def test_rates_that_were_changed_on_the_way_are_changed_again(tmp_path) -> None:
    with local_run(tmp_path, **HALVES, schedule="cosine") as run:
        for step, rate in ((13, 1 / 3), (17, 0.0123456789), (25, 0.001)):
            run.train_to(step)
            run.session.turn("learning_rate", rate)
        run.rest()
    for at in (14, 20, 29, 36):
        window, row = run_window(run.directory.path, at), _logged(run.directory, at)
        assert _loss(window) == row.loss
        assert window.update.learning_rate == row.learning_rate


def test_the_weights_of_a_replay_are_those_of_the_run(tmp_path) -> None:
    with local_run(tmp_path, **HALVES) as run:
        run.train_to(17)
        weights, squares = (run.session.trainer.flat, run.session.trainer.optimizer.moments)
        weights, squares = weights.copy(), squares["squares"].copy()
        run.rest()
    window = run_window(run.directory.path, 18)
    assert np.array_equal(np.concatenate([w.ravel() for w in window.params.values()]), weights)
    moments = window.update.moments["squares"]
    assert np.array_equal(np.concatenate([s.ravel() for s in moments.values()]), squares)


def test_a_run_that_is_being_trained_can_be_entered_and_does_not_notice(tmp_path) -> None:
    with local_run(tmp_path, **HALVES) as run:
        run.train_to(33)
        run.session.metrics.flush()
        before = {path.name for path in run.directory.path.rglob("*")}
        with run.directory.lock():
            window = run_window(run.directory.path, 32)
        assert {path.name for path in run.directory.path.rglob("*")} - before <= {"lock"}
        assert _loss(window) == _logged(run.directory, 32).loss


def test_a_damaged_checkpoint_only_takes_longer(tmp_path) -> None:
    run = _trained(tmp_path)
    whole = _loss(run_window(run.path, 35))
    (run.checkpoints / "step-000000030.safetensors").write_bytes(b"nothing")
    assert _loss(run_window(run.path, 35)) == whole == _logged(run, 35).loss


def test_progress_goes_from_nothing_to_all(tmp_path) -> None:
    run = _trained(tmp_path)
    told = list(replaying(run.path, 18))
    assert told[0] == 0.0
    assert len(told) == 18
    assert told == sorted(told)
    assert told[-1] <= 1.0


def test_a_loss_that_is_not_the_logged_one_is_said_in_the_title(tmp_path) -> None:
    run = _trained(tmp_path)
    with MetricsLog(run.metrics_file) as log:
        log._connection.execute("UPDATE rows SET loss = loss + 0.5 WHERE step = 12")
    assert "not to the last bit: its loss is 5.0e-01 from" in run_window(run.path, 12).title
    assert run_window(run.path, 13).title == "quiet-otter · step 13"


@pytest.mark.parametrize("at", [0, -3, 42, 2**70])
def test_a_step_that_was_not_made_is_refused(tmp_path, at) -> None:
    run = _trained(tmp_path)
    with pytest.raises(ConfigError, match=r"quiet-otter has steps 1 to 40 in its log"):
        run_window(run.path, at)


def test_a_row_that_there_is_not_is_refused(tmp_path) -> None:
    run = _trained(tmp_path)
    assert run_window(run.path, 5, row=1).row == 1
    with pytest.raises(ConfigError, match="choose 0 to 1"):
        run_window(run.path, 5, row=2)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("DELETE FROM rows WHERE step = 5", "no step 5, so that step 9 cannot be reached"),
        ("UPDATE rows SET learning_rate = -1 WHERE step = 5", "step 5: the learning rate"),
    ],
)
def test_a_log_that_does_not_say_enough_is_told_of(tmp_path, spoil, said) -> None:
    run = _trained(tmp_path)
    with MetricsLog(run.metrics_file) as log:
        log._connection.execute(spoil)
    with pytest.raises(CorruptRunError, match=said):
        run_window(run.path, 9)


def test_another_text_is_refused(tmp_path) -> None:
    run = _trained(tmp_path)
    run.text_file.write_text("something else")
    with pytest.raises(CorruptRunError, match="not the text that was trained on"):
        run_window(run.path, 9)


def test_a_run_that_has_not_begun_is_at_its_first_window(tmp_path) -> None:
    with local_run(tmp_path) as run:
        window = run_window(run.directory.path)
        result = run.session.trainer.step()
        assert (window.title, _loss(window)) == ("quiet-otter · step 1", result.loss)
