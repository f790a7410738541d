"""Knobs turned while a run is trained: every bit follows from what was turned to what, and when."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.runs.checkpoint import list_checkpoints
from rnn_tui.runs.keeping import read_undo
from rnn_tui.stepping.replay import run_window
from rnn_tui.training.knobs import KNOBS
from rnn_tui.training.session import Session

from .conftest import Sessions, everything, finish, make_trainer, train_to, weights, work_until

LONG: dict[str, Any] = {"steps": 60, "checkpoint_every": 7, "layers": 2}
TURNS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.one_of(
            st.tuples(st.just("learning_rate"), st.floats(1e-4, 0.1)),
            st.tuples(st.just("clip"), st.floats(0, 2)),
            st.tuples(st.just("clip_value"), st.floats(0, 0.1)),
            st.tuples(st.just("schedule"), st.sampled_from(["constant", "step 9", "cosine 80"])),
            st.tuples(st.just("window"), st.integers(1, 200)),
        ),
    ),
    max_size=6,
)


def turn_at_their_steps(session: Session, turns: list[tuple[int, tuple[str, Any]]]) -> None:
    """Those of the present step and later ones; what cannot be there is refused, as for users."""
    for step, (name, value) in sorted(turns, key=lambda turn: turn[0]):
        if step >= session.trainer.step_number:
            train_to(session, step)
            try:
                session.turn(name, value, "ada")
            except ValueError:
                continue


def rows(session: Session) -> list[Any]:
    session.flush()
    return [row[:6] for row in session.metrics.rows_after(0)]


@settings(max_examples=25, deadline=None)
@given(TURNS, st.integers(1, 45))
def test_turned_killed_and_resumed_it_is_the_unbroken_run(
    tmp_path_factory: pytest.TempPathFactory, turns: list[Any], killed_at: int
) -> None:
    made = Sessions(tmp_path_factory.mktemp("runs") / "runs")
    unbroken, killed = made.new(**LONG), made.new(**LONG)
    turn_at_their_steps(unbroken, turns)
    finish(unbroken)
    turn_at_their_steps(killed, [turn for turn in turns if turn[0] <= killed_at])
    train_to(killed, killed_at)
    resumed = made.resumed(killed)
    again = resumed.trainer.step_number
    done = [turn for turn in turns if turn[0] < again]
    later = [turn for turn in turns if turn[0] >= again]
    for _, (name, value) in (turn for turn in done if turn[0] == again):
        resumed.turn(name, value)
    turn_at_their_steps(resumed, later)
    finish(resumed)
    assert everything(resumed.trainer) == everything(unbroken.trainer)
    assert rows(resumed) == rows(unbroken)
    made.close()


@settings(max_examples=15, deadline=None)
@given(
    TURNS, st.lists(st.integers(1, 60), min_size=3, max_size=3), st.integers(1, 45), st.booleans()
)
def test_a_replay_has_the_logged_loss_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory,
    turns: list[Any],
    steps: list[int],
    killed_at: int,
    from_the_beginning: bool,
) -> None:
    made = Sessions(tmp_path_factory.mktemp("runs") / "runs")
    first = made.new(**LONG)
    turn_at_their_steps(first, [turn for turn in turns if turn[0] <= killed_at])
    train_to(first, killed_at)
    session = made.resumed(first)
    turn_at_their_steps(session, turns)
    finish(session)
    session.flush()
    if from_the_beginning:  # across every knob, and not from the checkpoint that was taken for it
        shutil.rmtree(session.directory.checkpoints)
    for at in steps:
        window = run_window(session.directory.path, at)
        assert window.title.endswith(f"step {at}")  # and nothing about another loss
        row = session.metrics.rows_after(at - 1, 1)[0]
        assert window.update is not None
        assert window.update.learning_rate == row.learning_rate
    made.close()


# -- undo --------------------------------------------------------------------------------------


def test_undo_goes_back_to_the_bits_of_before(sessions: Sessions) -> None:
    turned, untouched = sessions.new(steps=40), sessions.new(steps=40)
    train_to(turned, 11)
    turned.turn("clip", 0.01, "ada")
    train_to(turned, 30)
    assert weights(turned.trainer) != weights(untouched.trainer)
    said = turned.undo("ada")
    assert said == "from step 30 back to step 11: norm limit 0.01 → 1"
    finish(turned)
    finish(untouched)
    assert everything(turned.trainer) == everything(untouched.trainer)
    assert rows(turned) == rows(untouched)


@pytest.mark.parametrize(("name", "value"), [("window", 3), ("learning_rate", 0.1), ("clip", 0.01)])
def test_undo_at_once_undoes_all_that_was_turned_at_that_step(
    sessions: Sessions, name: str, value: Any
) -> None:
    session = sessions.new()
    train_to(session, 5)
    session.save()
    before = everything(session.trainer)
    session.turn("clip_value", 0.5)
    session.turn(name, value)
    session.undo()
    assert everything(session.trainer) == before
    with pytest.raises(ValueError, match="no knob was turned"):
        session.undo()


def test_several_changes_are_undone_one_after_the_other_also_after_a_resume(
    sessions: Sessions,
) -> None:
    session = sessions.new(steps=60)
    for step, limit in ((10, 0.5), (20, 0.25), (30, 0.125)):
        train_to(session, step)
        session.turn("clip", limit)
        train_to(session, step + 1)
    session.undo()
    resumed = sessions.resumed(session)
    assert (resumed.trainer.step_number, resumed.trainer.knobs.clip) == (30, 0.25)
    resumed.undo()
    assert (resumed.trainer.step_number, resumed.trainer.knobs.clip) == (20, 0.5)
    assert read_undo(resumed.directory.checkpoints) == (10,)


def test_a_finished_run_that_went_back_waits(sessions: Sessions) -> None:
    session = sessions.new(steps=20)
    train_to(session, 5)
    session.turn("clip", 0.5)
    finish(session)
    session.undo()
    assert (session.phase, session.trainer.step_number) == ("paused", 5)
    session.go_on()
    finish(session)
    assert session.saved_step == 20


# -- what is told ------------------------------------------------------------------------------


def test_the_log_tells_who_turned_what_from_what_to_what(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 5)
    session.turn("window", 12, "pts/3, process 7")
    session.flush()
    event = session.metrics.events_after(0)[-1]
    told = (event.step, event.kind, event.name, event.before, event.after, event.who)
    assert told == (5, "knob", "window", "8", "12", "pts/3, process 7")


def test_what_changes_nothing_is_neither_told_nor_saved(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 5)
    assert str(session.turn("clip", 1)) == "norm limit is 1"
    session.flush()
    assert session.metrics.events_after(0) == []
    assert not session.directory.checkpoints.exists() or not list_checkpoints(
        session.directory.checkpoints
    )


def test_a_knob_that_a_crash_lost_is_told_when_the_run_is_resumed(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=5)
    train_to(session, 5)
    work_until(session, lambda: session.saved_step == 5)
    session.turn("clip", 0.25, "ada")
    session.flush()  # and it is killed before the checkpoint is written
    resumed = sessions.resumed(session)
    resumed.flush()
    told = [(e.before, e.after, e.who) for e in resumed.metrics.events_after(0) if e.kind == "knob"]
    assert told == [("1.0", "0.25", "ada"), ("0.25", "1.0", "resume")]


# -- each knob ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("window", 0, "the window = 0 is not allowed: a whole number, at least 1"),
        ("window", 4000, "the training text has"),
        ("window", "x", "is not allowed"),
        ("clip", -1, "the norm limit = -1 is not allowed"),
        ("clip", math.nan, "is not allowed"),
        ("schedule", "circle", "one of constant, step, cosine"),
        ("schedule", "cosine", "write its steps, as in: cosine 20000"),
        ("schedule", "cosine 3", "is over at step 5: write a later end"),
        ("schedule", "", "the schedule = "),
        ("hidden", 9, "'hidden' cannot be turned: there are learning_rate, schedule"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_has_changed(
    name: str, value: Any, said: str
) -> None:
    trainer = make_trainer()
    for _ in range(5):
        trainer.step()
    before = everything(trainer)
    with pytest.raises(ValueError, match=said):
        trainer.turn(name, value)
    assert everything(trainer) == before
    assert trainer.workspace.T == 8
    trainer.step()


def test_another_schedule_goes_on_from_the_rate_of_now() -> None:
    trainer = make_trainer(schedule="cosine", steps=100, learning_rate=0.01)
    for _ in range(50):
        trainer.step()
    rate = trainer.learning_rate
    trainer.turn("schedule", "constant")
    assert trainer.learning_rate == pytest.approx(rate)
    trainer.turn("schedule", "cosine 80")
    assert trainer.learning_rate == pytest.approx(rate)
    for _ in range(30):
        trainer.step()
    assert trainer.learning_rate == 0


def test_another_window_reads_on_where_each_row_stopped() -> None:
    trainer = make_trainer()
    for _ in range(3):
        trainer.step()
    upcoming = trainer.batches.peek()
    expected = np.array(upcoming.inputs[:5])
    state = [h.copy() for h in trainer.state]
    trainer.turn("window", 5)
    assert np.array_equal(trainer.batches.peek().inputs, expected)
    assert all(np.array_equal(a, b) for a, b in zip(state, trainer.state, strict=True))
    result = trainer.step()
    assert (result.characters, result.read, result.reset) == (10, 3 * 16 + 10, False)


def test_the_text_is_laid_out_anew_for_another_window_when_it_begins_again() -> None:
    trainer, fresh = make_trainer(), make_trainer(window=20)
    for _ in range(3):
        trainer.step()
    trainer.turn("window", 20)
    while not trainer.step().epoch:
        pass
    assert trainer.window is not None
    fresh.step()
    assert fresh.window is not None
    assert np.array_equal(trainer.window.inputs, fresh.window.inputs)
    assert trainer.batches.length == fresh.batches.length


def test_a_window_that_is_too_long_for_what_is_left_begins_the_text_again() -> None:
    trainer = make_trainer()
    while trainer.batches.position < trainer.batches.length - 3 * 8:
        trainer.step()
    place = trainer.batches.place
    trainer.turn("window", 100)
    assert (trainer.batches.epoch, trainer.batches.position) == (place.epoch + 1, 0)
    trainer.turn("window", 8)
    assert trainer.batches.place == place  # there and back again is as if nothing had been


def test_every_knob_has_a_name_that_is_a_setting(tmp_path: Path) -> None:
    trainer = make_trainer()
    for name, knob in KNOBS.items():
        assert json.loads(json.dumps(knob.value(trainer))) == getattr(trainer.config, name)
