"""Contenders take turns of equal time, on a clock that only their work moves."""

from __future__ import annotations

from statistics import median

import pytest

from rnn_tui.bench.rounds import ROUNDS, Contender, Rates, alternate


class Clock:
    """It goes on by the work that is done."""

    def __init__(self) -> None:
        self.now, self.turns = 0.0, ""

    def __call__(self) -> float:
        return self.now

    def contender(self, name: str, rate: float) -> Contender:
        def work(pieces: int) -> None:
            self.turns += name
            self.now += pieces / rate

        return work


def measured(seconds: float, **rates: float) -> tuple[Clock, tuple[Rates, ...]]:
    clock = Clock()
    contenders = {name: clock.contender(name, rate) for name, rate in rates.items()}
    return clock, alternate(contenders, seconds, clock)


def test_everyone_has_a_turn_in_every_round_in_changing_order() -> None:
    clock, _ = measured(160.0, a=100.0, b=50.0)
    assert clock.turns == "abba" * (ROUNDS // 2) + "abba"[: 2 * (ROUNDS + 1 - 2 * (ROUNDS // 2))]


def test_the_rate_is_found_and_the_time_is_kept() -> None:
    clock, found = measured(160.0, a=100.0, b=50.0)
    assert [rates.name for rates in found] == ["a", "b"]
    assert [rates.median for rates in found] == pytest.approx([100.0, 50.0])
    assert [len(rates.rounds) for rates in found] == [ROUNDS, ROUNDS]
    assert clock.now == pytest.approx(160.0, rel=0.1)


def test_at_least_one_round_is_measured_and_not_many_when_time_is_short() -> None:
    clock, found = measured(1e-9, a=1.0)
    assert clock.turns == "aa"
    assert len(found[0].rounds) == 1


def test_the_middle_round_counts() -> None:
    assert Rates("a", (1.0, 900.0, 3.0)).median == median((1.0, 900.0, 3.0)) == 3.0
