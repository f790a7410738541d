from __future__ import annotations

import math

import pytest

from rnn_tui.training.protocol import SampleText, StartSample
from rnn_tui.training.session import Session
from rnn_tui.training.stream import CHARACTERS_PER_SECOND, LONGEST_PROMPT, checked_temperature

from .conftest import Sessions, train_to


def start(session: Session, client: int = 1, prompt: str = "The ", **asked: object) -> None:
    request = {"temperature": 1.0, "length": 50, "seed": 3, **asked}
    session.start_sample(client, StartSample(prompt, **request))


def written(sessions: Sessions, session: Session, client: int = 1) -> SampleText:
    """The whole text, however long it takes."""
    session.pause()
    while not session.streams[client].finished:
        sessions.clock.now += 1
        session.advance()
    return session.streams[client].answer(0)


def test_a_text_has_the_length_that_was_asked_for(sessions: Sessions) -> None:
    session = sessions.new()
    start(session)
    text = written(sessions, session)
    assert (len(text.text), text.finished, text.missing) == (50, True, "")
    assert set(text.text) <= set(session.vocabulary.symbols)


def test_the_same_seed_gives_the_same_text(sessions: Sessions) -> None:
    session = sessions.new()
    texts = []
    for seed in (3, 3, 4):
        start(session, seed=seed)
        texts.append(written(sessions, session).text)
    assert texts[0] == texts[1] != texts[2]


def test_temperature_zero_needs_no_seed(sessions: Sessions) -> None:
    session = sessions.new()
    texts = set()
    for seed in (None, 1, 2):
        start(session, seed=seed, temperature=0.0)
        texts.add(written(sessions, session).text)
    assert len(texts) == 1


@pytest.mark.parametrize(("prompt", "missing"), [("", ""), ("ö€The 漢", "ö€漢"), ("漢", "漢")])
def test_a_prompt_may_be_empty_or_unknown(sessions: Sessions, prompt: str, missing: str) -> None:
    session = sessions.new()
    start(session, prompt=prompt)
    text = written(sessions, session)
    assert (text.missing, len(text.text)) == (missing, 50)


def test_a_prompt_that_is_too_long_is_refused(sessions: Sessions) -> None:
    session = sessions.new()
    with pytest.raises(ValueError, match="a prompt may have 10,000 characters, not 10,001"):
        start(session, prompt="a" * (LONGEST_PROMPT + 1))
    assert not session.streams


@pytest.mark.parametrize("value", [math.nan, -0.1, -math.inf])
def test_what_is_no_temperature_is_refused(sessions: Sessions, value: float) -> None:
    session = sessions.new()
    start(session, temperature=0.7)
    with pytest.raises(ValueError, match="a temperature is 0 or more"):
        checked_temperature(value)
    with pytest.raises(ValueError, match="a temperature is 0 or more"):
        start(session, temperature=value)
    assert session.streams[1].temperature == 0.7


@pytest.mark.parametrize("value", [0.0, 1e-300, 1e8, math.inf])
def test_any_other_temperature_samples(sessions: Sessions, value: float) -> None:
    session = sessions.new()
    start(session, temperature=value)
    assert len(written(sessions, session).text) == 50


def test_another_temperature_acts_on_the_text_that_is_being_written(sessions: Sessions) -> None:
    session = sessions.new()
    train_to(session, 30)
    start(session, temperature=5.0, length=200)
    session.streams[1].advance(1)
    session.streams[1].temperature = 0.0
    text = written(sessions, session).text
    assert len(set(text[100:])) < 20  # a network that always takes the likeliest soon repeats


def test_a_text_is_written_at_a_readers_pace(sessions: Sessions) -> None:
    session = sessions.new()
    session.pause()
    start(session, length=100_000)
    for _ in range(20):
        session.advance()
    assert len(session.streams[1].text) == 1
    sessions.clock.now += 1
    while session.advance():
        pass
    assert len(session.streams[1].text) == CHARACTERS_PER_SECOND + 1


def test_a_text_is_sampled_from_the_weights_it_began_with(sessions: Sessions) -> None:
    session = sessions.new()
    start(session, client=1)
    before = written(sessions, session, client=1).text
    start(session, client=2)
    session.go_on()
    train_to(session, 50)
    assert written(sessions, session, client=2).text == before


def test_two_clients_have_texts_of_their_own(sessions: Sessions) -> None:
    session = sessions.new()
    start(session, client=1, seed=1)
    start(session, client=2, seed=2)
    first, second = written(sessions, session, 1), written(sessions, session, 2)
    assert first.text != second.text
    session.leave(1)
    assert list(session.streams) == [2]


def test_a_new_text_takes_the_place_of_the_clients_earlier_one(sessions: Sessions) -> None:
    session = sessions.new()
    start(session)
    first = session.streams[1].number
    start(session)
    assert session.streams[1].number == first + 1


def test_a_text_can_be_ended(sessions: Sessions) -> None:
    session = sessions.new()
    start(session)
    session.advance()
    session.streams[1].stop()
    assert session.streams[1].finished
    assert not session.waits_for_text
    assert len(session.streams[1].answer(0).text) == 1


def test_only_what_is_new_is_answered(sessions: Sessions) -> None:
    session = sessions.new()
    start(session)
    whole = written(sessions, session)
    rest = session.streams[1].answer(20)
    assert (rest.start, rest.text) == (20, whole.text[20:])
    assert session.streams[1].answer(-5).text == whole.text
    assert session.streams[1].answer(10**30).text == ""


def test_a_network_that_has_diverged_ends_the_text_and_nothing_else(sessions: Sessions) -> None:
    session = sessions.new()
    session.trainer.params["b_y"][0] = math.nan
    start(session)
    session.advance()
    assert session.streams[1].finished
    assert "cannot sample" in session.status().message
    assert session.phase == "training"
