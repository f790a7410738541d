"""The numbers of an array, around the selected one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rnn_tui.tui.renderables.number_table import NumberTable, TableData
from rnn_tui.tui.renderables.palette import diverging


def table(matrix, selected=(0, 0), width=50, height=8) -> NumberTable:
    return NumberTable(TableData(np.asarray(matrix), selected), diverging(), width, height)


def lines(drawn: NumberTable) -> list[str]:
    return ["".join(segment.text for segment in line) for line in drawn.lines()]


def test_rows_and_columns_have_headings_and_seven_digits() -> None:
    shown = lines(table([[0.5, -1 / 3], [0.0, 2e-7]]))
    assert shown[0].split() == ["0", "1"]
    assert shown[1].split() == ["0", "+5.000000e−01", "−3.333333e−01"]
    assert shown[2].split() == ["1", "+0.000000e+00", "+2.000000e−07"]


def test_headings_of_wide_characters_end_above_their_numbers() -> None:
    data = TableData(np.ones((2, 2)), None, str, "“漢”{}".format)
    first, second, *_ = lines(NumberTable(data, diverging(), 50, 8))
    assert cell_len(first) == cell_len(second)


def test_a_vector_is_broken_into_lines() -> None:
    shown = lines(table(np.arange(5.0)[None]))
    assert [line.split()[0] for line in shown] == ["0", "3"]
    assert sum(line.count("e") for line in shown) == 5


@given(st.integers(1, 40), st.integers(1, 40), st.integers(20, 90), st.integers(2, 20), st.data())
def test_the_selected_number_is_always_seen_and_found_again(
    rows, columns, width, height, data
) -> None:
    at = data.draw(st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1)))
    drawn = table(np.zeros((rows, columns)), at, width, height)
    places = [(x, y) for y in range(height) for x in range(width) if drawn.cell_at(x, y) == at]
    assert places
    bold = [y for y, line in enumerate(drawn.lines()) if any(s.style.bold for s in line)]
    assert bold == sorted({y for _, y in places})


def test_it_says_which_part_is_seen() -> None:
    assert table(np.zeros((2, 2))).seen == ""
    assert table(np.zeros((100, 90)), (50, 40)).seen == "rows 47–53 of 100, columns 40–42 of 90"


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_what_is_no_number_stands_out(value) -> None:
    line = table([[1.0, value], [1.0, 1.0]]).lines()[1]
    assert line[2].style.color != line[1].style.bgcolor
    assert line[2].text.strip() in {"NaN", "−inf"}
