"""Sampling: the distribution is exact, the draws follow it, the stream feeds itself."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.arrays import Array, Floats, Params, State
from rnn_tui.core.initialization import initialize
from rnn_tui.core.model import step
from rnn_tui.core.parameters import Architecture, zero_state
from rnn_tui.core.sampling import distribution, draw, generate

LOGITS = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=12)
TEMPERATURES = [1e-300, 1e-8, 0.1, 1.0, 5.0, 1e8, 1e300]


def reference(logits: Array, temperature: float) -> Floats:
    """The softmax of logits / temperature, in long double where there is one."""
    z = (logits.astype(np.longdouble) - logits.max()) / np.longdouble(temperature)
    return (np.exp(z) / np.exp(z).sum()).astype(np.float64)


def chi_square_limit(degrees: int, deviations: float = 3.7) -> float:
    """The chi-square that chance exceeds once in 10,000 (Wilson and Hilferty 1931)."""
    part = 2.0 / (9.0 * degrees)
    return degrees * float(1.0 - part + deviations * math.sqrt(part)) ** 3


def chi_square(symbols: list[int], p: Floats, bins: int = 30) -> tuple[float, int]:
    """Pearson's statistic and its degrees of freedom, over bins of neighbouring symbols."""
    bin_of = np.minimum(((np.cumsum(p) - p / 2) * bins).astype(int), bins - 1)
    expected = np.bincount(bin_of, weights=p, minlength=bins) * len(symbols)
    observed = np.bincount(bin_of[symbols], minlength=bins)
    kept = expected >= 5.0  # the rest together make one more bin, if it is not too small
    rest = expected[~kept].sum(), observed[~kept].sum()
    expected, observed = np.append(expected[kept], rest[0]), np.append(observed[kept], rest[1])
    kept = expected >= 5.0
    return float(((observed - expected)[kept] ** 2 / expected[kept]).sum()), int(kept.sum()) - 1


def draws(p: Floats, count: int, seed: int) -> list[int]:
    return [draw(p, u) for u in np.random.default_rng(seed).random(count)]


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_the_distribution_is_the_softmax_of_the_divided_logits(temperature: float) -> None:
    logits = np.random.default_rng(0).normal(size=50) * 20
    p = distribution(logits, temperature)
    np.testing.assert_allclose(p, reference(logits, temperature), rtol=1e-12, atol=1e-300)


@given(LOGITS, st.sampled_from([0.0, *TEMPERATURES, math.inf]))
def test_probabilities_sum_to_1_and_keep_the_order_of_the_logits(
    values: list[float], temperature: float
) -> None:
    p = distribution(values, temperature)
    assert math.fsum(p) == pytest.approx(1.0, abs=1e-12)
    assert p[int(np.argmax(values))] == p.max()
    assert np.all(np.diff(p[np.argsort(values, kind="stable")]) >= 0.0) or temperature == 0.0


def test_temperature_0_takes_the_first_of_the_largest_logits() -> None:
    np.testing.assert_array_equal(distribution([1.0, 3.0, 3.0, 2.0], 0.0), [0, 1, 0, 0])


def test_equal_logits_stay_equal_however_low_the_temperature() -> None:
    np.testing.assert_array_equal(distribution([1.0, 3.0, 3.0], 1e-300), [0, 0.5, 0.5])


def test_an_infinite_temperature_makes_what_is_allowed_equal() -> None:
    np.testing.assert_array_equal(distribution([9.0, -math.inf, -9.0], math.inf), [0.5, 0, 0.5])
    np.testing.assert_array_equal(distribution([9.0, 1, 2], math.inf, top_k=2), [0.5, 0, 0.5])


@pytest.mark.parametrize("size", [1e4, 3e38, 1e308])
def test_huge_logits_do_not_overflow(size: float) -> None:
    np.testing.assert_array_equal(distribution([size, -size, size], 1e-3), [0.5, 0, 0.5])


def test_logits_of_minus_infinity_are_never_drawn() -> None:
    p = distribution([-math.inf, 0.0, -math.inf, 0.0])
    np.testing.assert_array_equal(p, [0, 0.5, 0, 0.5])
    assert set(draws(p, 200, seed=1)) == {1, 3}


def test_top_k_keeps_the_k_largest_and_their_ratios() -> None:
    p = distribution(np.log([0.1, 0.4, 0.2, 0.3]), top_k=2)
    np.testing.assert_allclose(p, [0, 4 / 7, 0, 3 / 7], rtol=1e-12)


