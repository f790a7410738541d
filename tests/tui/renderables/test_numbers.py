"""Round numbers, and how they are written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.renderables.numbers import (
    LARGEST,
    reading,
    round_up,
    short_number,
    steady_scale,
    step_number,
    ticks,
)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0, 1), (1, 1), (1.01, 2), (2, 2), (2.1, 5), (5.1, 10), (0.3, 0.5), (0.1, 0.1), (1e5, 1e5)],
)
def test_rounding_up_gives_one_two_or_five(value: float, rounded: float) -> None:
    assert round_up(value) == rounded


@given(st.floats(min_value=0, allow_infinity=True, allow_nan=False))
def test_rounding_up_is_finite_and_never_down(value: float) -> None:
    rounded = round_up(value)
    assert 0 < rounded <= LARGEST * 2
    assert rounded >= min(value, LARGEST)


def test_not_a_number_has_the_scale_one() -> None:
    assert round_up(math.nan) == 1


def test_a_scale_stays_while_the_maximum_wobbles() -> None:
    scales = [steady_scale(1.9)]
    for maximum in (2.0, 1.2, 0.9, 1.99):
        scales.append(steady_scale(maximum, scales[-1]))
    assert scales == [2, 2, 2, 2, 2]


def test_a_scale_follows_a_maximum_that_moves_far() -> None:
    assert [steady_scale(maximum, 2.0) for maximum in (2.1, 0.7, 0.0)] == [3, 0.7, 1]


@given(st.floats(-1e250, 1e250), st.floats(1e-6, 1e250), st.integers(1, 20))
def test_ticks_lie_inside_and_are_few(low: float, width: float, most: int) -> None:
    high = low + max(width, abs(low) * 1e-4)
    places = ticks(low, high, most)
    slack = (high - low) * 1e-6
    assert len(places) <= most + 1
    assert all(low - slack <= place <= high + slack for place in places)


def test_ticks_are_round() -> None:
    assert ticks(0, 12_480, 7) == [0, 2000, 4000, 6000, 8000, 10_000, 12_000]
    assert ticks(1.3, 4.6, 4) == [2, 3, 4]


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (1, 0.5, "1.0"),
        (0, 0.5, "0.0"),
        (0, 1e9, "0"),
        (2e5, 1e5, "2e5"),
        (1.5e6, 5e5, "1.5e6"),
        (1e-7, 1e-7, "1e-7"),
        (0.1, 0, "0.1"),
        (10_000, 0, "10000"),
        (1e300, 1e300, "1e300"),
    ],
)
def test_numbers_are_written_short(value: float, step: float, text: str) -> None:
    assert short_number(value, step) == text


def test_steps_have_units() -> None:
    texts = [step_number(step) for step in (0, 500, 1500, 2e6, 3e9)]
    assert texts == ["0", "500", "1.5k", "2M", "3G"]


def test_readings_have_three_decimals_where_they_fit() -> None:
    assert [reading(value) for value in (1.5, 0, 123.4567, 1e-5)] == [
        "1.500",
        "0.000",
        "123.457",
        "1.00e-05",
    ]
