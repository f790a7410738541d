"""What a text costs in bits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.scoring import Totals
from rnn_tui.sampling.settings import Settings
from tests.sampling.networks import make_weights

BITS = st.lists(st.floats(0, 100), max_size=30)


@given(BITS, BITS)
def test_totals_add_up(some, others) -> None:
    total = Totals().plus(some).plus(others)
    assert total.characters == len(some) + len(others)
    assert total.bits == pytest.approx(math.fsum([*some, *others]), rel=1e-12)


def test_the_mean_and_the_perplexity_are_those_of_the_bits() -> None:
    total = Totals().plus([1.0, 2.0, 3.0])
    assert (total.bits_per_character, total.perplexity) == (2.0, 4.0)
    assert (Totals().bits_per_character, Totals().perplexity) == (0.0, 1.0)
    assert Totals(1, 1e6).perplexity == math.inf


def test_the_bits_of_a_text_are_those_of_the_chain_rule() -> None:
    weights = make_weights()
    marks = list(Engine(weights, Settings()).prompt("abcabc"))
    product = math.prod(mark.model_distribution[mark.symbol] for mark in marks)
    total = Totals().plus(mark.surprise for mark in marks)
    assert total.bits == pytest.approx(-math.log2(product), rel=1e-12)
