from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_tui.runs.errors import StorageError
from rnn_tui.training import frames, protocol
from rnn_tui.training import server as server_module
from rnn_tui.training.protocol import Done, Failed, Hello, Poll
from rnn_tui.training.server import Server
from rnn_tui.training.session import Session

from .conftest import Sessions
from .serving import Caller, served, wait_for


@pytest.fixture
def session(sessions: Sessions) -> Session:
    return sessions.new()


@pytest.fixture
def path(session: Session, short: Path) -> Iterator[Path]:
    """Of a socket that serves the session, in a thread."""
    with served(session, short / "s"):
        yield short / "s"


def goes_on(session: Session) -> None:
    before = session.trainer.step_number
    wait_for(lambda: session.trainer.step_number > before + 50)


def test_two_clients_are_served_while_it_trains(session: Session, path: Path) -> None:
    with Caller(path).greet() as first, Caller(path).greet() as second:
        step = first.status().step
        wait_for(lambda: second.status().step > step)


def test_nothing_is_answered_before_the_greeting(session: Session, path: Path) -> None:
    with Caller(path) as caller:
        assert caller.ask(protocol.Pause()) == Failed("say Hello first")
        assert session.phase == "training"
        caller.greet()
        assert caller.ask(protocol.Pause()) == Done()


def test_another_version_is_turned_away(path: Path) -> None:
    with Caller(path) as caller:
        assert isinstance(caller.ask(Hello(protocol.VERSION + 1)), Failed)
        assert caller.ask(Poll()) == Failed("say Hello first")


def test_requests_sent_in_one_go_are_all_answered_in_order(session: Session, path: Path) -> None:
    with Caller(path).greet() as hasty:
        rates = [0.001 * (number % 900 + 1) for number in range(2000)]
        asked = b"".join(frames.frame(protocol.SetLearningRate(rate)) for rate in rates)
        hasty.socket.sendall(asked)
        answers = [hasty.hear() for _ in rates]
        turned = zip([0.003, *rates], rates, strict=False)
        assert answers == [Done(f"learning rate {old:.3g} → {new:.3g}") for old, new in turned]


def test_a_client_that_left_has_no_text_any_more(session: Session, path: Path) -> None:
    with Caller(path).greet() as caller:
        caller.ask(protocol.StartSample("The", 1.0, 100_000))
        assert session.waits_for_text
    wait_for(lambda: not session.waits_for_text)


def test_more_clients_than_there_is_room_for_are_turned_away(
    session: Session, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MOST_CLIENTS", 2)
    with Caller(path).greet(), Caller(path).greet() as second, Caller(path) as third:
        assert third.cut_off
        assert second.status().phase == "training"


def test_a_paused_run_answers_at_once(session: Session, path: Path) -> None:
    with Caller(path).greet() as caller:
        caller.ask(protocol.Pause())
        step = caller.status().step
        caller.ask(protocol.StepOnce())
        wait_for(lambda: caller.status().step == step + 1, seconds=1)


def test_stop_saves_answers_and_ends(session: Session, path: Path) -> None:
    with Caller(path).greet() as caller:
        found = caller.ask(protocol.Stop())
        assert found == Done(f"saved step {session.saved_step:,}")
        assert caller.cut_off
    wait_for(lambda: not path.exists())
    assert session.ended


def test_the_socket_replaces_a_stale_one(session: Session, short: Path) -> None:
    (short / "s").touch()
    with served(session, short / "s"), Caller(short / "s").greet():
        assert stat.S_ISSOCK((short / "s").stat().st_mode)


def test_a_socket_that_cannot_be_made_is_a_plain_error(session: Session, short: Path) -> None:
    with pytest.raises(StorageError, match="cannot make the socket"):
        Server(session, short / "nowhere" / "s")


def test_a_run_on_its_own_ends_when_all_is_done_and_nobody_looks(
    sessions: Sessions, short: Path
) -> None:
    session = sessions.new(steps=5)
    Server(session, short / "s").run()
    assert (session.ended, session.saved_step) == (True, 5)


def test_a_run_that_is_done_stays_while_somebody_looks(sessions: Sessions, short: Path) -> None:
    session = sessions.new(steps=300)
    with served(session, short / "s"):
        with Caller(short / "s").greet() as caller:
            wait_for(lambda: caller.status().phase == "finished" and session.complete)
            assert caller.status().saved_step == 300
        wait_for(lambda: session.ended)


def test_a_full_disk_does_not_end_the_server(
    session: Session, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("no space left")

    with Caller(path).greet() as caller:
        with monkeypatch.context() as disk:
            disk.setattr(session.metrics, "_commit", full)
            wait_for(lambda: caller.status().message == "no space left")
            assert caller.ask(protocol.Save()) == Failed("no space left")
            assert caller.ask(protocol.Stop()) == Failed("no space left")
            assert caller.status().phase == "paused"
        assert caller.ask(protocol.Resume()) == Done()
        goes_on(session)
