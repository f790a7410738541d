"""Scoring: what a text costs in bits, the same as reading it character by character."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.parameters import zero_state
from rnn_tui.core.trace import trace
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.prompt import PromptError
from rnn_tui.sampling.scoring import Totals, measure, score
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.weights import Weights
from tests.sampling.networks import LETTERS, make_weights, symbols_of, text_of

WEIGHTS = make_weights()
LONG = "".join(np.random.default_rng(3).choice(list(LETTERS), 600))


def marks_of(scoring) -> list:
    return [mark for block in scoring for mark in block]


@given(st.text(LETTERS + "xyz", max_size=40))
def test_marks_are_those_of_a_prompt(text: str) -> None:
    scored = marks_of(score(WEIGHTS, text))
    read = list(Engine(WEIGHTS, Settings()).prompt(text))
    for one, other in zip(scored, read, strict=True):
        for name in ("symbol", "depth", "draws", "origin", "rank", "temperature", "weights_step"):
            assert getattr(one, name) == getattr(other, name)
        for name in ("logits", "state", "surprise", "entropy", "probability"):
            found, expected = getattr(one, name), getattr(other, name)
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_a_long_text_comes_in_blocks_that_hang_together() -> None:
    blocks = list(score(WEIGHTS, LONG))
    assert [len(block) for block in blocks] == [256, 256, 88]
    marks = marks_of(blocks)
    assert text_of(WEIGHTS, marks) == LONG
    assert all(later.parent is mark for mark, later in pairwise(marks))


def test_bits_per_character_are_the_loss_of_the_textbook() -> None:
    numbers = WEIGHTS.vocabulary.encode(LONG[:30]).astype(int)[:, None]
    state = zero_state(WEIGHTS.architecture, 1, np.float64)
    loss = trace(WEIGHTS.params, numbers[:-1], numbers[1:], state).loss
    whole, first = score(WEIGHTS, LONG[:30]), score(WEIGHTS, LONG[0])
    marks_of(whole), marks_of(first)
    behind = Totals(29, whole.totals.bits - first.totals.bits)
    assert behind.bits_per_character == pytest.approx(loss / math.log(2), rel=1e-12)
    assert behind.perplexity == pytest.approx(math.exp(loss), rel=1e-12)


def test_totals_grow_with_the_blocks_and_measure_finds_the_same() -> None:
    scoring = score(WEIGHTS, LONG)
    grown = [(len(block), scoring.totals) for block in scoring][-1][1]
    *_, measured = measure(WEIGHTS, LONG)
    assert measured == grown
    assert grown.characters == 600
    assert grown.bits == pytest.approx(sum(m.surprise for m in marks_of(score(WEIGHTS, LONG))))


def test_a_text_can_be_scored_behind_another_and_gone_on_from() -> None:
    first = marks_of(score(WEIGHTS, LONG[:300]))
    rest = marks_of(score(WEIGHTS, LONG[300:], start=first[-1]))
    whole = marks_of(score(WEIGHTS, LONG))
    np.testing.assert_allclose(
        [mark.surprise for mark in first + rest], [mark.surprise for mark in whole], rtol=1e-9
    )
    engine = Engine(WEIGHTS, Settings(length=20), start=rest[-1])
    drawn = list(engine)
    other = Engine(WEIGHTS, Settings(length=20))
    list(other.prompt(LONG))
    assert symbols_of(drawn) == symbols_of(other)


def test_no_text_costs_nothing() -> None:
    scoring = score(WEIGHTS, "123")
    assert marks_of(scoring) == list(measure(WEIGHTS, "")) == []
    assert (scoring.totals.bits_per_character, scoring.totals.perplexity) == (0.0, 1.0)
    assert scoring.read.places == (0, 1, 2)
    with pytest.raises(PromptError):
        score(WEIGHTS, "123", "refuse")


def test_a_network_that_knows_nothing_pays_the_same_for_every_symbol() -> None:
    params = {name: np.zeros_like(value) for name, value in WEIGHTS.params.items()}
    *_, totals = measure(Weights(params, "tanh", WEIGHTS.vocabulary, 0, "owl"), LONG)
    assert (totals.bits_per_character, totals.perplexity) == (3.0, 8.0)


def test_what_cannot_come_has_no_finite_perplexity() -> None:
    assert Totals().plus([math.inf]).perplexity == math.inf
    assert Totals(1, 1e6).perplexity == math.inf
