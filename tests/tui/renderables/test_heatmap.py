"""A matrix becomes strips of exactly the size asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rich.cells import cell_len
from textual.strip import Strip

from rnn_tui.tui.renderables.heatmap import (
    ASCII_SHADES,
    HALF,
    SHADES,
    Heatmap,
    Shades,
)
from rnn_tui.tui.renderables.heatmap_layout import (
    EMPTY,
    HeatmapData,
    capacity,
    largest_magnitude,
    lay_out,
)
from rnn_tui.tui.renderables.palette import MIDDLE, diverging, sequential

PALETTE = diverging()
SIZES = [(0, 0), (1, 1), (3, 3), (1, 300), (300, 1), (20, 6)]


def texts(strips: list[Strip]) -> list[str]:
    return [strip.text for strip in strips]


def picture(data, palette, width, height, shades=None, cursor=None) -> list[Strip]:
    return Heatmap(data, palette, width, height, shades).strips(cursor)


def drawn_levels(strip: Strip) -> list[tuple[int, int]]:
    """Levels of the upper and lower half of each cell, read back from the styles."""
    of = {color: level for level, color in enumerate(PALETTE.colors)}
    return [
        (of[tuple(style.color.triplet)], of[tuple(style.bgcolor.triplet)])
        for text, style, _ in strip
        if style is not None
        for _ in text
        if text[0] == HALF
    ]


def assert_fills(strips: list[Strip], width: int, height: int) -> None:
    assert len(strips) == height
    for strip in strips:
        assert strip.cell_length == width == sum(cell_len(text) for text, _, _ in strip)


def test_two_rows_share_a_line() -> None:
    matrix = np.array([[-1.0, 0.0], [1.0, 0.0]])
    strips = picture(HeatmapData(matrix), PALETTE, 2, 1)
    assert drawn_levels(strips[0]) == [(0, 30), (MIDDLE, MIDDLE)]


def test_below_an_odd_last_row_is_the_background() -> None:
    tall = Heatmap(HeatmapData(np.ones((3, 3)), scale=1), PALETTE, 3, 2)
    assert drawn_levels(tall.line(1)) == [(30, MIDDLE)] * 3


def test_the_cursor_on_an_odd_last_row_marks_nothing_below_it() -> None:
    palette = sequential()
    line = picture(HeatmapData(np.ones((3, 1))), palette, 1, 2, cursor=(2, 0))[1]
    colors = next(style for text, style, _ in line if text == HALF)
    assert tuple(colors.color.triplet) == palette.text
    assert tuple(colors.bgcolor.triplet) == palette.colors[0]


def test_equal_neighbours_are_one_segment() -> None:
    (line,) = picture(HeatmapData(np.zeros((2, 40))), PALETTE, 40, 1)
    assert [text for text, _, _ in line] == [HALF * 40]


def test_values_that_are_not_finite_are_marked_in_the_error_color() -> None:
    matrix = np.array([[0.0, np.nan, 1.0, np.inf], [0.0, 0.0, 1.0, 1.0]])
    (line,) = picture(HeatmapData(matrix), PALETTE, 4, 1)
    assert line.text == "▀×▀×"
    assert [style.color.triplet for text, style, _ in line if text == "×"] == [PALETTE.error] * 2


def test_small_matrices_are_widened_by_whole_factors() -> None:
    layout = lay_out(HeatmapData(np.zeros((3, 5))), 26, 10)
    assert (layout.cell_width, layout.cell_height) == (5, 6)


def test_labels_stand_at_their_rows_and_columns() -> None:
    data = HeatmapData(np.zeros((4, 3)), ["0", "1", "2", "3"], list("abc"), scale=1)
    lines = texts(picture(data, PALETTE, 11, 6))
    assert [line[0] for line in lines[:4]] == ["0", "1", "2", "3"]
    assert lines[4] == "   a  b  c "


def test_the_row_of_the_cursor_is_named_on_its_first_line_alone() -> None:
    data = HeatmapData(np.zeros((3, 1)), row_labels=["h", "e", "l"])
    named = [strip.text[0] for strip in picture(data, PALETTE, 5, 10, cursor=(1, 0))]
    assert "".join(named).split() == ["h", "e", "l", "−"]


def test_many_row_numbers_are_written_sparsely() -> None:
    data = HeatmapData(np.zeros((64, 3)), [str(unit) for unit in range(0, 128, 2)], scale=1)
    labels = [line[:3].strip() for line in texts(picture(data, PALETTE, 12, 33))[:32]]
    assert [label for label in labels if label] == ["0", "16", "32", "48", "64", "80", "96", "112"]


def test_single_characters_name_both_rows_of_a_line() -> None:
    data = HeatmapData(np.zeros((7, 3)), list("abcdefg"), scale=1)
    lines = texts(picture(data, PALETTE, 12, 5))
    assert [line[:3] for line in lines[:4]] == ["ab ", "cd ", "ef ", "g  "]


def test_column_numbers_keep_their_distance() -> None:
    data = HeatmapData(np.zeros((2, 30)), (), [str(index) for index in range(30)], scale=1)
    label_line = texts(picture(data, PALETTE, 30, 6))[4]
    assert label_line.split() == ["0", "5", "10", "15", "20", "25"]


def test_a_label_wider_than_its_column_is_a_ring() -> None:
    data = HeatmapData(np.zeros((2, 3)), (), ["a", "漢", "\u0301"], scale=1)
    strips = picture(data, PALETTE, 3, 6)
    assert "a◦ " in texts(strips)
    assert_fills(strips, 3, 6)


def test_legend_says_the_scale_and_the_note() -> None:
    note = "128 units, 4 pooled (max |h|)"
    lines = texts(picture(HeatmapData(np.eye(4) * 0.42, note=note), PALETTE, 60, 8))
    legend = next(line for line in lines if "█" in line)
    assert legend.startswith("−0.5 ")
    assert " +0.5" in legend
    assert "128 units, 4 pooled (max |h|)" in legend


def test_what_does_not_fit_is_said() -> None:
    lines = texts(picture(HeatmapData(np.eye(40)), PALETTE, 60, 8))
    assert any("rows 0–13 of 40" in line for line in lines)


def test_without_color_strength_and_sign_are_characters() -> None:
    matrix = np.array([[-1.0, -0.3, 0.0, 0.3, 1.0, np.nan]])
    assert texts(picture(HeatmapData(matrix), PALETTE, 6, 1, SHADES)) == ["≡· ░█×"]
    assert texts(picture(HeatmapData(matrix), PALETTE, 6, 1, ASCII_SHADES)) == ["~. :#x"]


@pytest.mark.parametrize(("shades", "scale"), [(SHADES, "0 ░▒▓█ +4"), (ASCII_SHADES, "0 :+*# +4")])
def test_a_scale_without_signs_names_no_negative_shades(shades, scale) -> None:
    data = HeatmapData(np.arange(5.0)[:, None], scale=4)
    lines = texts(picture(data, sequential(), 30, 8, shades))
    assert scale in [line.strip() for line in lines]
    assert "".join(line[0] for line in lines[:5]) == " " + shades.positive


def test_characters_keep_the_hue_of_their_sign() -> None:
    (line,) = picture(HeatmapData(np.array([[-1.0, 1.0]])), PALETTE, 2, 1, SHADES)
    colors = [tuple(style.color.triplet) for _, style, _ in line]
    assert colors == [PALETTE.colors[0], PALETTE.colors[-1]]


def test_only_ascii_is_only_ascii() -> None:
    data = HeatmapData(np.linspace(-1, 1, 60).reshape(6, 10), list("abcdef"), list("0123456789"))
    strips = picture(data, PALETTE, 40, 12, ASCII_SHADES, (1, 1))
    assert all(strip.text.isascii() for strip in strips)


@pytest.mark.parametrize("shades", [None, SHADES])
def test_the_cursor_changes_its_cell_and_nothing_of_the_size(shades: Shades | None) -> None:
    data = HeatmapData(np.linspace(-1, 1, 48).reshape(6, 8), list("abcdef"), list("01234567"))
    drawn = Heatmap(data, PALETTE, 30, 9, shades)
    without, marked = drawn.strips(), drawn.strips((2, 3))
    changed = [y for y in range(9) if list(without[y]) != list(marked[y])]
    assert set(changed) >= set(drawn.layout.lines_of(2))
    assert_fills(marked, 30, 9)


@pytest.mark.parametrize("half", [0, 1])
def test_the_cursor_marks_its_half_of_the_cell_alone(half: int) -> None:
    drawn = Heatmap(HeatmapData(np.zeros((6, 4)), scale=1), PALETTE, 4, 3)
    style = next(iter(drawn.line(1, (2 + half, 0)))).style
    colors = [tuple(style.color.triplet), tuple(style.bgcolor.triplet)]
    assert colors[half] == PALETTE.text
    assert colors[1 - half] == PALETTE.background


@given(st.integers(0, 30), st.integers(0, 12), st.integers(1, 20), st.integers(1, 20))
def test_every_cell_of_the_picture_belongs_to_the_value_it_shows(x, y, rows, columns) -> None:
    layout = lay_out(HeatmapData(np.zeros((rows, columns))), 30, 12)
    cell = layout.cell_at(x, y)
    if cell is not None:
        assert y in layout.lines_of(cell[0])
        assert cell[1] * layout.cell_width <= x < (cell[1] + 1) * layout.cell_width
        assert cell[0] < rows
        assert cell[1] < columns


def test_capacity_is_what_fits_without_scrolling() -> None:
    rows, columns = capacity(60, 20, 3, column_labels=True, glyphs=False)
    data = HeatmapData(np.zeros((rows, columns)), ["100"] * rows, ["x"] * columns)
    assert lay_out(data, 60, 20).visible == (rows, columns) == (36, 56)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("shades", [None, SHADES])
def test_any_matrix_fits_any_size(width: int, height: int, shades: Shades | None) -> None:
    for matrix in (
        np.empty((0, 0)),
        np.empty((0, 3)),
        np.empty((3, 0)),
        np.zeros((9, 40)),
        np.full((2, 2), np.nan),
        np.array([[1e308, -1e308, 5e-324]]),
    ):
        labels = [str(row) for row in range(len(matrix))]
        data = HeatmapData(matrix, labels, ["x"] * matrix.shape[1], note="note")
        assert_fills(picture(data, PALETTE, width, height, shades, (0, 0)), width, height)


@given(arrays.arrays(np.float32, (5, 4), elements=st.floats(width=32)))
def test_any_numbers_are_drawn(matrix) -> None:
    assert_fills(picture(HeatmapData(matrix), sequential(), 12, 5), 12, 5)


def test_largest_magnitude_leaves_out_what_is_not_finite() -> None:
    assert largest_magnitude(np.array([[1.0, -3.0, np.inf, np.nan]])) == 3
    assert largest_magnitude(EMPTY.matrix) == 0
