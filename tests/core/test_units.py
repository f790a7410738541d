from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core import units
from rnn_tui.core.model import step
from rnn_tui.core.units import Block, Correlation, Peaks, activations


def one_after_the_other(params, symbols, cell, state):
    rows = []
    for symbol in symbols:
        _, state = step(params, np.array([symbol]), state, cell)
        rows.append(np.concatenate([h[0] for h in state]))
    return np.array(rows)


def in_order(blocks: list[Block]):
    positions = np.concatenate([block.positions for block in blocks])
    values = np.concatenate([block.values for block in blocks])
    order = np.argsort(positions)
    return positions[order], values[order]


@pytest.fixture(params=["tanh", "relu"])
def network(request, make_problem):
    problem = make_problem(B=1, cell=request.param)
    return problem.params, problem.state, request.param


@pytest.fixture
def symbols():
    return np.random.default_rng(3).integers(0, 5, 403)


def test_one_stream_is_what_the_network_does_step_by_step(monkeypatch, network, symbols):
    params, state, cell = network
    monkeypatch.setattr(units, "_ROWS", 50)
    positions, values = in_order(list(activations(params, symbols, cell, state)))
    assert np.array_equal(positions, np.arange(403))
    assert np.allclose(values, one_after_the_other(params, symbols, cell, state), atol=1e-13)


@pytest.mark.parametrize("streams", [2, 3, 7, 100, 403, 5000])
def test_streams_give_every_position_once(monkeypatch, network, symbols, streams):
    params, state, cell = network
    monkeypatch.setattr(units, "_ROWS", 64)
    positions, values = in_order(list(activations(params, symbols, cell, state, streams)))
    assert np.array_equal(positions, np.arange(403))
    assert values.shape == (403, 8)


@pytest.mark.parametrize("streams", [2, 3, 5])
def test_streams_are_right_where_the_network_forgets_within_the_warm_up(
    monkeypatch, make_problem, symbols, streams
):
    params, _, _, state, cell = make_problem(B=1)
    for layer in range(2):
        params[f"layer{layer}.W_hh"] *= 0.2
    monkeypatch.setattr(units, "_ROWS", 64)
    _, values = in_order(list(activations(params, symbols, cell, state, streams)))
    assert np.allclose(values, one_after_the_other(params, symbols, cell, state), atol=1e-12)


def test_the_first_stream_begins_from_the_state_that_was_given(network, symbols):
    params, state, cell = network
    _, values = in_order(list(activations(params, symbols, cell, state, 4)))
    exact = one_after_the_other(params, symbols[:101], cell, state)
    assert np.allclose(values[:101], exact, atol=1e-13)


def test_a_text_of_nothing_has_no_blocks(network):
    params, state, cell = network
    assert list(activations(params, np.zeros(0, int), cell, state)) == []


def test_symbols_and_states_that_do_not_fit_are_refused(network):
    params, state, cell = network
    with pytest.raises(ValueError, match="symbols hold the symbol 5"):
        next(activations(params, np.array([0, 5]), cell))
    with pytest.raises(ValueError, match="the state has 1 layers"):
        next(activations(params, np.array([0]), cell, state[:1]))


def correlated(x, y, cuts=()):
    correlation = Correlation(x.shape[1], y.shape[1])
    for rows, columns in zip(np.split(x, cuts), np.split(y, cuts), strict=True):
        correlation.add(rows, columns)
    return correlation.result()


@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 60),
    st.lists(st.integers(0, 60), max_size=5),
    st.sampled_from([0, 1, 1e6, -1e6]),
)
def test_r_is_that_of_numpy_however_the_text_is_cut(seed, n, cuts, mean):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, 3)) + mean, rng.standard_normal((n, 2)) * 100
    y[:, 0] += 30 * x[:, 0]
    x_given, y_given = x.copy(), y.copy()
    expected = np.corrcoef(y.T, x.T)[:2, 2:]
    assert np.allclose(correlated(x, y, sorted(cuts)), expected, atol=1e-7 if mean else 1e-10)
    assert np.array_equal(x, x_given)
    assert np.array_equal(y, y_given)


def test_a_large_mean_takes_no_digits():
    x = np.arange(10_000.0)[:, None]
    assert correlated(x * 2.0**-20 + 2.0**20, x * -3, range(7, 10_000, 501)) == -1


def test_what_never_changes_has_no_r():
    noise = np.random.default_rng(0).standard_normal((1000, 1))
    x = np.hstack([np.full((1000, 1), 0.1), noise])
    r = correlated(x, np.hstack([noise, np.full((1000, 1), 1 / 3)]), [10, 333])
    assert np.isnan(r).tolist() == [[True, False], [True, True]]
    assert r[0, 1] == pytest.approx(1, abs=1e-12)


def test_a_unit_that_is_not_finite_has_no_r_and_leaves_the_others():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4, 100, 1)), rng.standard_normal((100, 1))
    x[0, 5], x[1, 5], x[2, 5] = np.nan, np.inf, 1e300
    r = correlated(np.hstack(list(x)), y, [50])[0]
    assert np.isnan(r[:3]).all()
    assert r[3] == pytest.approx(np.corrcoef(x[3, :, 0], y[:, 0])[0, 1])


def test_float32_units_are_correlated_in_float64():
    x = (np.random.default_rng(0).standard_normal((5000, 1)) + 1000).astype(np.float32)
    y = np.arange(5000)[:, None] % 7 == 0
    expected = np.corrcoef(x[:, 0].astype(float), y[:, 0])[0, 1]
    assert correlated(x, y, [100, 4000])[0, 0] == pytest.approx(expected, abs=1e-10)


def greedy(scores, count, apart):
    left, taken = dict(enumerate(scores)), []
    while left and len(taken) < count:
        best = min(left, key=lambda position: (-left[position], position))
        taken.append((best, left[best]))
        left = {position: s for position, s in left.items() if abs(position - best) >= apart}
    return taken


@given(
    st.lists(st.integers(-5, 5).map(float), max_size=80),
    st.integers(1, 6),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
def test_peaks_are_those_found_by_hand_in_whatever_order_blocks_come(scores, count, apart, random):
    peaks = Peaks(count, apart)
    blocks = [range(first, min(first + 7, len(scores))) for first in range(0, len(scores), 7)]
    random.shuffle(blocks)
    for block in blocks:
        peaks.add(np.array(block), np.array([scores[position] for position in block]))
    assert [tuple(peak) for peak in peaks.result()] == greedy(scores, count, apart)


def test_peaks_leave_out_what_is_not_finite():
    peaks = Peaks(5)
    peaks.add(np.arange(4), np.array([np.nan, 1.0, np.inf, -2.0]))
    assert [peak.position for peak in peaks.result()] == [1, 3]


@pytest.mark.parametrize("wrong", [(0, 1), (1, 0), (1.5, 1)])
def test_a_number_of_places_or_a_distance_below_1_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        Peaks(*wrong)


def test_peaks_side_by_side_do_not_hide_those_that_are_lower():
    tents = np.array([0, 7, 8, 9, 8, 7, 0] * 2 + [0, 0, 1, 0])
    peaks = Peaks(3, apart=3)
    for position, score in enumerate(tents):
        peaks.add(np.array([position]), np.array([float(score)]))
    assert [tuple(peak) for peak in peaks.result()] == [(3, 9), (10, 9), (16, 1)]


def test_of_equal_scores_the_first_is_kept_also_if_it_comes_later():
    peaks = Peaks(1)
    for position in (5, 2, 8):
        peaks.add(np.array([position]), np.array([1.0]))
    assert peaks.result() == ((2, 1.0),)
