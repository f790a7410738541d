"""The limit is arithmetic: a formula, and the best of what was measured."""

from __future__ import annotations

from itertools import count

import pytest

from rnn_tui.bench import limit
from rnn_tui.bench.grid import Shape
from rnn_tui.bench.limit import Speeds, measure_speeds, step_seconds

SHAPE = Shape(hidden=10, batch=2, window=5, vocabulary=3)
NEVER = 1e-30
AT_ONCE = 1e30


def speeds(**known: float) -> Speeds:
    """All but these cost nothing."""
    return Speeds(**{**dict.fromkeys(("product", "tanh", "exp", "copy"), AT_ONCE), **known})


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        ("product", 2 * 3 * 10 * (10 * 10 + 10 * 3)),  # forward, dh and dW, of W_hh and of W_hy
        ("tanh", 10 * 10),
        ("exp", 10 * 3),
        ("copy", 4 * (8 * (3 * 10 + 10 * 10 + 10 + 10 * 3 + 3) + 2 * 10 * 10)),
    ],
)
def test_each_kind_of_work_counts_as_often_as_a_step_needs_it(kind: str, amount: int) -> None:
    assert step_seconds(SHAPE, speeds(**{kind: 1.0})) == pytest.approx(amount)


def test_arithmetic_adds_up_and_traffic_counts_only_where_it_is_more() -> None:
    arithmetic = step_seconds(SHAPE, speeds(product=1.0, tanh=1.0, exp=1.0))
    assert arithmetic == pytest.approx(7800 + 100 + 30)
    traffic = step_seconds(SHAPE, speeds(copy=1.0))
    both = {"product": 1.0, "tanh": 1.0, "exp": 1.0}
    assert step_seconds(SHAPE, speeds(copy=1.01 * traffic / arithmetic, **both)) == arithmetic
    slow = step_seconds(SHAPE, speeds(copy=0.5 * traffic / arithmetic, **both))
    assert slow == pytest.approx(2 * arithmetic)


def test_of_two_measurements_the_better_one_counts() -> None:
    found = Speeds(1.0, 5.0, 3.0, 4.0).or_better(Speeds(2.0, 1.0, 3.0, 9.0))
    assert found == Speeds(2.0, 5.0, 3.0, 9.0)


def test_every_kind_is_measured_twice_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "PRODUCT_SIZES", (4, 8))
    monkeypatch.setattr(limit, "VECTOR_SIZES", (16, 64))
    monkeypatch.setattr(limit, "COPY_SIZE", 32)
    ticks = count()
    found = measure_speeds(1e-9, lambda: float(next(ticks)))  # each work takes one tick
    assert found == Speeds(product=2.0 * 8**3, tanh=64.0, exp=64.0, copy=2.0 * 4 * 32)
    works, rounds = 2 + 2 + 2 + 1, 2
    assert next(ticks) == 1 + 2 * works * rounds + 1  # its end, and whether that has come


def test_people_read_it_in_units() -> None:
    line = Speeds(product=112.8e9, tanh=5e9, exp=2.5e9, copy=39.4e9).line
    assert line == (
        "limit: 112.8 GFLOP/s in products · 0.20 ns a tanh · 0.40 ns an exp · 39.4 GB/s in copies"
    )
