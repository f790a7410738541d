"""Arrays are read once, and what is said about them is right."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.stepping.values import Latest, Values, summarise

from .every_trace import make_trace


def test_a_summary_has_the_ends_and_the_length() -> None:
    assert summarise(np.array([[3.0, -4.0]])) == (-4.0, 3.0, 5.0, 0)


def test_what_is_not_finite_is_counted_and_left_out() -> None:
    summary = summarise(np.array([np.nan, 3.0, np.inf, -4.0]))
    assert summary == (-4.0, 3.0, pytest.approx(5.0), 2)
    assert summary.largest == 4.0


@pytest.mark.parametrize("values", [[], [np.nan, np.inf]])
def test_nothing_finite_is_all_zero(values) -> None:
    assert summarise(np.array(values)) == (0.0, 0.0, 0.0, len(values))


def test_the_length_of_huge_numbers_does_not_overflow() -> None:
    assert summarise(np.array([3e200, -4e200])).norm == pytest.approx(5e200)


def test_a_product_is_computed_once_a_stop(monkeypatch) -> None:
    part = next(o for o in make_trace() if o.stored is None)
    values, calls = Values(), []
    compute = type(part).compute
    monkeypatch.setattr(type(part), "compute", lambda self: calls.append(1) or compute(self))
    first = values.of(part)
    values.summary(part)
    assert values.of(part) is first
    assert len(calls) == 1


def test_only_the_latest_things_are_kept() -> None:
    latest, things = Latest(2), [object() for _ in range(3)]
    for number, thing in enumerate(things):
        latest.put(thing, None, number)
    assert [latest.get(thing) for thing in things] == [None, 1, 2]
