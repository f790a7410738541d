"""Bars in eighths of a cell, and the percentages beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.renderables.bars import PERCENT_WIDTH, bar, percentage


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0, ""), (1, "████"), (0.5, "██"), (1 / 32, "▏"), (0.72, "██▉"), (7, "████")],
)
def test_a_bar_is_as_long_as_its_share(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


@given(st.floats(0, 1), st.integers(0, 60))
def test_a_bar_is_off_by_a_sixteenth_of_a_cell_at_most(share: float, width: int) -> None:
    drawn = bar(share, width)
    last = drawn[-1:].translate(dict(zip(map(ord, "▏▎▍▌▋▊▉█"), "12345678", strict=True))) or "0"
    cells = max(len(drawn) - 1, 0) + int(last) / 8
    assert abs(cells - share * width) <= 1 / 16 + 1e-9


def test_without_blocks_a_bar_is_made_of_whole_cells() -> None:
    assert [bar(share, 4, ascii_only=True) for share in (0.1, 0.5, 0.9)] == ["", "##", "####"]
    assert bar(0.5, -3) == ""


@pytest.mark.parametrize(
    ("share", "written"),
    [
        *((0.0, "0%"), (1e-300, "<0.001%"), (0.000012, "0.001%"), (0.00042, "0.042%")),
        *((0.0041, "0.41%"), (0.041, "4.1%"), (0.912, "91.2%"), (1.0, "100.0%")),
    ],
)
def test_a_percentage_has_about_two_digits(share: float, written: str) -> None:
    assert percentage(share) == written


@given(st.floats(0, 1))
def test_a_percentage_fits(share: float) -> None:
    assert len(percentage(share)) <= PERCENT_WIDTH
    assert (percentage(share) == "0%") == (share == 0)
