"""Clipping by norm and by value, and norms at the edge of what a dtype can hold."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.optim import clip_by_norm, clip_by_value, gradient_norm

LISTS = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20)


def test_a_longer_gradient_is_scaled_to_the_limit() -> None:
    gradients = np.array([3.0, -4.0])
    assert clip_by_norm(gradients, 1.0) == (5.0, 0.2)
    np.testing.assert_allclose(gradients, [0.6, -0.8], rtol=1e-15)


@pytest.mark.parametrize("limit", [5.0, 6.0, 0.0, math.inf])
def test_a_shorter_gradient_or_no_limit_leaves_it_as_it_is(limit: float) -> None:
    gradients = np.array([3.0, -4.0])
    assert clip_by_norm(gradients, limit) == (5.0, 1.0)
    np.testing.assert_array_equal(gradients, [3.0, -4.0])


@given(LISTS, st.floats(1e-3, 1e3))
def test_after_clipping_the_norm_is_within_the_limit(values: list[float], limit: float) -> None:
    gradients = np.array(values)
    clipped = clip_by_norm(gradients, limit)
    assert clipped.norm == pytest.approx(math.hypot(*values), rel=1e-12)
    assert gradient_norm(gradients) <= limit * (1 + 1e-12)


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_a_float32_norm_survives_squares_out_of_range(scale: float) -> None:
    gradients = np.full(10_000, scale, np.float32)
    assert gradient_norm(gradients) == pytest.approx(100 * scale, rel=1e-5)
    assert clip_by_norm(gradients, 5.0).norm == pytest.approx(100 * scale, rel=1e-5)
    assert gradient_norm(gradients) <= 5.0 * (1 + 1e-5)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_that_is_not_finite_is_reported_and_left_alone(
    bad: float, dtype: type[np.floating]
) -> None:
    gradients = np.array([3.0, bad, 4.0], dtype)
    before = gradients.copy()
    norm, scale = clip_by_norm(gradients, 1.0)
    assert not math.isfinite(norm)
    assert scale == 1.0
    np.testing.assert_array_equal(gradients, before)


def test_no_gradients_have_no_norm() -> None:
    assert gradient_norm(np.zeros(0)) == 0.0
    assert gradient_norm(np.zeros(3)) == 0.0
    assert clip_by_value(np.zeros(0), 1.0) == 0.0


def test_clipping_by_value_returns_the_share_that_was_outside() -> None:
    gradients = np.array([-7.0, -5.0, 0.5, 6.0])
    assert clip_by_value(gradients, 5.0) == 0.5
    np.testing.assert_array_equal(gradients, [-5.0, -5.0, 0.5, 5.0])


@pytest.mark.parametrize("limit", [0.0, math.inf])
def test_clipping_by_value_can_be_off(limit: float) -> None:
    gradients = np.array([-7.0, 6.0])
    assert clip_by_value(gradients, limit) == 0.0
    np.testing.assert_array_equal(gradients, [-7.0, 6.0])


def test_clipping_by_value_keeps_a_nan_in_sight() -> None:
    gradients = np.array([math.nan, 9.0])
    assert clip_by_value(gradients, 1.0) == 0.5
    assert math.isnan(gradients[0])


@pytest.mark.parametrize("limit", [-1.0, math.nan])
def test_a_limit_that_cannot_be_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="clipping limit must be 0"):
        clip_by_norm(np.ones(2), limit)
    with pytest.raises(ValueError, match="clipping limit must be 0"):
        clip_by_value(np.ones(2), limit)


@pytest.mark.parametrize("scale", [1.0, 1e25])
def test_a_norm_needs_no_copy_of_the_buffer(scale: float) -> None:
    gradients = np.full(200_000, scale, np.float32)
    tracemalloc.start()
    clip_by_norm(gradients, 1.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000  # a copy would be 800,000 bytes


@pytest.mark.parametrize("dtype", [np.float16, ">f4", ">f8", np.longdouble])
def test_the_norm_of_any_floating_dtype(dtype):
    assert gradient_norm(np.ones(4, dtype)) == 2.0
