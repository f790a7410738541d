"""A series forgets detail but never a spike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.series import BUCKETS, RECENT, Series, Spans

values_with_holes = st.lists(
    st.floats(-100, 100) | st.sampled_from([np.nan, np.inf, -np.inf]), min_size=1, max_size=400
)


def filled(values, capacity: int = BUCKETS) -> Series:
    series = Series(capacity=capacity)
    series.extend(np.arange(len(values)), values)
    return series


def test_a_single_spike_in_a_million_survives() -> None:
    values = np.random.default_rng(0).random(1_000_000)
    values[637_211] = 77.0
    series = Series()
    for start in range(0, len(values), 50_000):
        series.extend(np.arange(start, start + 50_000), values[start : start + 50_000])
    assert series.buckets <= BUCKETS
    columns = series.columns(80)
    assert columns.maximum.max() == 77.0
    assert columns.maximum.argmax() == 637_211 * 80 // 1_000_000


@given(values_with_holes, st.integers(1, 40), st.integers(2, 64))
def test_columns_keep_extremes_and_count_what_is_not_finite(values, width, capacity) -> None:
    columns = filled(values, capacity).columns(width)
    finite = [value for value in values if np.isfinite(value)]
    assert len(columns.steps) <= width
    assert columns.not_finite.sum() == len(values) - len(finite)
    if finite:
        assert np.nanmin(columns.minimum) == min(finite)
        assert np.nanmax(columns.maximum) == max(finite)


@given(values_with_holes, st.integers(1, 50))
def test_rows_in_pieces_are_the_same_as_at_once(values, piece) -> None:
    whole, parts = filled(values, 32), Series(capacity=32)
    for start in range(0, len(values), piece):
        rows = values[start : start + piece]
        parts.extend(np.arange(start, start + len(rows)), rows)
    for one, other in zip(whole.columns(20), parts.columns(20), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


@given(st.integers(2, 100), st.integers(0, 3000), st.integers(1, 1000))
def test_there_are_never_more_buckets_than_allowed(capacity, count, stride) -> None:
    series = Series(capacity=capacity)
    series.extend(np.arange(count) * stride + 10**6, np.zeros(count))
    assert series.buckets <= capacity
    assert len(series) == count


@given(st.floats(-1e300, 1e300))
def test_a_constant_stays_that_constant(value) -> None:
    assert set(filled([value] * 500).columns(30).smoothed) == {value}


def test_smoothing_is_the_debiased_average() -> None:
    series = Series(smoothing=0.9)
    series.extend([1, 2, 3], [1.0, 2.0, 4.0])
    weights = np.array([0.81, 0.9, 1.0])
    assert series.smoothed == pytest.approx(weights @ [1, 2, 4] / weights.sum())


def test_what_is_not_finite_does_not_enter_the_average() -> None:
    assert filled([3.0, np.nan, np.inf, 3.0]).smoothed == 3.0


def test_bucket_means_weigh_every_value_alike() -> None:
    columns = filled([1.0, 2.0, np.nan, 6.0], capacity=1).columns(1)
    assert columns.mean.tolist() == [3.0]


def test_recent_values_are_kept_as_they_are() -> None:
    series = filled(np.arange(100_000.0))
    columns = series.columns(RECENT, which="recent")
    assert columns.first_step == 100_000 - RECENT
    assert (columns.minimum == columns.maximum).all()
    assert columns.maximum.tolist() == list(range(98_000, 100_000))


def test_a_range_of_steps_can_be_chosen() -> None:
    columns = filled(np.arange(1000.0)).columns(10, 100, 199)
    assert columns.minimum.tolist() == list(range(100, 200, 10))
    assert columns.maximum.tolist() == list(range(109, 200, 10))


def test_sparse_series_leave_columns_out() -> None:
    series = Series()
    series.extend([0, 500, 1000], [3.0, 2.0, 1.0])
    assert series.columns(100).steps.tolist() == [0, 500, 1000]


def test_an_empty_series_has_no_columns() -> None:
    series = Series()
    assert len(series.columns(80).steps) == 0
    assert (series.first_step, series.last_step) == (None, None)
    assert np.isnan([series.latest, series.smoothed]).all()


def test_steps_that_do_not_rise_are_refused() -> None:
    series = filled([1.0, 2.0])
    with pytest.raises(ValueError, match="steps must rise"):
        series.append(1, 3.0)


def test_a_thousand_rows_are_cheap_whatever_the_length() -> None:
    series = filled(np.zeros(1_000_000))
    for start in range(1_000_000, 1_003_000, 1000):
        series.extend(np.arange(start, start + 1000), np.zeros(1000))
    held = sum(part.nbytes for rows in (series._buckets, series._recent) for part in rows.parts())
    assert held < 300_000
    assert series.last_step == 1_002_999


def _spans(first: list[int], width: int, values: list[float]) -> Spans:
    steps, numbers = np.array(first), np.array(values)
    counts = np.full(len(first), width)
    return Spans(steps, steps + width - 1, numbers - 1, numbers + 1, numbers, 0 * counts, counts)


def test_a_past_in_spans_is_followed_by_single_values() -> None:
    series = Series(0.5)
    series.extend_spans(_spans([0, 64], 64, [3.0, 5.0]))
    series.extend([128, 129], [5.0, 9.0])
    assert (series.first_step, series.last_step, len(series)) == (0, 129, 130)
    assert series.smoothed == pytest.approx(7.0)
    assert series.columns(2).minimum.min() == 2.0
    with pytest.raises(ValueError, match="must rise"):
        series.extend_spans(_spans([100], 64, [1.0]))


def test_a_constant_past_leaves_the_average_at_that_constant() -> None:
    series = Series(0.95)
    series.extend_spans(_spans([0, 32, 64], 32, [2.0, 2.0, 2.0]))
    assert series.smoothed == pytest.approx(2.0)


def test_a_reading_says_which_steps_it_covers() -> None:
    series = Series()
    series.extend_spans(_spans([0, 64], 64, [3.0, 5.0]))
    series.extend([128, 129], [5.0, float("nan")])
    assert series.around(70, 70) == (64, 127, 4.0, 6.0, 5.0, 0)
    exact = series.around(129, 129)
    assert exact is not None
    assert (exact.first, exact.last, exact.not_finite) == (129, 129, 1)
    assert series.around(200, 300) is None
