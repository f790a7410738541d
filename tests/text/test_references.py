"""The lines that say whether a loss is right are right themselves."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.text.corpus import load_builtin
from rnn_tui.text.references import add_one_cross_entropy, each_reference, references
from rnn_tui.text.split import split
from rnn_tui.text.vocabulary import Vocabulary


def counted(training: list[int], held_out: list[int], V: int, order: int) -> float:
    """The definition, one symbol at a time."""
    grams = Counter(tuple(training[i : i + order + 1]) for i in range(len(training) - order))
    contexts = Counter(gram[:-1] for gram in grams.elements())
    nats = 0.0
    for i in range(len(held_out) - order):
        gram = tuple(held_out[i : i + order + 1])
        nats -= math.log((grams[gram] + 1) / (contexts[gram[:-1]] + V))
    return nats / (len(held_out) - order)


symbols = st.lists(st.integers(0, 4), min_size=5, max_size=80)


@given(symbols, symbols, st.integers(0, 4))
def test_the_fast_count_is_the_slow_count(
    training: list[int], held_out: list[int], order: int
) -> None:
    fast = add_one_cross_entropy(np.uint8(training), np.uint8(held_out), 5, order)
    assert fast == pytest.approx(counted(training, held_out, 5, order), rel=1e-12)


def test_symbols_drawn_evenly_cost_ln_v() -> None:
    text = np.random.default_rng(1).integers(0, 8, 40_000)
    lines = dict(references(text[:30_000], text[30_000:], 8))
    assert list(lines) == ["ln V", "1-gram", "2-gram", "3-gram", "4-gram"]
    assert all(nats == pytest.approx(math.log(8), abs=0.06) for nats in lines.values())


def test_a_text_that_repeats_costs_almost_nothing_with_context() -> None:
    text = np.tile(np.arange(10), 1000)
    lines = dict(references(text[:9000], text[9000:], 10, orders=(0, 1)))
    assert lines["1-gram"] == pytest.approx(math.log(10), abs=1e-3)
    assert lines["2-gram"] < 0.02


def test_without_a_held_out_text_only_ln_v_is_known() -> None:
    text = np.arange(5)
    assert references(text, text[:0], 5) == (("ln V", math.log(5)),)


def test_contexts_that_cannot_be_numbered_are_left_out() -> None:
    text = np.arange(100) % 60_000
    names = [line.name for line in references(text, text, 60_000)]
    assert names == ["ln V", "1-gram", "2-gram", "3-gram"]


def test_one_line_is_made_at_a_time() -> None:
    lines = each_reference(np.arange(5), np.arange(5), 5)
    assert next(lines) == ("ln V", math.log(5))


def test_the_lines_of_the_built_in_text() -> None:
    text = load_builtin("python-docs").characters
    vocabulary = Vocabulary.of(text, "character")
    training, held_out = split(vocabulary.encode(text))
    nats = [round(line.nats, 1) for line in references(training, held_out, len(vocabulary))]
    assert nats == [4.6, 3.2, 2.3, 1.8, 1.8]
