"""Steps that were not finite, entered again: at the first operation that was not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnn_tui.runs.checkpoint import list_checkpoints
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.stepping.replay import run_window
from rnn_tui.stepping.stepper import Stepper
from tests.tui.local_client import local_run


def _diverged(folder: Path, good: int = 5, **settings) -> RunDirectory:
    """A run whose weights became so large after some steps that the logits overflow."""
    settings = {"dtype": "float32", "checkpoint_every": 4, "cell": "relu", "clip": 0.0, **settings}
    with local_run(folder, **settings) as run:
        run.train_to(good)
        run.session.save()
        run.session.trainer.params["W_hy"][...] = 3e38
        run.session.trainer.params["b_y"][...] = 0
        run.train_to(good + 2)
        assert run.session.status().not_finite == 2
    return run.directory


def test_what_was_there_before_is_kept_and_the_stepper_begins_where_it_went_wrong(
    tmp_path: Path,
) -> None:
    run = _diverged(tmp_path)
    assert list_checkpoints(run.odd) == (5,)  # of the first step of the series alone
    window = run_window(run.path, 6)
    assert window.title.startswith("quiet-otter · step 6 · W_hy: 608 of 608 beyond 1e+18")
    assert window.dtype == np.dtype("float32")
    assert window.suspect is not None
    stepper = Stepper(window, window.suspect)
    found = stepper.first_not_finite()
    assert found == stepper.index > 0
    assert not np.isfinite(stepper.operation.value).all()
    assert all(np.isfinite(operation.value).all() for operation in stepper.trace.operations[:found])
    assert f"operation {found + 1}, t = {stepper.operation.t}, “" in stepper.message


def test_the_row_that_is_suspected_is_the_one_where_it_began(tmp_path: Path) -> None:
    run = _diverged(tmp_path)
    window = run_window(run.path, 6)
    firsts = []
    for row in range(window.batch):
        stepper = Stepper(window, row)
        firsts.append(stepper.operation.t if stepper.first_not_finite() is not None else 10**6)
    assert window.suspect == int(np.argmin(firsts))


def test_a_finite_step_begins_at_the_beginning(tmp_path: Path) -> None:
    run = _diverged(tmp_path)
    window = run_window(run.path, 5)
    stepper = Stepper(window)
    assert (window.suspect, stepper.index, stepper.message) == (None, 0, "")
    assert stepper.first_not_finite() is None


def test_a_row_in_which_all_is_finite_says_so(tmp_path: Path) -> None:
    run = _diverged(tmp_path)
    window = run_window(run.path, 6)
    window.params["W_hy"].flags.writeable = True
    window.params["W_hy"][...] = 0
    stepper = Stepper(window, 0)
    assert stepper.index == 0
    assert "every value of this row is" in stepper.message


@pytest.mark.parametrize("at", [1, 3, 5])
def test_steps_before_are_to_the_last_bit(tmp_path: Path, at: int) -> None:
    assert run_window(_diverged(tmp_path).path, at).title == f"quiet-otter · step {at}"
