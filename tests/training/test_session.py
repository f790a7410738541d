from __future__ import annotations

import math
import shutil
from typing import Any

import numpy as np
import pytest

from rnn_tui.runs.checkpoint import list_checkpoints, load_checkpoint, save_checkpoint
from rnn_tui.runs.errors import CheckpointError, CorruptRunError, StorageError
from rnn_tui.training import saving
from rnn_tui.training.odd import NOT_FINITE_IN_A_ROW
from rnn_tui.training.session import Session

from .conftest import Sessions, everything, finish, train_to, weights, work_until


def kinds(session: Session) -> list[str]:
    session.flush()
    return [event.kind for event in session.metrics.events_after(0)]


def refuse(*_: Any, **__: Any) -> None:
    raise StorageError("cannot write it: no space left: free some space and save again")


def make_not_finite(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session.trainer.workspace, "loss_and_gradients", lambda *_: math.nan)


def test_every_step_leaves_one_row(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 20)
    session.flush()
    assert [row.step for row in session.metrics.rows_after(0)] == list(range(1, 21))
    assert session.metrics.rows_after(19)[0].characters == 20 * 2 * 8


def test_a_pause_holds_training_until_it_goes_on(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 20)
    session.pause()
    while session.advance():
        pass
    assert (session.phase, session.trainer.step_number) == ("paused", 20)
    session.go_on()
    train_to(session, 21)
    assert kinds(session) == ["paused", "continued"]


def test_one_step_is_one_step(sessions: Sessions) -> None:
    session = sessions.new()
    session.step_once()
    while session.advance():
        pass
    assert (session.phase, session.trainer.step_number) == ("paused", 1)


def test_steps_asked_for_at_the_end_are_not_made(sessions: Sessions) -> None:
    session = sessions.new(steps=2)
    for _ in range(5):
        session.step_once()
    finish(session)
    assert session.trainer.step_number == 2
    with pytest.raises(ValueError, match="all 2 steps are done"):
        session.step_once()
    with pytest.raises(ValueError, match="all 2 steps are done"):
        session.go_on()


def test_a_run_finishes_at_its_last_step_saved_and_measured(sessions: Sessions) -> None:
    session = sessions.new(steps=25)
    finish(session)
    assert session.trainer.step_number == session.saved_step == 25
    assert list_checkpoints(session.directory.checkpoints) == (25,)
    session.flush()
    last = session.metrics.last_held_out()
    assert last is not None
    assert (last.step, last.loss) == (25, session.status().held_out)


def test_checkpoints_and_measurements_come_when_they_are_due(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=4, evaluate_every=3)
    train_to(session, 10)
    session.flush()
    saved = [event.step for event in session.metrics.events_after(0) if event.kind == "saved"]
    assert saved == [4, 8]
    assert [point.step for point in session.metrics.held_out_after(0)] == [3, 6, 9]


def test_the_references_arrive_after_the_first_losses(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 5)
    assert session.measuring.references == []
    train_to(session, 20)
    assert [reference.name for reference in session.measuring.references] == [
        "ln V",
        "1-gram",
        "2-gram",
        "3-gram",
    ]


def test_a_new_learning_rate_is_an_event_and_acts(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 3)
    session.turn("learning_rate", 0.5)
    train_to(session, 4)
    session.flush()
    event = next(e for e in session.metrics.events_after(0) if e.kind == "knob")
    assert (event.step, event.kind, event.name) == (3, "knob", "learning_rate")
    assert (event.before, event.after) == ("0.003", "0.5")
    assert session.metrics.rows_after(3)[0].learning_rate == 0.5


def test_a_learning_rate_that_was_set_after_a_save_is_saved_too(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 3)
    session.save()
    session.turn("learning_rate", 0.5)
    session.close()
    assert sessions.open(session.directory, resume=True).trainer.learning_rate == 0.5


def test_a_new_epoch_is_an_event(sessions: Sessions) -> None:
    session = sessions.new(window=1000)
    train_to(session, session.trainer.batches.windows + 1)
    assert kinds(session) == ["reset"]


