from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rnn_tui.training import news, protocol
from rnn_tui.training.answers import answer
from rnn_tui.training.protocol import Done, Failed, Poll, StartSample, Update, View, Welcome
from rnn_tui.training.session import Session
from rnn_tui.training.wire import unpack

from .conftest import Sessions, everything, train_to


def update(session: Session, client: int = 1, **asked: Any) -> Update:
    found = answer(session, client, Poll(**asked))
    assert isinstance(found, Update), found
    return found


def refusal(session: Session, request: protocol.Request) -> str:
    found = answer(session, 1, request)
    assert isinstance(found, Failed), found
    return found.reason


def test_a_greeting_tells_what_does_not_change(sessions: Sessions) -> None:
    session = sessions.new(layers=2, steps=9)
    welcome = answer(session, 1, protocol.Hello(protocol.VERSION))
    assert isinstance(welcome, Welcome)
    assert (welcome.text, welcome.hidden, welcome.layers, welcome.steps) == ("tiny.txt", 8, 2, 9)
    assert welcome.symbols == session.vocabulary.symbols
    assert [info.name for info in welcome.parameters] == list(session.trainer.params)


def test_another_version_is_told_what_to_use(sessions: Sessions) -> None:
    reason = refusal(sessions.new(), protocol.Hello(protocol.VERSION + 1))
    assert "use the rnn-tui that started it" in reason


def test_rows_arrive_once_and_in_order(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "MOST_ROWS", 4)
    session = sessions.new()
    steps: list[int] = []
    for target in (3, 11, 11, 30):
        train_to(session, target)
        more = True
        while more:
            found = update(session, after_step=steps[-1] if steps else -1)
            steps += unpack(found.rows.steps).tolist()
            more = found.more
    assert steps == list(range(1, 31))


def test_losses_and_norms_belong_to_their_steps(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 5)
    found = update(session)
    assert unpack(found.rows.loss)[-1] == found.status.loss
    assert unpack(found.rows.gradient_norm)[-1] == found.status.gradient_norm


def test_events_measurements_and_references_arrive_once(sessions: Sessions) -> None:
    session = sessions.new(evaluate_every=5, checkpoint_every=5)
    train_to(session, 21)
    first = update(session)
    assert [point.step for point in first.held_out] == [5, 10, 15, 20]
    assert len(first.references) == 4
    again = update(
        session,
        after_held_out=first.held_out[-1].step,
        after_event=first.events[-1].id,
        references=len(first.references),
    )
    assert (again.held_out, again.events, again.references) == ((), (), ())


def test_commands_do_what_they_say(sessions: Sessions) -> None:
    session = sessions.new()
    answer(session, 1, protocol.Pause())
    assert session.phase == "paused"
    answer(session, 1, protocol.StepOnce())
    while session.advance():
        pass
    assert answer(session, 1, protocol.SetLearningRate(0.25)) == Done("learning rate 0.003 → 0.25")
    assert answer(session, 1, protocol.Save()) == Done("saved step 1")
    answer(session, 1, protocol.Resume())
    assert session.phase == "training"
    assert answer(session, 1, protocol.Stop()) == Done("saved step 1")
    assert session.ended


def test_what_cannot_be_done_is_answered_with_the_reason(sessions: Sessions) -> None:
    session = sessions.new()
    assert "learning rate" in refusal(session, protocol.SetLearningRate(math.nan))
    assert "temperature" in refusal(session, StartSample("a", -1.0))
    assert "temperature" in refusal(session, protocol.SetTemperature(math.nan))
    assert "no parameter 'W'" in refusal(session, Poll(views=(View("weights", "W", 5, 5),)))
    for layer in ("1", "-1", "x", "", "²", "9" * 5000):
        assert refusal(session, Poll(views=(View("hidden", layer, 5, 5),)))


def test_after_the_end_everything_is_refused(sessions: Sessions) -> None:
    session = sessions.new()
    session.close()
    assert refusal(session, Poll()) == "the run has ended"


def test_a_stop_that_cannot_save_does_not_throw_the_work_away(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new()
    train_to(session, 3)
    with monkeypatch.context() as full:
        full.setattr(session.metrics, "_commit", _refuse)
        assert "no space" in refusal(session, protocol.Stop())
    assert not session.ended
    assert answer(session, 1, protocol.Stop()) == Done("saved step 3")


def _refuse(*_: Any) -> None:
    from rnn_tui.runs.errors import StorageError

    raise StorageError("no space")


def test_a_full_disk_still_lets_the_app_see_the_status(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sessions.new()
    train_to(session, 3)
    with monkeypatch.context() as full:
        full.setattr(session.metrics, "_commit", _refuse)
        status = update(session).status
    assert (status.phase, status.step, status.message) == ("paused", 3, "no space")


def test_the_symbols_of_the_hidden_view_are_those_of_the_window(sessions: Sessions) -> None:
    session = sessions.new(layers=2)
    train_to(session, 4)
    (data,) = update(session, views=(View("hidden", "1", 8, 8),)).views
    read = "".join(session.vocabulary.symbols[number] for number in data.symbols)
    text = session.directory.text().decode()
    assert read == text[24:32]  # the fourth window of eight characters of the first stream
    hidden = session.trainer.workspace.hidden[1][1:, 0].T
    assert np.array_equal(unpack(data.values), hidden.astype(np.float64))


def test_every_parameter_and_gradient_can_be_seen(sessions: Sessions) -> None:
    session = sessions.new(layers=2)
    train_to(session, 1)
    for kind in ("weights", "gradients"):
        views = tuple(View(kind, name, 4, 4) for name in session.trainer.params)  # type: ignore[arg-type]
        for data in update(session, views=views).views:
            assert data.largest > 0
            assert max(unpack(data.values).shape) <= 4


def test_a_client_sees_its_own_text_alone(sessions: Sessions) -> None:
    session = sessions.new()
    assert answer(session, 1, StartSample("The", 1.0, 10)) == Done()
    session.advance()
    found = update(session, client=1).sample
    assert found is not None
    assert (found.prompt, len(found.text)) == ("The", 1)
    assert update(session, client=2).sample is None
    answer(session, 1, protocol.SetTemperature(0.25))
    answer(session, 1, protocol.StopSample())
    ended = update(session, client=1, sample=found.stream, sample_after=1).sample
    assert ended is not None
    assert (ended.temperature, ended.text, ended.finished) == (0.25, "", True)


def test_watching_changes_no_bit_of_the_training(sessions: Sessions) -> None:
    watched, alone = (sessions.new(evaluate_every=7, checkpoint_every=5) for _ in range(2))
    views = (
        View("hidden", "0", 5, 5),
        View("weights", "W_hy", 5, 5),
        View("gradients", "b_y", 5, 5),
    )
    for step in range(1, 31):
        sessions.clock.now += 0.1
        train_to(watched, step)
        answer(watched, 1, StartSample("The ", 1.0, 100))
        answer(watched, 1, protocol.Pause())
        update(watched, views=views)
        answer(watched, 1, protocol.Save())
        answer(watched, 1, protocol.Resume())
    train_to(alone, 30)
    assert everything(watched.trainer) == everything(alone.trainer)
