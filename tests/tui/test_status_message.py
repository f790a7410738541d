"""A message of the trainer is cut where the line is too short for it, never left out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rnn_tui.training.odd import OddSteps
from rnn_tui.tui.widgets.status_bar import MESSAGE, Part, fit

LONG = "not bit for bit: BLAS Haswell → Zen, machine Some CPU → Other CPU"


def test_a_message_that_is_longer_than_the_line_is_cut() -> None:
    kept = fit([Part(LONG, MESSAGE), Part("loss 1.234 nats", 9)], 30)
    assert kept == [LONG[:29] + "…"]


def test_where_there_is_room_the_numbers_stay_beside_it() -> None:
    parts = [Part("short", MESSAGE), Part("loss 1.234 nats", 9), Part("lr 0.003", 5)]
    assert fit(parts, 24) == ["short", "loss 1.234 nats"]


@pytest.mark.parametrize("width", [78, 118])
def test_too_many_steps_that_were_not_finite_say_first_what_to_do(width: int) -> None:
    odd = OddSteps.__new__(OddSteps)
    odd.in_a_row, odd._trainer = 20, SimpleNamespace(step_number=1_014_488)
    [said] = fit([Part(odd.words(), MESSAGE)], width)
    assert "lower the learning rate, then go on" in said
