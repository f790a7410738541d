from __future__ import annotations

from rnn_tui.bench.panes import Region, fastest, frame_rates, frame_times, panes
from rnn_tui.bench.terminal import Draw, Span

LINES = [
    " ● training   step 12 │ loss 2.3",
    "╭─ 1 loss ─────╮╭─ 2 state ────╮",
    "│              ││              │",
    "│              │╰──────────────╯",
    "│              │╭─ 3 W_hh ─────╮",
    "╰──────────────╯╰──────────────╯",
]
STATE = Region(2, 17, 3, 31)


def drawn(at: float, row: int, first: int = 20, end: int = 22) -> Draw:
    return Draw(at, (Span(row, first, end),))


def test_panes_are_found_by_the_numbers_in_their_borders() -> None:
    assert panes(LINES) == {"1": Region(2, 1, 5, 15), "2": STATE, "3": Region(5, 17, 5, 31)}


def test_a_pane_that_is_cut_off_ends_with_the_screen() -> None:
    assert panes(LINES[:3])["1"] == Region(2, 1, 3, 15)


def test_a_frame_of_a_pane_changes_something_inside_of_it() -> None:
    beside = [drawn(1.0, 1), drawn(2.0, 3), drawn(3.0, 2, 3, 17), drawn(4.0, 2, 31, 32)]
    assert frame_times(beside, STATE) == []
    assert frame_times([drawn(1.0, 2), drawn(2.0, 2, 0, 18)], STATE) == [1.0, 2.0]


def test_what_comes_at_once_is_one_frame() -> None:
    draws = [drawn(at, 2) for at in (1.0, 1.01, 1.02, 2.0)]
    assert frame_times(draws, STATE) == [1.0, 2.0]


def test_rates_are_told_apart_and_the_fastest_pane_counts() -> None:
    draws = [drawn(1.0, 2), drawn(2.0, 2), drawn(3.0, 2, 2, 4)]
    rates = frame_rates(draws, panes(LINES), 2.0)
    assert rates == {"1": 0.5, "2": 1.0, "3": 0.0}
    assert fastest(rates, ("2", "3")) == 1.0
    assert fastest({}, ("2", "3")) is None
