"""Where the units of a state lie in a pane, and how they are drawn there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import Color

from rnn_tui.tui.renderables.heatmap import ASCII_SHADES, HALF, SHADES
from rnn_tui.tui.renderables.palette import diverging
from rnn_tui.tui.renderables.unit_grid import MARK, Size, Unit, UnitPicture, arrange

PALETTE = diverging()


def numbers(count):
    return st.integers(1, count)


@given(numbers(5), numbers(300), numbers(120), numbers(12), st.sampled_from([1, 2]))
@settings(max_examples=200, deadline=None)
def test_each_unit_is_drawn_once_within_the_room(layers, hidden, width, lines, halves) -> None:
    grid = arrange(Size(layers, hidden), width, lines, halves)
    assert grid.lines <= lines
    assert grid.width <= width
    places = [(x, y) for y in range(grid.lines) for x in range(0, grid.width, grid.cell_width)]
    found = {units for place in places for units in grid.units_at(*place)}
    assert sorted(unit for units in found for unit in units) == list(range(grid.layers * hidden))
    assert grid.layers == layers or layers > lines


@given(numbers(4), numbers(200), numbers(90), numbers(10), st.sampled_from([1, 2]))
@settings(max_examples=60, deadline=None)
def test_the_picture_has_the_size_of_its_grid(layers, hidden, width, lines, halves) -> None:
    grid = arrange(Size(layers, hidden), width, lines, halves)
    values = [np.linspace(-1, 1, hidden) for _ in range(layers)]
    shades = SHADES if halves == 1 else None
    marked = [Unit(layer, hidden - 1) for layer in range(layers)]
    picture = UnitPicture(values, grid, 1.0, PALETTE, shades, marked)
    for y in range(grid.lines):
        strip = picture.line(y)
        assert strip.cell_length == len(strip.text) == grid.width


def test_units_are_pooled_only_where_there_is_no_room() -> None:
    assert arrange(Size(1, 128), 52, 2, 2).stride == 1
    assert arrange(Size(1, 128), 52, 1, 2).stride == 2
    assert arrange(Size(1, 128), 52, 2, 1).stride == 2


@pytest.mark.parametrize("room", [(0, 4), (40, 0), (-3, -1)])
def test_without_any_room_there_is_no_grid(room) -> None:
    assert arrange(Size(1, 8), *room, 2) is None


def test_rows_of_a_round_number_are_preferred() -> None:
    assert arrange(Size(1, 128), 56, 2, 2).columns == 50


def test_each_value_has_its_colour_and_the_rest_is_the_ground() -> None:
    grid = arrange(Size(1, 5), 3, 1, 2)
    line = UnitPicture([np.array([-1, 0, 1, 1, -1.0])], grid, 1.0, PALETTE, None).line(0)
    low, zero, high = (Color.from_rgb(*PALETTE.colors[level]) for level in (0, 15, 30))
    cells = [(s.style.color, s.style.bgcolor) for s in line for _ in s.text]
    assert cells == [(low, high), (zero, low), (high, zero)]


def test_a_pooled_cell_shows_its_largest_with_the_sign() -> None:
    grid = arrange(Size(1, 9), 3, 1, 1)
    values = np.array([0.1, -0.9, 0, 0, 0.9, 0.2, 0, np.nan, 0])
    line = UnitPicture([values], grid, 0.9, PALETTE, ASCII_SHADES).line(0)
    assert line.text == "~#x"


def test_a_value_that_is_not_finite_is_said() -> None:
    grid = arrange(Size(1, 3), 3, 1, 1)
    line = UnitPicture([np.array([np.nan, 1, -np.inf])], grid, 1.0, PALETTE, SHADES).line(0)
    assert line.text == "×█×"


def test_a_mark_leaves_the_other_unit_of_its_cell_as_it_is() -> None:
    grid = arrange(Size(1, 4), 2, 1, 2)
    values = [np.array([-1, 0, 1, 1.0])]
    plain, marked = (
        next(iter(UnitPicture(values, grid, 1.0, PALETTE, None, units).line(0)))
        for units in ((), (Unit(0, 2),))
    )
    assert marked.text == HALF
    assert marked.style.color == plain.style.color
    assert marked.style.bgcolor == Color.from_rgb(*PALETTE.text)


def test_a_large_cell_keeps_its_colour_under_the_mark() -> None:
    grid = arrange(Size(1, 2), 12, 2, 2)
    picture = UnitPicture([np.array([-1, 1.0])], grid, 1.0, PALETTE, None, [Unit(0, 1)])
    first, second = picture.line(0), picture.line(1)
    assert (first.text.count(MARK), second.text.count(MARK)) == (1, 0)
    assert list(first)[-1].style.bgcolor == Color.from_rgb(*PALETTE.colors[-1])


@pytest.mark.parametrize(("width", "drawn"), [(3, "█●≡"), (9, "████●█≡≡≡")])
def test_among_characters_a_mark_is_one_that_means_nothing_else(width, drawn) -> None:
    grid = arrange(Size(1, 3), width, 1, 1)
    picture = UnitPicture([np.array([1, 1, -1.0])], grid, 1.0, PALETTE, SHADES, [Unit(0, 1)])
    assert picture.line(0).text == drawn
