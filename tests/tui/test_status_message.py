"""A message of the trainer is cut where the line is too short for it, never left out."""

from __future__ import annotations

from rnn_tui.tui.widgets.status_bar import MESSAGE, Part, fit

LONG = "not bit for bit: BLAS Haswell → Zen, machine Some CPU → Other CPU"


def test_a_message_that_is_longer_than_the_line_is_cut() -> None:
    kept = fit([Part(LONG, MESSAGE), Part("loss 1.234 nats", 9)], 30)
    assert kept == [LONG[:29] + "…"]


def test_where_there_is_room_the_numbers_stay_beside_it() -> None:
    parts = [Part("short", MESSAGE), Part("loss 1.234 nats", 9), Part("lr 0.003", 5)]
    assert fit(parts, 24) == ["short", "loss 1.234 nats"]
