from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rnn_tui.training.protocol import View, ViewData
from rnn_tui.training.views import look, pool
from rnn_tui.training.wire import unpack

MATRICES = arrays.arrays(
    np.float64,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=30),
    elements=st.floats(-1e6, 1e6),
)
ROOM = st.integers(1, 12)


def seen(matrix: np.ndarray, **wish: object) -> tuple[np.ndarray, ViewData]:
    data = look(View("weights", "W", **{"rows": 5, "columns": 5, **wish}), matrix)
    return unpack(data.values), data


@given(MATRICES, ROOM, ROOM)
def test_pooling_keeps_the_signed_value_of_largest_magnitude(
    matrix: np.ndarray, rows: int, columns: int
) -> None:
    pooled, high, wide = pool(matrix, rows, columns)
    for r, c in np.ndindex(pooled.shape):
        block = matrix[r * high : (r + 1) * high, c * wide : (c + 1) * wide]
        assert pooled[r, c] in block
        assert abs(pooled[r, c]) == abs(block).max()


@given(MATRICES, ROOM, ROOM)
def test_what_is_pooled_fits_and_covers_all(matrix: np.ndarray, rows: int, columns: int) -> None:
    pooled, high, wide = pool(matrix, rows, columns)
    assert pooled.shape[0] <= rows
    assert pooled.shape[1] <= columns
    assert pooled.shape[0] * high >= matrix.shape[0] > (pooled.shape[0] - 1) * high
    assert pooled.shape[1] * wide >= matrix.shape[1] > (pooled.shape[1] - 1) * wide


def test_what_fits_is_not_pooled() -> None:
    matrix = np.arange(6.0).reshape(2, 3)
    pooled, *strides = pool(matrix, 2, 3)
    assert strides == [1, 1]
    assert np.array_equal(pooled, matrix)


def test_a_block_with_a_nan_in_it_is_nan() -> None:
    matrix = np.full((4, 4), -7.0)
    matrix[1, 2] = math.nan
    pooled, *_ = pool(matrix, 2, 2)
    assert np.isnan(pooled).tolist() == [[False, True], [False, False]]


def test_infinity_survives_pooling_and_is_counted() -> None:
    matrix = np.ones((10, 10))
    matrix[3, 3], matrix[9, 9], matrix[0, 0] = -math.inf, math.nan, -2.0
    values, data = seen(matrix)
    assert values[1, 1] == -math.inf
    assert (data.not_finite, data.largest) == (2, 2.0)


def test_a_view_can_be_cropped_instead() -> None:
    matrix = np.arange(100.0).reshape(10, 10)
    values, data = seen(matrix, rows=2, columns=3, first_row=4, first_column=6, pooled=False)
    assert values.tolist() == [[46, 47, 48], [56, 57, 58]]
    assert (data.shape, data.row_stride, data.column_stride) == ((10, 10), 1, 1)


@pytest.mark.parametrize("first", [-5, 0, 8, 9, 10**30])
def test_a_cropped_view_stays_within_the_matrix(first: int) -> None:
    values, data = seen(np.eye(10), first_row=first, first_column=first, pooled=False)
    assert values.shape == (5, 5)
    assert data.first_row == data.first_column == min(max(first, 0), 5)


@pytest.mark.parametrize("room", [-3, 0])
def test_a_pane_without_room_still_gets_an_answer(room: int) -> None:
    assert seen(np.eye(10), rows=room, columns=room)[0].shape == (1, 1)
    assert seen(np.eye(10), rows=room, columns=room, pooled=False)[0].shape == (1, 1)


def test_a_vector_is_one_row() -> None:
    values, data = seen(np.atleast_2d(np.arange(20.0)))
    assert values.tolist() == [[3, 7, 11, 15, 19]]
    assert data.shape == (1, 20)


def test_time_is_cut_and_keeps_its_symbols() -> None:
    hidden = np.arange(60.0).reshape(6, 10)
    view = View("hidden", "0", rows=3, columns=4, first_column=5)
    data = look(view, hidden, np.arange(10) + 40)
    assert data.symbols == (45, 46, 47, 48)
    assert unpack(data.values).tolist() == [row[5:9] for row in hidden[1::2].tolist()]


def test_before_the_first_step_there_is_no_time_to_see() -> None:
    data = look(View("hidden", "0", 3, 4), np.zeros((6, 0)), np.zeros(0, np.int64))
    assert (unpack(data.values).shape[1], data.symbols) == (0, ())
