"""Arrays cut or pooled to what a pane on a screen can show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array
from rnn_tui.training.protocol import View, ViewData
from rnn_tui.training.wire import pack


def pool(matrix: Array, rows: int, columns: int) -> tuple[Array, int, int]:
    """Blocks of equal size reduced to their value of largest magnitude, sign kept.

    Args:
        matrix: ``(R, C)``.
        rows: the most rows of the result; each stands for ``ceil(R / rows)`` rows.
        columns: the same for columns.

    Returns:
        the pooled matrix, and how many rows and columns one of its cells stands for. A block with
        a NaN in it is NaN.
    """
    row_stride = -(-matrix.shape[0] // max(rows, 1)) or 1
    column_stride = -(-matrix.shape[1] // max(columns, 1)) or 1
    if row_stride > 1:
        matrix = _largest(matrix, row_stride, axis=0)
    if column_stride > 1:
        matrix = _largest(matrix, column_stride, axis=1)
    return matrix, row_stride, column_stride


def _largest(matrix: Array, stride: int, axis: int) -> Array:
    starts = np.arange(0, matrix.shape[axis], stride)
    highest = np.maximum.reduceat(matrix, starts, axis=axis)
    lowest = np.minimum.reduceat(matrix, starts, axis=axis)
    return np.where(-lowest > highest, lowest, highest)


def look(view: View, matrix: Array, symbols: npt.NDArray[np.integer] | None = None) -> ViewData:
    """What ``view`` shows of ``matrix`` (R, C).

    ``symbols`` (C,) are given for a hidden state: its columns are time steps, which are cut and
    never pooled, so that every column keeps its character.
    """
    first_row = 0 if view.pooled else _within(view.first_row, matrix.shape[0], view.rows)
    time = symbols is not None
    cut_columns = time or not view.pooled
    first_column = _within(view.first_column, matrix.shape[1], view.columns) if cut_columns else 0
    shown = matrix[
        first_row : None if view.pooled else first_row + max(view.rows, 1),
        first_column : first_column + max(view.columns, 1) if cut_columns else None,
    ]
    columns = shown.shape[1] if cut_columns else view.columns
    values, row_stride, column_stride = pool(
        shown, view.rows if view.pooled else shown.shape[0], columns
    )
    finite = np.isfinite(matrix)
    magnitudes = np.abs(matrix[finite])
    return ViewData(
        view=view,
        values=pack(values.astype(np.float64)),
        shape=(matrix.shape[0], matrix.shape[1]),
        first_row=first_row,
        first_column=first_column,
        row_stride=row_stride,
        column_stride=column_stride,
        largest=float(magnitudes.max()) if magnitudes.size else 0.0,
        not_finite=int(matrix.size - magnitudes.size),
        symbols=()
        if symbols is None
        else tuple(int(s) for s in symbols[first_column : first_column + values.shape[1]]),
    )


def _within(first: int, length: int, room: int) -> int:
    return max(0, min(first, length - max(room, 1)))
