"""The weights of now, as a session gives them away while it trains."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.training import weights_answers
from rnn_tui.training.answers import answer
from rnn_tui.training.frames import LENGTH, frame
from rnn_tui.training.protocol import Failed
from rnn_tui.training.session import Session
from rnn_tui.training.weights_messages import NextWeights, TakeWeights, WeightsPart, WeightsTaken
from rnn_tui.training.wire import unpack

from .conftest import Sessions, everything, train_to


@pytest.fixture
def session(sessions: Sessions) -> Session:
    training = sessions.new(layers=2)
    train_to(training, 5)
    return training


def taken(session: Session, client: int = 1) -> WeightsTaken:
    found = answer(session, client, TakeWeights())
    assert isinstance(found, WeightsTaken), found
    return found


def part(session: Session, step: int, start: int = 0, client: int = 1) -> np.ndarray:
    found = answer(session, client, NextWeights(step, start))
    assert isinstance(found, WeightsPart), found
    return unpack(found.values)


def test_a_copy_is_of_the_moment_when_it_was_taken(session: Session) -> None:
    head, before = taken(session), session.trainer.flat.copy()
    train_to(session, 9)
    assert head == WeightsTaken(5, before.size)
    assert np.array_equal(part(session, 5), before)
    assert not np.array_equal(session.trainer.flat, before)


def test_taking_copies_changes_nothing_and_pauses_nothing(session: Session) -> None:
    before = everything(session.trainer)
    taken(session)
    part(session, 5)
    assert everything(session.trainer) == before
    assert session.phase == "training"


def test_it_comes_in_parts_and_behind_its_end_there_is_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights_answers, "MOST_ELEMENTS", 7)
    taken(session)
    assert np.array_equal(part(session, 5, 14), session.trainer.flat[14:21])
    assert part(session, 5, 10**9).size == 0


def test_each_client_has_one_copy_of_its_own(session: Session) -> None:
    taken(session, client=1)
    train_to(session, 6)
    taken(session, client=2)
    taken(session, client=2)
    assert {client: copy.step for client, copy in session.copies.items()} == {1: 5, 2: 6}


def test_a_copy_goes_with_its_client_and_with_its_last_part(session: Session) -> None:
    taken(session, client=1)
    taken(session, client=2)
    session.leave(1)
    part(session, 5, client=2)
    assert not session.copies


def test_without_a_copy_of_that_step_there_are_no_parts(session: Session) -> None:
    reason = "there is no copy of the weights of step 4: take one first"
    assert answer(session, 1, NextWeights(4)) == Failed(reason)
    taken(session)
    assert answer(session, 1, NextWeights(4)) == Failed(reason)


def test_the_largest_part_is_far_from_the_largest_frame(sessions: Sessions) -> None:
    session = sessions.new(hidden=600, dtype="float64", batch=1)
    taken(session)
    found = answer(session, 1, NextWeights(0))
    size = len(frame(found)) - LENGTH.size
    assert 8 * weights_answers.MOST_ELEMENTS < size < 8 * weights_answers.MOST_ELEMENTS + 100
