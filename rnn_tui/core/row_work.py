"""Small things done to every row of a matrix (N, V) at once, in place and without new arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_tui.core.arrays import Array


class RowBias:
    """Adds the same vector to every row of one matrix, several rows at a time.

    NumPy works row by row, and rows of a vocabulary are short: (2048, 65) were measured to take
    26 us so, and 7 in groups of 16 rows.
    """

    def __init__(self, matrix: Array) -> None:
        N, V = matrix.shape
        rows = next(n for n in range(min(N, 16), 0, -1) if N % n == 0)
        self._groups = matrix.reshape(N // rows, rows * V)  # (N/rows, rows*V), a view
        self._tiled = np.zeros((rows, V), matrix.dtype)  # (rows, V)
        self._flat = self._tiled.reshape(-1)  # (rows*V,)

    def add(self, bias: Array) -> None:
        """``bias`` (V,)."""
        self._tiled[:] = bias
        np.add(self._groups, self._flat, self._groups)


class Picked:
    """One element of each row of matrices (N, V)."""

    def __init__(self, N: int, V: int, dtype: np.dtype[Any]) -> None:
        self._first = np.arange(0, N * V, V)  # (N,) where each row begins
        self._at = self._first.copy()  # (N,)
        self._values = np.zeros(N, dtype)  # (N,)

    def move_to(self, columns: Array) -> None:
        """``columns``: N integers in 0..V-1, of any shape."""
        self._at[:] = columns.reshape(-1)
        np.add(self._at, self._first, self._at)

    def read(self, matrix: Array) -> Array:
        """What is there, (N,), until the next call; the columns were checked."""
        return matrix.take(self._at, None, self._values, "clip")

    def subtract(self, number: float, matrix: Array) -> None:
        """Take ``number`` from what is there."""
        values = self.read(matrix)
        values -= number
        matrix.reshape(-1)[self._at] = values
