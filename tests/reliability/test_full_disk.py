"""Row B2: a disk that is full and has space again: training waits, and goes on by itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

import pytest

from rnn_tui.runs.atomic import DISK, Storage, storage_error
from rnn_tui.runs.checkpoint import list_checkpoints
from rnn_tui.runs.errors import StorageError
from rnn_tui.training.patience import RETRY_SECONDS
from rnn_tui.training.session import Session
from tests.training.conftest import Sessions, everything, finish, train_to, work_until


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes every write to a checkpoint fail with an error; 0: the disk is well again."""

    def fill(code: int) -> None:
        def refuse(*_: Any) -> None:
            raise OSError(code, os.strerror(code))

        write = refuse if code else Storage.write.__get__(DISK)
        monkeypatch.setattr(DISK, "write", write, raising=False)

    return fill


def no_space(*_: Any) -> None:
    raise StorageError("no space left", errno.ENOSPC)


def waits(session: Session) -> bool:
    """Whether it has nothing to do now."""
    return not any(session.advance() for _ in range(3))


def test_b2_it_goes_on_by_itself_when_there_is_space(sessions: Sessions, full: Any) -> None:
    unbroken = sessions.new(steps=20, checkpoint_every=5)
    finish(unbroken)
    session = sessions.new(steps=20, checkpoint_every=5)
    full(errno.ENOSPC)
    work_until(session, lambda: session.phase == "paused")
    assert "No space left" in session.status().message
    assert session.status().message.startswith("the disk is full, tried again every 5 s: ")
    for _ in range(3):  # still full
        sessions.clock.now += RETRY_SECONDS
        assert waits(session)
    full(0)
    assert waits(session)  # not before it is time
    sessions.clock.now += RETRY_SECONDS
    finish(session)
    assert (session.message, session.trouble) == ("", None)
    assert everything(session.trainer) == everything(unbroken.trainer)
    kinds = [event.kind for event in session.metrics.events_after(0)]
    assert kinds.count("continued") == 1


def test_b2_the_last_save_is_made_up_for_too(sessions: Sessions, full: Any) -> None:
    session = sessions.new(steps=5)
    full(errno.EDQUOT)
    work_until(session, lambda: session.trouble is not None)
    full(0)
    sessions.clock.now += RETRY_SECONDS
    finish(session)
    assert (session.phase, list_checkpoints(session.directory.checkpoints)) == ("finished", (5,))


def test_b3_a_disk_with_a_fault_waits_for_somebody(sessions: Sessions, full: Any) -> None:
    session = sessions.new(checkpoint_every=5)
    full(errno.EIO)
    work_until(session, lambda: session.phase == "paused")
    full(0)
    sessions.clock.now += 100 * RETRY_SECONDS
    assert waits(session)
    assert "tried again" not in session.message
    session.go_on()
    train_to(session, 7)


def test_b2_a_run_that_was_paused_stays_so(sessions: Sessions, full: Any) -> None:
    session = sessions.new()
    train_to(session, 3)
    session.pause()
    full(errno.ENOSPC)
    session._stumble(storage_error("write", session.directory.path, OSError(errno.ENOSPC, "full")))
    full(0)
    sessions.clock.now += RETRY_SECONDS
    assert waits(session)
    assert (session.phase, session.trainer.step_number) == ("paused", 3)


def test_b2_one_that_is_paused_after_it_went_on_is_not_woken(sessions: Sessions, full: Any) -> None:
    session = sessions.new(checkpoint_every=5)
    full(errno.ENOSPC)
    work_until(session, lambda: session.phase == "paused")
    full(0)
    session.go_on()
    train_to(session, 7)
    session.pause()
    sessions.clock.now += 100 * RETRY_SECONDS
    assert waits(session)
    assert (session.phase, session.trainer.step_number) == ("paused", 7)


def test_b2_a_log_that_is_refused_at_a_step_costs_nothing_that_was_due_then(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new(steps=20, evaluate_every=5, checkpoint_every=5)
    for step in (10, 20):
        train_to(session, step - 1)
        with monkeypatch.context() as disk:
            disk.setattr(session.metrics, "_clock", lambda: float("inf"))  # a commit is due
            disk.setattr(session.metrics, "_commit", no_space)
            session.advance()
        work_until(session, lambda: waits(session))
        assert (session.trainer.step_number, session.saved_step) == (step, step - 5)  # both wait
        sessions.clock.now += RETRY_SECONDS
    finish(session)
    assert (session.trainer.step_number, session.saved_step) == (20, 20)
    assert [found.step for found in session.metrics.held_out_after(-1)] == [5, 10, 15, 20]
    assert [row.step for row in session.metrics.rows_after(0)] == list(range(1, 21))


def test_b2_a_step_that_was_not_finite_is_marked_and_counted_on_a_full_disk(
    sessions: Sessions, full: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new()
    train_to(session, 3)
    full(errno.ENOSPC)  # what the step was made from cannot be kept
    with monkeypatch.context() as odd:
        odd.setattr(session.trainer.workspace, "loss_and_gradients", lambda *_: float("nan"))
        session.advance()
    full(0)
    sessions.clock.now += RETRY_SECONDS
    train_to(session, 5)
    session.flush()
    assert [row.step for row in session.metrics.rows_after(0)] == [1, 2, 3, 4, 5]
    marks = [event for event in session.metrics.events_after(0) if event.kind == "not finite"]
    assert [mark.step for mark in marks] == [4]


def test_b2_a_knob_that_cannot_be_made_undoable_is_not_turned(
    sessions: Sessions, full: Any
) -> None:
    session = sessions.new()
    train_to(session, 3)
    before = everything(session.trainer)
    full(errno.ENOSPC)
    for name, value in (("clip", 0.25), ("window", 3), ("learning_rate", 0.1)):
        with pytest.raises(StorageError, match="No space left"):
            session.turn(name, value, "ada")
    full(0)
    assert everything(session.trainer) == before
    session.flush()
    assert not [event for event in session.metrics.events_after(0) if event.kind == "knob"]


def test_b2_an_undo_on_a_full_disk_is_whole_when_there_is_space(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken, session = sessions.new(steps=20), sessions.new(steps=20)
    finish(unbroken)
    train_to(session, 5)
    session.turn("clip", 0.01, "ada")
    train_to(session, 12)
    with monkeypatch.context() as disk:
        disk.setattr(session.metrics, "truncate_after", no_space)
        assert "from step 12 back to step 5: norm limit 0.01 → 1" in session.undo("ada")
    assert (session.trainer.step_number, session.status().saved_step) == (5, 5)
    sessions.clock.now += RETRY_SECONDS
    train_to(session, 6)
    session.flush()
    assert [row.step for row in session.metrics.rows_after(0)] == [1, 2, 3, 4, 5, 6]
    finish(session)
    assert everything(session.trainer) == everything(unbroken.trainer)
    assert session.turning.to_undo() == ()
