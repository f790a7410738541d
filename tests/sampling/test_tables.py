"""What a character was drawn from, as a table."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.sampling import distribution
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.tables import Distribution, distribution_table, symbol_text, to_csv
from rnn_tui.text.vocabulary import Vocabulary
from tests.sampling.networks import LETTERS, byte_weights, make_weights

STRANGE = "\n\r\t \",;'=\x00\x1béλ漢\u0301\U0001f600"


def drawn(symbols: str = LETTERS, **settings):
    weights = make_weights(symbols)
    engine = Engine(weights, Settings(seed=3, **settings))
    list(zip(engine, range(4), strict=False))
    return engine.mark, weights.vocabulary


def of_logits(logits, **changes):
    """A mark with these logits, and a vocabulary for them."""
    mark, _ = drawn()
    symbols = tuple(map(chr, range(0x4E00, 0x4E00 + len(logits))))
    made = replace(mark, logits=np.asarray(logits, np.float32), **changes)
    return made, Vocabulary("character", symbols)


def test_rows_are_sorted_by_what_the_model_thinks() -> None:
    mark, vocabulary = drawn(temperature=0.7, top_k=3)
    table = distribution_table(mark, vocabulary)
    assert [row.rank for row in table] == list(range(1, 9))
    assert sorted(row.symbol for row in table) == list(range(8))
    assert [row.model for row in table] == sorted(mark.model_distribution, reverse=True)


def test_a_row_has_both_probabilities_of_its_symbol() -> None:
    mark, vocabulary = drawn(temperature=0.7, top_k=3)
    for row in distribution_table(mark, vocabulary):
        assert row.text == LETTERS[row.symbol]
        assert row.model == distribution(mark.logits)[row.symbol]
        assert row.drawn_from == distribution(mark.logits, 0.7, 3)[row.symbol]
        assert row.drawn == (row.symbol == mark.symbol)
        assert not row.drawn or row.rank == mark.rank


def test_what_a_cut_off_took_away_is_told_from_what_is_improbable() -> None:
    far = [0.0, -5000.0, -6000.0]
    by_count = distribution_table(*of_logits(far, temperature=0.1, top_k=2))
    by_share = distribution_table(*of_logits([0.0, -1.0, -2.0], top_p=0.9))
    by_heat = distribution_table(*of_logits(far, temperature=0.0))
    assert [row.drawn_from for row in by_count] == [1.0, 0.0, 0.0]
    assert [row.cut for row in by_count] == [False, False, True]
    assert [row.cut for row in by_share] == [False, False, True]
    assert not any(row.cut for row in by_heat)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=40), st.integers(0, 45))
def test_the_most_probable_are_the_beginning_of_all_sorted(logits: list[int], count: int) -> None:
    found = Distribution(*of_logits(logits, symbol=0))
    assert found.top(count).tolist() == found.order[:count].tolist()
    assert [found.rank(symbol) for symbol in found.order] == list(range(1, len(logits) + 1))


@given(st.integers(1, 8), st.integers(0, 7))
def test_the_drawn_one_is_always_among_the_rows(count: int, symbol: int) -> None:
    mark, vocabulary = drawn()
    found = Distribution(replace(mark, symbol=symbol), vocabulary)
    rank = found.rank(symbol)
    rows = Distribution(replace(mark, symbol=symbol, rank=rank), vocabulary).rows(count)
    assert len(rows) == count
    assert [(row.symbol, row.rank) for row in rows if row.drawn] == [(symbol, rank)]
    assert rows.index(next(row for row in rows if row.drawn)) == min(rank, count) - 1


def test_the_rest_is_what_the_rows_leave_over() -> None:
    found = Distribution(*drawn(temperature=0.5, top_k=3))
    rows = found.rows(4)
    model, after = found.rest(rows)
    assert model == pytest.approx(1 - sum(row.model for row in rows), abs=1e-12)
    assert after == pytest.approx(1 - sum(row.drawn_from for row in rows), abs=1e-12)
    assert Distribution(*of_logits([0, 1, 2], top_k=1, symbol=2)).rest(rows[:0]) != (0, 0)


def test_the_model_has_an_entropy_of_its_own() -> None:
    mark, vocabulary = drawn(temperature=1.0)
    assert Distribution(mark, vocabulary).model_entropy == pytest.approx(mark.entropy, abs=1e-12)
    certain, symbols = of_logits([0.0, -1e9], temperature=0.5)
    assert Distribution(certain, symbols).model_entropy == 0.0


def test_a_file_reads_back_as_the_same_numbers_and_symbols() -> None:
    mark, vocabulary = drawn(STRANGE, temperature=0.3, top_p=0.8)
    heading, *lines = csv.reader(io.StringIO(to_csv(mark, vocabulary), newline=""))
    assert heading == [
        *("rank", "symbol", "model probability", "drawn-from probability", "drawn"),
    ]
    table = distribution_table(mark, vocabulary)
    assert [line[1] for line in lines] == [row.text for row in table]
    numbers = [(int(a), float(b), float(c), d == "1") for a, _, b, c, d in lines]
    assert numbers == [(row.rank, row.model, row.drawn_from, row.drawn) for row in table]


def test_a_byte_is_named_by_its_number_unless_it_is_ascii() -> None:
    vocabulary = byte_weights().vocabulary
    assert symbol_text(vocabulary, 0xC3) == "\\xc3"
    assert symbol_text(vocabulary, ord("e")) == "e"
    assert symbol_text(vocabulary, 10) == "\n"
