"""Reading: one symbol at a time is the fast path's, exactly repeatable; whole texts agree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.arrays import Params, State
from rnn_tui.core.initialization import initialize
from rnn_tui.core.model import Workspace, step
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.reading import (
    Reader,
    entropy_bits,
    scores,
    surprise_and_rank,
)
from rnn_tui.core.sampling import distribution


def network(V: int = 7, layers: int = 2, cell: str = "tanh") -> tuple[Params, State]:
    rng = np.random.default_rng(2)
    _, params = initialize(Architecture(V, 6, layers, V, cell), "normal", rng, np.float64)
    return params, tuple(rng.normal(size=(1, 6)) for _ in range(layers))


@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("layers", [1, 3])
def test_one_symbol_is_one_step_of_the_network(cell: str, layers: int) -> None:
    params, state = network(layers=layers, cell=cell)
    reader = Reader(params, cell)
    for symbol in [3, 0, 6, 6]:
        found = reader.read(state, symbol)
        logits, state = step(params, np.array([symbol]), state, cell)
        np.testing.assert_allclose(found.logits, logits[0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(found.state, state, rtol=1e-12, atol=1e-12)
        state = found.state


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cell", ["tanh", "relu"])
def test_a_step_is_to_the_bit_that_of_a_window_of_one(cell: str, dtype: type) -> None:
    architecture = Architecture(65, 100, 2, 65, cell)
    _, params = initialize(architecture, "uniform", np.random.default_rng(1), dtype)
    reader, window = Reader(params, cell), Workspace(architecture, 1, 1, np.dtype(dtype))
    state = reader.state
    for symbol in [3, 64, 0, 3]:
        found = reader.read(state, symbol)
        logits = window.forward(params, np.array([[symbol]]), state)
        assert np.array_equal(found.logits, logits[0, 0])
        assert np.array_equal(found.state, window.final_state())
        state = found.state


def test_going_back_to_a_kept_state_gives_the_same_bits() -> None:
    params, state = network()
    reader = Reader(params)
    first = reader.read(state, 3)
    second = reader.read(first.state, 1)
    reader.read(second.state, 5)
    again = reader.read(first.state, 1)
    assert np.array_equal(again.state, second.state)
    assert np.array_equal(again.logits, second.logits)
    assert np.array_equal(reader.start(second.state).logits, second.logits)


def test_feeding_does_not_make_a_reader_forget_where_it_is() -> None:
    params, state = network()
    reader = Reader(params)
    first = reader.read(state, 3)
    expected = reader.read(first.state, 1)
    reader.start(first.state)
    here = reader.start(first.state).state
    reader.feed(4)
    assert np.array_equal(reader.read(here, 1).logits, expected.logits)


def test_what_was_read_cannot_be_written_to_and_params_may_change() -> None:
    params, state = network()
    reader = Reader(params)
    before = reader.read(state, 3)
    params["W_hy"] *= 0.0
    assert np.array_equal(reader.read(state, 3).logits, before.logits)
    with pytest.raises(ValueError, match="read-only"):
        before.state[0][...] = 0.0


@pytest.mark.parametrize("n", [1, 255, 256, 257, 600])
def test_a_whole_text_in_blocks_agrees_with_symbol_after_symbol(n: int) -> None:
    params, state = network()
    symbols = np.random.default_rng(1).integers(0, 7, n)
    reader = Reader(params)
    blocks = list(reader.read_all(state, symbols))
    assert max(len(block.logits) for block in blocks) <= 256
    logits = np.concatenate([block.logits for block in blocks])
    states = [np.concatenate(parts) for parts in zip(*(b.states for b in blocks), strict=True)]
    here = reader.start(state)
    for t, symbol in enumerate(symbols.tolist()):
        np.testing.assert_allclose(logits[t], here.logits, rtol=1e-12, atol=1e-12)
        here = reader.read(here.state, symbol)
        for rows, h in zip(states, here.state, strict=True):
            np.testing.assert_allclose(rows[t], h[0], rtol=1e-12, atol=1e-12)


def test_no_text_has_no_blocks_and_a_large_vocabulary_short_ones() -> None:
    params, state = network()
    assert list(Reader(params).read_all(state, np.array([], int))) == []
    large, state = network(V=65_536, layers=1)
    blocks = list(Reader(large).read_all(state, np.array([0, 65_535] * 10)))
    assert [len(block.logits) for block in blocks] == [16, 4]


@pytest.mark.parametrize("symbol", [-1, 7])
def test_a_symbol_that_there_is_not_is_refused_at_once(symbol: int) -> None:
    params, state = network()
    with pytest.raises(ValueError, match=rf"symbol {symbol} is not one of 0\.\.6"):
        Reader(params).read(state, symbol)
    with pytest.raises(ValueError, match=rf"the symbol {symbol}, expected 0 to 6"):
        Reader(params).read_all(state, np.array([0, symbol]))


def test_a_state_of_another_network_is_refused() -> None:
    params, state = network()
    with pytest.raises(ValueError, match="the state of one stream has the shapes"):
        Reader(params).start(state[:1])


LOGITS = st.lists(st.floats(-1e4, 1e4) | st.sampled_from([1e300, -1e300, -math.inf]), min_size=1)


@given(LOGITS.filter(lambda values: max(values) > -math.inf), st.data())
def test_scores_are_those_of_the_distribution_at_temperature_1(values, data) -> None:
    symbol = data.draw(st.integers(0, len(values) - 1))
    p = distribution(values)
    surprise, entropy, place = (float(part[0]) for part in scores([values], [symbol]))
    assert 2.0**-surprise == pytest.approx(p[symbol], rel=1e-9, abs=1e-300)
    assert entropy == pytest.approx(entropy_bits(p), rel=1e-9, abs=1e-12)
    order = np.argsort(-np.array(values), kind="stable").tolist()
    assert place == 1 + order.index(symbol)


@given(LOGITS.filter(lambda values: max(values) > -math.inf), st.data())
def test_one_symbol_is_scored_to_the_bit_as_many_are(values, data) -> None:
    symbol = data.draw(st.integers(0, len(values) - 1))
    surprise, _, place = scores([values], [symbol])
    assert surprise_and_rank(values, symbol) == (surprise[0], place[0])


@pytest.mark.parametrize("V", [2, 100, 129, 4097, 65_536])
def test_one_symbol_of_many_is_scored_to_the_bit(V: int) -> None:
    logits = np.random.default_rng(V).normal(size=V).astype(np.float32)
    for symbol in (0, V // 2, V - 1):
        surprise, _, place = scores(logits[None], [symbol])
        assert surprise_and_rank(logits, symbol) == (surprise[0], place[0])


def test_a_symbol_that_cannot_come_is_infinitely_surprising() -> None:
    assert surprise_and_rank([0.0, -math.inf], 1)[0] == math.inf
    assert surprise_and_rank([0.0, -math.inf], 0)[0] == 0.0
    assert surprise_and_rank([1.0, 1.0, 1.0, 1.0], 2)[0] == 2.0


def test_a_rank_counts_from_1_and_equals_stand_in_their_order() -> None:
    logits = [1.0, 3.0, 3.0, 2.0]
    assert [surprise_and_rank(logits, symbol)[1] for symbol in range(4)] == [4, 1, 2, 3]


def test_entropy_is_that_of_a_fair_coin_and_of_nothing_to_choose() -> None:
    assert entropy_bits([0.5, 0.0, 0.5]) == 1.0
    assert entropy_bits([0.0, 1.0]) == 0.0


def test_float32_logits_are_scored_in_float64() -> None:
    logits = np.random.default_rng(0).normal(size=50).astype(np.float32)
    assert surprise_and_rank(logits, 3) == surprise_and_rank(logits.astype(np.float64), 3)
    assert scores(logits[None], [3]).surprise.dtype == np.float64


@pytest.mark.parametrize("row", [[math.nan, 1.0], [math.inf, 1.0], [-math.inf, -math.inf]])
def test_logits_that_mean_nothing_are_refused(row: list[float]) -> None:
    with pytest.raises(ValueError, match="the network has diverged"):
        scores([[0.0, 1.0], row], [0, 0])
    with pytest.raises(ValueError, match="the network has diverged"):
        surprise_and_rank(row, 0)
