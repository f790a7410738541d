"""The engine: the pipe's text, exact branches, settings that act at once, ends that end."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.parameters import zero_state
from rnn_tui.core.sampling import generate
from rnn_tui.sampling.engine import Engine, Uniforms, start_mark
from rnn_tui.sampling.settings import Settings, random_numbers
from rnn_tui.sampling.weights import Weights
from tests.sampling.networks import byte_weights, make_weights, same, symbols_of, text_of

WEIGHTS = make_weights(dtype=np.float32)
SETTINGS = st.builds(
    Settings,
    temperature=st.sampled_from([0.0, 1e-300, 0.5, 1.0, 2.0, 1e300, math.inf]),
    top_k=st.sampled_from([0, 3]),
    top_p=st.sampled_from([1.0, 0.8]),
    seed=st.integers(0, 2**63 - 1),
    length=st.just(25),
)


def text(engine: Engine, prompt: str = "abc") -> list:
    return [*engine.prompt(prompt), *engine]


@given(SETTINGS, st.text("abcdefgh", max_size=5), st.integers(0, 3))
def test_the_text_is_that_of_generate_bit_for_bit(settings, prompt, number) -> None:
    marks = text(Engine(WEIGHTS, settings, number=number), prompt)[len(prompt) :]
    state = zero_state(WEIGHTS.architecture, 1, np.float32)
    plain = generate(
        WEIGHTS.params,
        state,
        [*map("abcdefgh".index, prompt)],
        random_numbers(settings.seed, number),
        settings.temperature,
        top_k=settings.top_k,
        top_p=settings.top_p,
    )
    for mark, drawn in zip(marks, plain, strict=False):
        assert (mark.symbol, mark.probability, mark.entropy) == tuple(drawn)
    assert len(marks) == 25


@given(SETTINGS, st.integers(3, 27))
def test_a_branch_with_the_same_symbol_is_the_same_text_bit_for_bit(settings, place) -> None:
    engine = Engine(WEIGHTS, settings)
    marks = text(engine)
    again = [engine.branch(marks[place], marks[place].symbol), *engine]
    assert again[0].origin == "chosen"
    assert all(same(a, b) for a, b in zip(marks[place:], again, strict=True))


@given(SETTINGS, st.integers(2, 27))
def test_another_engine_goes_on_from_any_mark_with_the_same_text(settings, place) -> None:
    marks = text(Engine(WEIGHTS, settings))
    again = list(Engine(WEIGHTS, settings, start=marks[place]))
    assert len(again) == 27 - place
    assert all(same(a, b) for a, b in zip(marks[place + 1 :], again, strict=True))


def test_another_symbol_changes_the_text_behind_it_and_nothing_before() -> None:
    engine = Engine(WEIGHTS, Settings(length=25))
    marks = text(engine)
    chosen = engine.branch(marks[10], (marks[10].symbol + 1) % 8)
    rest = list(engine)
    assert chosen.path()[:10] == tuple(marks[:10])
    assert len(rest) == len(marks) - 11
    assert symbols_of(rest) != symbols_of(marks[11:])
    assert np.array_equal(chosen.logits, marks[10].logits)


def test_a_character_of_the_prompt_can_be_another_too() -> None:
    engine = Engine(WEIGHTS, Settings(length=5))
    prompt = list(engine.prompt("abc"))
    chosen = engine.branch(prompt[1], 7)
    assert text_of(WEIGHTS, chosen.path()) == "ah"
    assert len(list(engine)) == 5


def test_what_cannot_be_chosen_is_refused_and_the_text_stays() -> None:
    engine = Engine(WEIGHTS, Settings())
    mark = next(engine)
    with pytest.raises(ValueError, match="no character at the start"):
        engine.branch(mark.parent, 0)
    with pytest.raises(ValueError, match=r"symbol 8 is not one of 0\.\.7"):
        engine.branch(mark, 8)
    assert engine.mark is mark


def test_a_symbol_that_was_cut_off_can_be_chosen_and_has_probability_0() -> None:
    engine = Engine(WEIGHTS, Settings(top_k=1))
    mark = next(engine)
    chosen = engine.branch(mark, (mark.symbol + 1) % 8)
    assert (mark.probability, chosen.probability) == (1.0, 0.0)
    assert chosen.rank > 1 == mark.rank
    assert math.isfinite(chosen.surprise)


def test_settings_that_are_replaced_act_at_the_next_draw() -> None:
    engine = Engine(WEIGHTS, Settings(temperature=0.0))
    assert {mark.entropy for mark in islice(engine, 5)} == {0.0}
    engine.settings = replace(engine.settings, temperature=math.inf)
    mark = next(engine)
    assert (mark.entropy, mark.temperature) == (pytest.approx(3.0), math.inf)
    engine.settings = replace(engine.settings, top_k=2, top_p=0.9)
    mark = next(engine)
    assert (mark.entropy, mark.top_k, mark.top_p) == (pytest.approx(1.0), 2, 0.9)


def test_a_new_seed_acts_at_the_next_draw() -> None:
    engine = Engine(WEIGHTS, Settings(seed=1, temperature=math.inf))
    list(islice(engine, 5))
    engine.settings = replace(engine.settings, seed=2)
    found = [mark.symbol for mark in islice(engine, 5)]
    assert found == [int(8 * u) for u in random_numbers(2).random(10)[5:]]


def test_uniform_numbers_are_found_by_their_place() -> None:
    expected = random_numbers(9, 4).random(50)
    uniforms = Uniforms(9, 4)
    places = [0, 1, 2, 40, 41, 3, 3, 49, 0]
    assert [uniforms.at(place) for place in places] == expected[places].tolist()


def test_marks_say_where_they_come_from_and_whose_weights_drew_them() -> None:
    marks = text(Engine(WEIGHTS, Settings(length=2)))
    assert [mark.origin for mark in marks] == ["prompt"] * 3 + ["drawn"] * 2
    assert [mark.draws for mark in marks] == [0, 0, 0, 1, 2]
    assert [mark.drawn for mark in marks] == [False] * 3 + [True] * 2
    assert {mark.weights_step for mark in marks} == {7}
    assert marks[0].parent.origin == "start"


def test_a_prompt_is_scored_at_temperature_1_whatever_is_set() -> None:
    first, *_ = Engine(WEIGHTS, Settings(temperature=0.1, top_k=2)).prompt("abc")
    assert first.probability == pytest.approx(2.0**-first.surprise, rel=1e-12)
    assert (first.temperature, first.top_k, first.top_p) == (1.0, 0, 1.0)


def test_a_text_ends_at_its_length_and_can_go_on() -> None:
    engine = Engine(WEIGHTS, Settings(length=4))
    assert len(list(engine)) == 4
    assert engine.finished
    engine.go_on(3)
    assert len(list(engine)) == 3
    longer = list(Engine(WEIGHTS, Settings(length=7)))
    assert symbols_of(engine.mark.path()) == symbols_of(longer)


def test_a_text_ends_behind_what_it_was_to_stop_at() -> None:
    whole = text_of(WEIGHTS, Engine(WEIGHTS, Settings(length=200)))
    stop = whole[50:53]
    engine = Engine(WEIGHTS, Settings(length=200, stop_at=stop))
    assert text_of(WEIGHTS, engine) == whole[: whole.index(stop) + 3]
    engine.go_on(10)
    assert len(list(engine)) >= 3


def test_what_a_prompt_holds_does_not_stop_a_text() -> None:
    engine = Engine(WEIGHTS, Settings(length=1, stop_at="ab"))
    list(engine.prompt("ab"))
    assert not engine.finished
    assert len(list(engine)) == 1


def two_bytes() -> Weights:
    """A network that writes the two bytes of é, in any order."""
    weights, b_y = byte_weights(layers=1), np.full(256, -1e4)
    b_y[[0xC3, 0xA9]] = 0.0
    return replace(weights, params={**weights.params, "b_y": b_y})


@pytest.mark.parametrize("seed", range(6))
def test_a_text_of_bytes_stops_when_the_character_is_whole_and_only_then(seed: int) -> None:
    settings = Settings(math.inf, top_k=2, seed=seed, length=500, stop_at="é")
    engine = Engine(two_bytes(), settings)
    assert bytes(symbols_of(engine)).count(b"\xc3\xa9") == 1
    assert engine.mark.depth < 500
    engine.go_on(100)
    next(engine)  # one byte more is no character, or another one
    assert not engine.finished


def test_a_network_that_diverged_says_so_and_does_not_warn() -> None:
    params = {**WEIGHTS.params, "b_y": np.full(8, np.inf, np.float32)}
    engine = Engine(Weights(params, "tanh", WEIGHTS.vocabulary, 0, "owl"), Settings())
    with pytest.raises(ValueError, match="the network has diverged"):
        next(engine)
    with pytest.raises(ValueError, match="the network has diverged"):
        next(engine.prompt("a"))


def test_a_mark_of_a_network_of_other_sizes_is_refused() -> None:
    with pytest.raises(ValueError, match="the state of one stream has the shapes"):
        Engine(WEIGHTS, Settings(), start=start_mark(make_weights(hidden=5)))