# -- what is not finite ------------------------------------------------------------------------


def test_many_steps_that_are_not_finite_pause_training(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new()
    make_not_finite(session, monkeypatch)
    work_until(session, lambda: session.phase == "paused")
    assert session.trainer.step_number == NOT_FINITE_IN_A_ROW == kinds(session).count("not finite")
    assert session.stuck
    assert "lower the learning rate" in session.status().message


def test_after_such_a_pause_training_goes_on_when_told(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new()
    with monkeypatch.context() as broken:
        make_not_finite(session, broken)
        work_until(session, lambda: session.phase == "paused")
    session.go_on()
    train_to(session, NOT_FINITE_IN_A_ROW + 5)
    assert (session.phase, session.message, session.stuck) == ("training", "", False)


def test_weights_that_are_not_finite_never_become_a_checkpoint(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 3)
    session.save()
    train_to(session, 5)
    session.trainer.flat[0] = math.inf
    with pytest.raises(CheckpointError, match=r"step 5 are not finite .* resume from step 3"):
        session.save()
    assert list_checkpoints(session.directory.checkpoints) == (3,)


# -- a disk that refuses -----------------------------------------------------------------------


def test_a_save_that_fails_pauses_training_and_says_why(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new(checkpoint_every=5)
    with monkeypatch.context() as full:
        full.setattr(saving, "save_checkpoint", refuse)
        work_until(session, lambda: session.phase == "paused")
    assert session.trainer.step_number == 5
    assert session.stuck
    assert "no space left" in session.status().message


def test_a_failed_save_is_made_up_for_when_told_to_go_on(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new(checkpoint_every=5)
    with monkeypatch.context() as full:
        full.setattr(saving, "save_checkpoint", refuse)
        work_until(session, lambda: session.phase == "paused")
    session.go_on()
    train_to(session, 7)
    assert (session.saved_step, session.phase, session.message) == (5, "training", "")


def test_going_on_with_a_disk_that_is_still_full_pauses_again(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new(checkpoint_every=5)
    with monkeypatch.context() as full:
        full.setattr(saving, "save_checkpoint", refuse)
        for _ in range(3):
            work_until(session, lambda: session.phase == "paused")
            session.go_on()
        session.advance()
    assert (session.phase, session.trainer.step_number) == ("paused", 5)


def test_a_log_that_cannot_be_written_loses_no_row(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new()
    with monkeypatch.context() as full:
        full.setattr(session.metrics, "_commit", refuse)
        train_to(session, 3)
        sessions.clock.now += 10  # a commit is due, by the test's clock or by the real one
        session.flush()
        assert session.phase == "paused"
    session.go_on()
    train_to(session, 6)
    session.flush()
    assert [row.step for row in session.metrics.rows_after(0)] == [1, 2, 3, 4, 5, 6]


def test_a_log_that_fails_in_the_middle_of_a_step_forgets_nothing_that_is_due(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new(steps=3)
    with monkeypatch.context() as full:
        full.setattr(session.metrics, "append", refuse)
        session.advance()
    assert session.phase == "paused"
    session.go_on()
    finish(session)
    assert session.saved_step == 3


def test_the_last_save_that_fails_is_told_and_tried_again(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new(steps=3)
    with monkeypatch.context() as full:
        full.setattr(saving, "save_checkpoint", refuse)
        work_until(session, lambda: session.trouble is not None)
        assert not session.complete
        assert "no space left" in session.message
    session.go_on()
    finish(session)
    assert (session.saved_step, session.message) == (3, "")


# -- resume ------------------------------------------------------------------------------------


def test_a_killed_run_goes_on_to_the_bits_of_the_unbroken_one(sessions: Sessions) -> None:
    settings = {"checkpoint_every": 10, "evaluate_every": 5, "steps": 40}
    unbroken, killed = sessions.new(**settings), sessions.new(**settings)
    train_to(killed, 27)
    resumed = sessions.resumed(killed)
    assert resumed.trainer.step_number == 20
    finish(unbroken)
    finish(resumed)
    assert everything(resumed.trainer) == everything(unbroken.trainer)
    resumed.flush(), unbroken.flush()
    losses, expected = ([row[:5] for row in s.metrics.rows_after(0)] for s in (resumed, unbroken))
    assert losses == expected
    assert resumed.metrics.held_out_after(0) == unbroken.metrics.held_out_after(0)


def test_a_run_that_died_before_its_first_checkpoint_begins_again(sessions: Sessions) -> None:
    unbroken, killed = sessions.new(steps=30), sessions.new(steps=30)
    train_to(killed, 12)
    killed.flush()
    resumed = sessions.resumed(killed)
    assert resumed.trainer.step_number == 0
    finish(resumed)
    finish(unbroken)
    assert weights(resumed.trainer) == weights(unbroken.trainer)


def test_a_run_whose_checkpoints_are_lost_does_not_begin_again(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=5)
    train_to(session, 7)
    session.close()
    for file in session.directory.checkpoints.iterdir():
        file.unlink()
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        Session(session.directory, resume=True)


def test_saves_after_damaged_checkpoints_are_kept(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=0)
    train_to(session, 3)
    session.save()
    for later in (20, 30, 40):
        shutil.copy(
            session.directory.checkpoints / "step-000000003.json",
            session.directory.checkpoints / f"step-{later:09}.json",
        )
    resumed = sessions.resumed(session)
    train_to(resumed, 6)
    resumed.save()
    assert load_checkpoint(session.directory.checkpoints).checkpoint.step == 6


def test_a_run_that_ended_in_a_measurement_begins_with_it(sessions: Sessions) -> None:
    session = sessions.new(evaluate_every=10)
    train_to(session, 10)
    session.close()  # asked to end before the measurement of step 10 was made
    resumed = sessions.open(session.directory, resume=True)
    train_to(resumed, 11)
    resumed.flush()
    assert [point.step for point in resumed.metrics.held_out_after(0)] == [10]


def test_fewer_steps_than_were_made_are_done_at_once(sessions: Sessions) -> None:
    session = sessions.new(steps=20)
    finish(session)
    before = weights(session.trainer)
    session.close()
    resumed = sessions.open(session.directory, resume=True, steps=5)
    finish(resumed)
    assert (resumed.trainer.step_number, weights(resumed.trainer)) == (20, before)


def test_more_steps_go_on_from_where_the_run_finished(sessions: Sessions) -> None:
    session, longer = sessions.new(steps=20), sessions.new(steps=35)
    finish(session)
    session.close()
    resumed = sessions.open(session.directory, resume=True, steps=35)
    finish(resumed)
    finish(longer)
    assert weights(resumed.trainer) == weights(longer.trainer)


def test_another_checkpoint_than_the_configurations_is_refused(sessions: Sessions) -> None:
    session, other = sessions.new(), sessions.new(hidden=9)
    train_to(session, 1)
    save_checkpoint(other.directory.checkpoints, session.trainer.checkpoint())
    with pytest.raises(CheckpointError, match="of another network"):
        Session(other.directory, resume=True)


def test_a_text_that_was_changed_is_refused(sessions: Sessions) -> None:
    run = sessions.run()
    run.text_file.write_bytes(run.text_file.read_bytes().replace(b"e", b"a"))
    with pytest.raises(CorruptRunError, match="is not the text that was trained on"):
        Session(run)


# -- life --------------------------------------------------------------------------------------


def test_closing_saves_and_may_be_said_twice(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 7)
    session.close()
    session.close()
    assert session.ended
    assert load_checkpoint(session.directory.checkpoints).checkpoint.step == 7


def test_the_status_says_what_is_known(sessions: Sessions) -> None:
    session = sessions.new()
    assert math.isnan(session.status().loss)
    train_to(session, 3)
    status = session.status()
    assert (status.step, status.phase, status.saved_step) == (3, "training", -1)
    assert np.isfinite([status.loss, status.smoothed_loss, status.gradient_norm]).all()
    assert 0 <= status.clipped_share <= 1