def test_top_k_among_equals_keeps_the_first() -> None:
    np.testing.assert_array_equal(distribution([1.0, 1.0, 1.0], top_k=2), [0.5, 0.5, 0])


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.05, [1]), (0.39, [1]), (0.41, [1, 3]), (0.75, [1, 2, 3])]
)
def test_top_p_keeps_the_fewest_that_reach_it(top_p: float, kept: list[int]) -> None:
    p = distribution(np.log([0.1, 0.4, 0.2, 0.3]), top_p=top_p)
    assert np.flatnonzero(p).tolist() == kept
    assert p.sum() == pytest.approx(1.0, abs=1e-15)


def test_top_k_comes_before_top_p() -> None:
    p = distribution(np.log([0.1, 0.4, 0.2, 0.3]), top_k=2, top_p=0.55)
    np.testing.assert_array_equal(p, [0, 1, 0, 0])  # 4/7 of what top-k left is enough


@given(LOGITS, st.floats(0.01, 100.0))
def test_settings_that_are_off_change_nothing(values: list[float], temperature: float) -> None:
    plain = distribution(values, temperature)
    np.testing.assert_array_equal(distribution(values, temperature, len(values), 1.0), plain)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -0.1}, "temperature must be 0 or positive, not -0.1"),
        ({"temperature": math.nan}, "temperature must be 0 or positive, not nan"),
        ({"top_k": -1}, "top-k must be 0"),
        ({"top_p": 0.0}, "top-p must be above 0"),
        ({"top_p": 1.1}, "top-p must be above 0"),
        ({"top_p": math.nan}, "top-p must be above 0"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        distribution([1.0, 2.0], **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("logits", [[math.nan, 1.0], [math.inf, 1.0], [-math.inf, -math.inf]])
def test_logits_that_mean_nothing_are_refused(logits: list[float]) -> None:
    with pytest.raises(ValueError, match="cannot sample"):
        distribution(logits)


@pytest.mark.parametrize("logits", [[], [[1.0, 2.0]], 3.0])
def test_logits_must_be_a_vector(logits: object) -> None:
    with pytest.raises(ValueError, match="logits must be a vector"):
        distribution(logits)  # type: ignore[arg-type]


@pytest.mark.parametrize("V", [2, 3, 65, 1000, 65_536])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_draws_follow_the_distribution(V: int, temperature: float) -> None:
    logits = np.random.default_rng(V).normal(size=V).astype(np.float32)
    symbols = draws(distribution(logits, temperature), 2000, seed=5)
    statistic, degrees = chi_square(symbols, reference(logits, temperature))
    assert degrees >= 1
    assert statistic < chi_square_limit(degrees)


def test_the_chi_square_would_see_a_temperature_that_is_a_little_off() -> None:
    logits = np.random.default_rng(65).normal(size=65)
    symbols = draws(distribution(logits, 1.4), 2000, seed=5)
    statistic, degrees = chi_square(symbols, reference(logits, 1.0))
    assert statistic > chi_square_limit(degrees)


@given(
    st.lists(st.sampled_from([0.0, 1e-300, 0.1, 1.0]), min_size=1, max_size=9).filter(any),
    st.floats(0.0, 1.0, exclude_max=True),
)
def test_a_draw_never_has_probability_0(weights: list[float], uniform: float) -> None:
    assert weights[draw(np.array(weights), uniform)] > 0.0


def test_the_ends_of_the_unit_interval_are_drawn_within_it() -> None:
    p = np.array([0.0, 0.25, 0.75, 0.0])
    found = [draw(p, u) for u in (0.0, np.nextafter(0.25, 0), 0.25, np.nextafter(1.0, 0))]
    assert found == [1, 1, 2, 2]


@pytest.mark.parametrize("uniform", [-0.1, 1.0, math.nan])
def test_a_uniform_number_outside_the_interval_is_refused(uniform: float) -> None:
    with pytest.raises(ValueError, match="uniform number"):
        draw(np.ones(3), uniform)


@pytest.mark.parametrize("p", [[], [0.0, 0.0], [math.nan, 1.0]])
def test_there_must_be_something_to_draw(p: list[float]) -> None:
    with pytest.raises(ValueError, match="nothing to draw from"):
        draw(np.array(p), 0.5)


def network(V: int = 7, layers: int = 2, cell: str = "tanh") -> tuple[Params, State]:
    """A small network whose logits differ clearly, and a state that is not 0."""
    architecture = Architecture(V, 6, layers, V, cell)
    rng = np.random.default_rng(2)
    _, params = initialize(architecture, "normal", rng, np.float32)
    state = zero_state(architecture, 1, np.float32)
    return params, tuple(h + rng.normal(size=h.shape).astype(np.float32) for h in state)


@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("settings", [{}, {"top_k": 3}, {"top_p": 0.8}, {"top_k": 4, "top_p": 0.9}])
def test_a_stream_is_step_distribution_and_draw_in_turn(
    cell: str, settings: dict[str, float]
) -> None:
    params, state = network(cell=cell)
    stream = generate(params, state, [3, 1], np.random.default_rng(4), 0.7, cell=cell, **settings)  # type: ignore[arg-type]
    uniforms = np.random.default_rng(4)
    _, state = step(params, np.array([3]), state, cell)
    symbol = 1
    for drawn in islice(stream, 30):
        logits, state = step(params, np.array([symbol]), state, cell)
        p = distribution(logits[0], 0.7, **settings)  # type: ignore[arg-type]
        symbol = draw(p, uniforms.random())
        assert drawn.symbol == symbol
        assert drawn.probability == pytest.approx(p[symbol], rel=1e-5)
        entropy = -math.fsum(q * math.log2(q) for q in p if q > 0)
        assert drawn.entropy_bits == pytest.approx(entropy, rel=1e-4, abs=1e-9)
        np.testing.assert_allclose(stream.distribution, p, rtol=1e-4, atol=1e-9)


def test_the_same_seed_draws_the_same_stream() -> None:
    params, state = network()
    first, second, other = (
        [d.symbol for d in islice(generate(params, state, [0], np.random.default_rng(s)), 50)]
        for s in (1, 1, 2)
    )
    assert first == second != other


def test_a_stream_can_be_continued_from_its_state_and_last_symbol() -> None:
    params, state = network()
    rng = np.random.default_rng(8)
    whole = [d.symbol for d in islice(generate(params, state, [0], rng), 20)]
    rng = np.random.default_rng(8)
    stream = generate(params, state, [0], rng)
    start = [d.symbol for d in islice(stream, 9)]
    rest = generate(params, stream.state, start[-1:], rng)
    assert start + [d.symbol for d in islice(rest, 11)] == whole


def test_a_stream_changes_neither_state_nor_parameters_and_ignores_later_changes() -> None:
    params, state = network()
    kept = [value.copy() for value in (*params.values(), *state)]
    stream = generate(params, state, [0], np.random.default_rng(1))
    before = [d.symbol for d in islice(stream, 10)]
    for value, copy in zip((*params.values(), *state), kept, strict=True):
        np.testing.assert_array_equal(value, copy)
    stream = generate(params, state, [0], np.random.default_rng(1))
    params["W_hy"] *= 0.0
    assert [d.symbol for d in islice(stream, 10)] == before


def test_the_temperature_of_a_running_stream_can_be_turned() -> None:
    params, state = network()
    setting = [0.0]
    stream = generate(params, state, [0], np.random.default_rng(1), lambda: setting[0])
    assert {d.entropy_bits for d in islice(stream, 5)} == {0.0}
    setting[0] = math.inf
    assert next(stream).entropy_bits == pytest.approx(math.log2(7))
    setting[0] = -1.0
    with pytest.raises(ValueError, match="temperature must be"):
        next(stream)


def test_without_a_prompt_the_first_symbol_comes_from_the_state() -> None:
    params, state = network()
    logits, after = step(params, np.array([2]), state)
    drawn = next(generate(params, after, [], np.random.default_rng(1), 0.0))
    assert drawn.symbol == int(logits[0].argmax())


@pytest.mark.parametrize("symbol", [-1, 7])
def test_a_prompt_outside_the_vocabulary_is_refused_at_once(symbol: int) -> None:
    params, state = network()
    with pytest.raises(ValueError, match=rf"symbol {symbol} is not one of 0\.\.6"):
        generate(params, state, [0, symbol], np.random.default_rng(1))


def test_a_network_that_cannot_read_its_own_output_is_refused() -> None:
    _, params = initialize(
        Architecture(5, 4, 1, 3), "uniform", np.random.default_rng(0), np.float64
    )
    with pytest.raises(ValueError, match="reads 5 symbols but writes 3"):
        generate(params, (np.zeros((1, 4)),), [0], np.random.default_rng(1))


def test_a_state_of_another_shape_is_refused() -> None:
    params, state = network()
    with pytest.raises(ValueError, match="the state of one stream has the shapes"):
        generate(params, state[:1], [0], np.random.default_rng(1))


def test_a_network_that_diverged_is_told_from_one_that_works() -> None:
    params, state = network()
    params["b_y"][0] = np.inf
    stream = generate(params, state, [0], np.random.default_rng(1))
    with pytest.raises(ValueError, match="the network has diverged"):
        next(stream)
