"""Who watches a run, and who turned what, stands in its log."""

from __future__ import annotations

from pathlib import Path

from rnn_tui.training import protocol
from rnn_tui.training.answers import answer
from rnn_tui.training.client import who_asks
from rnn_tui.training.knob_messages import KnobsListed, ListKnobs, Turn, Undo
from rnn_tui.training.protocol import Done, Failed

from .conftest import Sessions, train_to
from .serving import Caller, served, wait_for


def hello(who: str) -> protocol.Hello:
    return protocol.Hello(protocol.VERSION, who=who)


def told(session) -> list[tuple[str, str]]:
    session.flush()
    return [(event.kind, event.who) for event in session.metrics.events_after(0)]


def test_who_watches_comes_and_goes(sessions: Sessions) -> None:
    session = sessions.new()
    answer(session, 1, hello("pts/1, process 7"))
    for _ in range(3):
        answer(session, 1, protocol.Poll())
    session.leave(1)
    assert told(session) == [("attached", "pts/1, process 7"), ("detached", "pts/1, process 7")]


def test_who_only_asks_how_it_stands_is_not_told_of(sessions: Sessions) -> None:
    session = sessions.new()
    answer(session, 1, hello("pts/1, process 7"))
    answer(session, 1, protocol.Poll(after_event=protocol.NO_EVENT))
    session.leave(1)
    assert told(session) == []


def test_a_connection_that_breaks_is_a_departure(sessions: Sessions, short: Path) -> None:
    session = sessions.new()
    with served(session, short / "s"):
        with Caller(short / "s") as caller:
            caller.ask(hello("ada"))
            caller.status()
        with Caller(short / "s") as other:
            other.ask(hello(""))
            wait_for(lambda: ("detached", "ada") in _events(other))


def _events(caller: Caller) -> list[tuple[str, str]]:
    update = caller.ask(protocol.Poll())
    assert isinstance(update, protocol.Update)
    return [(event.kind, event.who) for event in update.events]


def test_a_knob_that_a_client_turns_is_told_with_its_name(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 4)
    answer(session, 1, hello("ada"))
    assert answer(session, 1, Turn("clip", "0.5")) == Done("norm limit 1 → 0.5")
    assert answer(session, 1, Turn("clip", "0.5")) == Done("norm limit is 0.5", changed=False)
    assert ("knob", "ada") in told(session)
    train_to(session, 9)
    listed = answer(session, 1, ListKnobs())
    assert isinstance(listed, KnobsListed)
    assert listed.undo == 4
    assert {knob.name: knob.value for knob in listed.knobs}["clip"] == "0.5"
    said = answer(session, 1, Undo())
    assert said == Done("from step 9 back to step 4: norm limit 0.5 → 1")
    assert ("undone", "ada") in told(session)


def test_what_is_no_value_is_refused(sessions: Sessions) -> None:
    session = sessions.new()
    for name, value in (("clip", "x"), ("clip", '"x"'), ("hidden", "3"), ("window", "[1]")):
        assert isinstance(answer(session, 1, Turn(name, value)), Failed)
    assert isinstance(answer(session, 1, Undo()), Failed)


def test_a_process_says_who_it_is() -> None:
    assert "process " in who_asks()
