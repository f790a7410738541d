"""Learning-rate schedules: their values, their corners, and what they refuse."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.schedules import SCHEDULES, Constant, Cosine, StepDecay, make_schedule


def test_a_constant_schedule_stays() -> None:
    assert {make_schedule("constant", 0.3).at(step) for step in (0, 1, 10**9)} == {0.3}


def test_step_decay_halves_after_every_stair() -> None:
    schedule = StepDecay(base=0.8, every=10, factor=0.5)
    assert [schedule.at(step) for step in (0, 9, 10, 19, 20, 30)] == [0.8, 0.8, 0.4, 0.4, 0.2, 0.1]


def test_the_warm_up_rises_in_a_line_and_never_makes_an_update_at_0() -> None:
    schedule = Cosine(base=1.0, total=100, warmup=4)
    assert [schedule.at(step) for step in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_the_cosine_follows_equation_5() -> None:
    schedule = Cosine(base=0.3, total=110, warmup=10, floor=0.1)
    for step in range(10, 111):
        expected = 0.1 + 0.5 * (0.3 - 0.1) * (1 + math.cos(math.pi * (step - 10) / 100))
        assert schedule.at(step) == pytest.approx(expected, rel=1e-12)


def test_the_cosine_keeps_its_floor_after_the_end() -> None:
    schedule = Cosine(base=0.3, total=110, warmup=10, floor=0.1)
    assert [schedule.at(step) for step in (110, 111, 10**9)] == [0.1, 0.1, 0.1]


@given(st.integers(0, 50), st.integers(1, 200), st.integers(0, 400))
def test_after_its_warm_up_the_cosine_only_falls(warmup: int, length: int, step: int) -> None:
    schedule = Cosine(base=1.0, total=warmup + length, warmup=warmup, floor=0.2)
    assert 0.0 < schedule.at(step) <= 1.0
    if step >= warmup:
        assert 0.2 <= schedule.at(step + 1) <= schedule.at(step)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_scales_with_its_base(name: str) -> None:
    schedule = make_schedule(name, 0.5)
    higher = dataclasses.replace(schedule, base=1.0)
    assert [higher.at(s) for s in (0, 999, 5000)] == [2 * schedule.at(s) for s in (0, 999, 5000)]


def test_a_schedule_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Constant(base=1.0).base = 2.0  # type: ignore[misc]


def test_an_unknown_schedule_or_option_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="'cos'; choose one of constant, step, cosine"):
        make_schedule("cos", 0.1)
    with pytest.raises(ValueError, match="no option 'gamma'; its options: every, factor"):
        make_schedule("step", 0.1, gamma=0.5)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("constant", {"base": -1.0}, "the learning rate must be 0 or positive"),
        ("constant", {"base": math.nan}, "the learning rate must be 0 or positive"),
        ("step", {"base": 1.0, "every": 0}, "every must be at least 1"),
        ("step", {"base": 1.0, "factor": 0.0}, "factor must be above 0"),
        ("cosine", {"base": 1.0, "warmup": -1}, "warmup must be 0 or positive"),
        ("cosine", {"base": 1.0, "total": 5, "warmup": 5}, "total must be more than warmup"),
        ("cosine", {"base": 1.0, "floor": 2.0}, "floor must be within"),
    ],
)
def test_numbers_out_of_range_are_refused(
    name: str, options: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make_schedule(name, **options)
