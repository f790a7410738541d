"""Vectors on a line and matrices on a few, without an app."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.stepping.values import summarise
from rnn_tui.tui.renderables.heatmap import SHADES
from rnn_tui.tui.renderables.palette import diverging
from rnn_tui.tui.renderables.row_picture import RowPicture, fit, numbers_text
from rnn_tui.tui.renderables.value_strip import MatrixBlock, VectorStrip, arrange

PALETTE = diverging()


def strip(values, width=20, shades=None):
    return VectorStrip(np.asarray(values, float), 1.0, PALETTE, width, shades)


def text(segments) -> str:
    return "".join(segment.text for segment in segments)


@pytest.mark.parametrize(
    ("count", "stride", "per_cell", "cell_width", "numbers"),
    [
        (2, 1, 1, 10, True),
        (10, 1, 1, 2, False),
        (20, 1, 1, 1, False),
        (40, 1, 2, 1, False),
        (41, 2, 2, 1, False),
        (400, 10, 2, 1, False),
    ],
)
def test_values_are_numbers_then_cells_then_halves_then_pooled(
    count, stride, per_cell, cell_width, numbers
) -> None:
    assert arrange(count, 20, halves=True) == (stride, per_cell, cell_width, numbers)


@pytest.mark.parametrize("count", [1, 2, 7, 20, 33, 40, 41, 128, 1000])
@pytest.mark.parametrize("shades", [None, SHADES])
def test_a_strip_is_never_wider_than_its_room(count, shades) -> None:
    assert len(text(strip(np.linspace(-1, 1, count), 20, shades).segments(0))) <= 20


@pytest.mark.parametrize("count", [2, 10, 20, 40, 41, 400])
def test_the_value_under_a_cell_is_the_one_that_is_marked_there(count) -> None:
    drawn = strip(np.zeros(count))
    plain = [(s.text, s.style) for s in drawn.segments()]
    for x in range(len(text(drawn.segments()))):
        index = drawn.arrangement.index_at(x, count)
        marked = [(s.text, s.style) for s in drawn.segments(index)]
        assert index is not None
        assert marked != plain


def test_short_vectors_show_their_numbers() -> None:
    assert text(strip([0.5, -0.25]).segments()).split() == ["+0.5000", "−0.2500"]


def test_pooling_keeps_the_largest_magnitude() -> None:
    values = np.zeros(400)
    values[203] = -1.0
    levels = strip(values)._levels
    assert levels[20] == 0
    assert len(levels) == 40


@pytest.mark.parametrize("count", [3, 12, 40])
def test_what_is_not_finite_has_a_sign_of_its_own(count) -> None:
    values = np.zeros(count)
    values[1] = np.nan
    shown = text(strip(values, 30).segments())
    assert "×" in shown or "NaN" in shown


def test_without_colour_a_sign_is_in_the_characters() -> None:
    assert set(text(strip(np.array([-1.0, 1.0] * 8), 20, SHADES).segments())) == {"≡", "█"}


def test_a_block_is_pooled_to_its_lines_and_finds_its_cells() -> None:
    matrix = np.zeros((128, 90))
    matrix[70, 31] = np.nan
    block = MatrixBlock(matrix, 1.0, PALETTE, 45, 4, None)
    assert (block.down, block.along, block.height) == (16, 2, 4)
    assert block.note == "16×2 pooled"
    assert block.cell_at(15, 2) == (64, 30)
    assert "×" in text(block.line(2))
    assert "×" not in text(block.line(1))


def test_a_scale_depends_on_the_array_alone() -> None:
    pictures = [RowPicture(np.full((1, 9), v), v, PALETTE, 60, 1, None) for v in (3.0, 1.9, 3.0)]
    assert [picture.scale for picture in pictures] == [3, 2, 3]
    assert pictures[0].line(0, None).note == " ±3"


def test_small_matrices_show_their_numbers_line_by_line() -> None:
    picture = RowPicture(np.eye(2), 1.0, PALETTE, 60, 2, None)
    assert [text(picture.line(y, None).segments).split() for y in (0, 1)] == [
        ["+1.000", "0"],
        ["0", "+1.000"],
    ]
    assert picture.cell_at(11, 1) == (1, 1)


@pytest.mark.parametrize("width", [50, 80, 120])
def test_the_numbers_of_a_head_are_always_as_wide(width) -> None:
    arrays = [np.array([-1e-9, 123.0]), np.array([0.5]), np.array([1e9, -1.0])]
    assert len({len(numbers_text(summarise(a), width)) for a in arrays}) == 1


def test_a_norm_keeps_the_sign_of_its_exponent() -> None:
    assert "norm  9.00e+37" in numbers_text(summarise(np.array([9e37])), 80)


def test_text_is_cut_with_an_ellipsis() -> None:
    assert [fit("abcdef", width) for width in (8, 6, 3, 0)] == ["abcdef  ", "abcdef", "ab…", ""]
