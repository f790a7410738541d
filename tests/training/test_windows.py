"""What the next step will use, as a session answers it."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.training import protocol
from rnn_tui.training.answers import answer
from rnn_tui.training.frames import LENGTH, frame
from rnn_tui.training.protocol import Done, Failed, Pause
from rnn_tui.training.session import Session
from rnn_tui.training.upcoming import upcoming
from rnn_tui.training.window_answers import MOST_ELEMENTS
from rnn_tui.training.window_messages import NextArray, NextWindow, WindowHead, WindowPart
from rnn_tui.training.wire import unpack

from .conftest import Sessions, everything, train_to


@pytest.fixture
def session(sessions: Sessions) -> Session:
    paused = sessions.new(optimizer="adam", layers=2)
    train_to(paused, 5)
    paused.pause()
    return paused


def part(session: Session, name: str, start: int = 0) -> WindowPart:
    found = answer(session, 1, NextArray(name, start))
    assert isinstance(found, WindowPart), found
    return found


def test_the_first_to_pause_is_told_so(session: Session) -> None:
    session.go_on()
    assert answer(session, 1, Pause()) == Done(changed=True)
    assert answer(session, 2, Pause()) == Done(changed=False)


@pytest.mark.parametrize("request_", [NextWindow(), NextArray("inputs")])
def test_while_training_goes_on_there_is_no_next_window(
    session: Session, request_: protocol.Request
) -> None:
    session.go_on()
    found = answer(session, 1, request_)
    assert isinstance(found, Failed)
    assert found.reason.startswith("training goes on: pause it")


def test_the_head_says_what_the_step_will_be(session: Session) -> None:
    head = answer(session, 1, NextWindow())
    assert isinstance(head, WindowHead)
    result = session.trainer.step()
    assert (head.step, head.epoch, head.reset) == (result.step, result.epoch, result.reset)
    assert head.learning_rate == result.learning_rate
    assert (head.optimizer, head.moments, head.updates) == ("adam", ("mean", "squares"), 5)


def test_symbols_are_those_that_the_step_reads(session: Session) -> None:
    found = {name: unpack(part(session, name).values) for name in ("inputs", "targets")}
    session.trainer.step()
    window = session.trainer.window
    assert window is not None
    assert np.array_equal(found["inputs"], window.inputs.reshape(-1))
    assert np.array_equal(found["targets"], window.targets.reshape(-1))


def test_looking_changes_nothing(session: Session) -> None:
    before = everything(session.trainer)
    for name in upcoming(session.trainer).arrays:
        part(session, name)
    assert everything(session.trainer) == before


def test_behind_its_end_an_array_has_nothing(session: Session) -> None:
    assert unpack(part(session, "b_y", 10**9).values).size == 0


def test_an_array_that_there_is_not_is_refused(session: Session) -> None:
    found = answer(session, 1, NextArray("layer7.W_hh"))
    assert found == Failed("the window has no array 'layer7.W_hh'")


def test_the_largest_part_is_far_from_the_largest_frame(sessions: Sessions) -> None:
    session = sessions.new(hidden=800, dtype="float64", batch=1)
    session.pause()
    sent = frame(part(session, "layer0.W_hh"))
    assert 8 * MOST_ELEMENTS < len(sent) - LENGTH.size < 8 * MOST_ELEMENTS + 100
