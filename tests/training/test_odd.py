"""Steps that are not finite: kept, counted, and where a run stops that makes no others."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnn_tui.runs.checkpoint import list_checkpoints, load_checkpoint
from rnn_tui.training.odd import KEPT, NOT_FINITE_IN_A_ROW
from rnn_tui.training.session import Session

from .conftest import Sessions, everything, train_to, weights, work_until


def break_steps(session: Session, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session.trainer.workspace, "loss_and_gradients", lambda *_: math.nan)


def details(session: Session, kind: str) -> list[str]:
    session.flush()
    return [event.detail for event in session.metrics.events_after(0) if event.kind == kind]


def test_the_state_before_is_kept_to_the_last_bit(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new()
    train_to(session, 7)
    before = everything(session.trainer)
    break_steps(session, monkeypatch)
    train_to(session, 9)
    assert list_checkpoints(session.directory.odd) == (7,)
    session.trainer.restore(load_checkpoint(session.directory.odd, 7).checkpoint)
    assert everything(session.trainer) == before


def test_the_newest_series_are_kept(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    session = sessions.new()
    for step in range(2, 20, 2):
        train_to(session, step)
        with monkeypatch.context() as broken:
            break_steps(session, broken)
            train_to(session, step + 1)
    assert list_checkpoints(session.directory.odd) == tuple(range(20 - 2 * KEPT, 20, 2))


def test_after_many_in_a_row_the_weights_of_before_are_saved(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new()
    train_to(session, 7)
    before = weights(session.trainer)
    break_steps(session, monkeypatch)
    work_until(session, lambda: session.phase == "paused")
    assert "the weights are those of step 7, and are saved" in session.message
    work_until(session, lambda: session.saved_step == 7 + NOT_FINITE_IN_A_ROW)
    saved = load_checkpoint(session.directory.checkpoints).checkpoint
    assert b"".join(value.tobytes() for value in saved.params.values()) == before
    assert "lower the learning rate" in session.message
    assert session.stuck


def test_weights_that_are_not_finite_are_left_for_the_last_checkpoint(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 10)
    session.save()
    good = everything(session.trainer)
    train_to(session, 15)
    session.trainer.params["b_y"][0] = math.nan
    work_until(session, lambda: session.phase == "paused")
    assert "the run is back at step 10, its last checkpoint" in session.message
    assert everything(session.trainer) == good
    session.flush()
    last = session.metrics.last()
    assert last is not None
    assert last.step == 15 + NOT_FINITE_IN_A_ROW  # what happened can still be looked at
    session.turn("learning_rate", 0.001, "ada")
    session.go_on()
    train_to(session, 12)
    session.flush()
    assert [row.step for row in session.metrics.rows_after(0)] == list(range(1, 13))
    assert details(session, "undone") == ["again from step 10, the last checkpoint"]
    assert list_checkpoints(session.directory.odd) == ()
    assert np.isfinite(session.trainer.flat).all()


def test_a_run_that_goes_back_is_the_same_after_a_kill(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 10)
    session.save()
    session.trainer.params["b_y"][0] = math.nan
    work_until(session, lambda: session.phase == "paused")
    resumed = sessions.resumed(session)
    assert resumed.trainer.step_number == 10
    resumed.flush()
    assert resumed.metrics.rows_after(10) == []


def test_where_nothing_was_saved_there_is_nothing_to_go_back_to(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 3)
    session.trainer.params["b_y"][0] = math.nan
    work_until(session, lambda: session.phase == "paused")
    assert "start again with a lower learning rate" in session.message
