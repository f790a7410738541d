from __future__ import annotations

import pytest

from rnn_tui.training.pace import SPAN, Pace

from .conftest import Seconds


def test_a_steady_pace_is_measured() -> None:
    clock = Seconds()
    pace = Pace(clock)
    for _ in range(1000):
        clock.now += 0.01
        pace.add(5)
    assert pace.per_second == pytest.approx(500)


def test_only_the_last_seconds_count() -> None:
    clock = Seconds()
    pace = Pace(clock)
    for characters in (5, 50):
        for _ in range(int(3 * SPAN / 0.01)):
            clock.now += 0.01
            pace.add(characters)
    assert pace.per_second == pytest.approx(5000, rel=0.01)


def test_a_pause_does_not_count() -> None:
    clock = Seconds()
    pace = Pace(clock)
    for pause in (0, 1000):
        clock.now += pause
        pace.restart()
        for _ in range(100):
            clock.now += 0.01
            pace.add(5)
    assert pace.per_second == pytest.approx(500)


def test_there_is_no_pace_before_the_first_step() -> None:
    clock = Seconds()
    assert Pace(clock).per_second == 0
    pace = Pace(clock)
    pace.add(10)
    assert pace.per_second == 0


def test_memory_stays_small() -> None:
    clock = Seconds()
    pace = Pace(clock)
    for _ in range(100_000):
        clock.now += 0.001
        pace.add(1)
    assert len(pace._marks) < 50
