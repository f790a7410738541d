"""How a layer reads its input: symbols by looking up rows, vectors by one product for all steps.

Both have the same two methods. Neither keeps anything from the forward to the backward pass but
the input itself.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

import numpy as np

from rnn_tui.core.arrays import Array, aligned_zeros

ONE_HOT = 1 << 18
"""Multiply-adds below which the one-hot product takes less than the calls that sorting needs."""


class Input(Protocol):
    """The input of a layer over one window."""

    def forward(self, W_xh: Array, b_h: Array, out: Array) -> None:
        """Write x_t W_xh + b_h for all t at once into ``out`` (T*B, H)."""

    def backward(self, dz: Array, dW_xh: Array) -> None:
        """Write the gradient of ``W_xh`` (I, H), given that of ``out``, ``dz`` (T*B, H)."""


class DenseInput:
    """Vectors ``x`` (T*B, I), or the hidden states of the layer below."""

    def __init__(self, x: Array) -> None:
        self.x = x

    def forward(self, W_xh: Array, b_h: Array, out: Array) -> None:
        """``out`` = x W_xh + b_h."""
        self.x.dot(W_xh, out)
        np.add(out, b_h, out)

    def backward(self, dz: Array, dW_xh: Array) -> None:
        """dW_xh = xᵀ dz: the product sums over time and batch."""
        self.x.T.dot(dz, dW_xh)


class SymbolInput:
    """Symbols (T*B,): x_t W_xh is a row of W_xh, nothing is multiplied.

    The gradient sorts the steps by symbol and adds each symbol's rows by one small product with
    ones. Measured at T*B = 2048, H = 128, 103 symbols: 0.13 ms; ``np.add.reduceat`` on the same
    sorted rows 0.32, adding row by row 0.58, the one-hot product 0.56, ``np.add.at`` 1.76.
    Only in the smallest windows is the one-hot product the quickest.
    """

    def __init__(self, steps: int, H: int, dtype: np.dtype[Any]) -> None:
        self.x = np.zeros(steps, np.intp)  # (T*B,) filled anew for every window
        self._steps = np.arange(steps)  # (T*B,)
        self._order = np.zeros(steps, np.intp)  # (T*B,)
        self._ones = np.ones(steps, dtype)  # (T*B,)
        self._bits, self._H = steps.bit_length(), H
        self._table = self._one_hot = np.zeros((0, 0), dtype)  # (I, H), (T*B, I) where of use

    def forward(self, W_xh: Array, b_h: Array, out: Array) -> None:
        """``out`` = W_xh[x] + b_h, the bias added where there is less of it to add.

        The symbols were checked, so "clip" only saves NumPy a copy.
        """
        if len(W_xh) > len(self.x):
            W_xh.take(self.x, 0, out, "clip")
            np.add(out, b_h, out)
            return
        if self._table.shape != W_xh.shape:
            self._table = aligned_zeros(W_xh.shape, W_xh.dtype)  # (I, H)
        np.add(W_xh, b_h, self._table)
        self._table.take(self.x, 0, out, "clip")

    def backward(self, dz: Array, dW_xh: Array) -> None:
        """dW_xh[s] = Σ dz over the steps where x was s; zero for symbols that were not there.

        That is if ``dz`` is finite: else all of it may be NaN.
        """
        if dz.size * len(dW_xh) <= ONE_HOT:
            self._by_one_hot(dz, dW_xh)
            return
        dz.take(self._sorted(), 0, self._rows, "clip")
        counts = np.bincount(self.x)
        symbols = counts.nonzero()[0]
        dW_xh.fill(0)
        start, rows, ones = 0, self._rows, self._ones
        for symbol, count in zip(symbols.tolist(), counts[symbols].tolist(), strict=True):
            ones[:count].dot(rows[start : start + count], dW_xh[symbol])
            start += count

    def _by_one_hot(self, dz: Array, dW_xh: Array) -> None:
        if self._one_hot.shape[1] != len(dW_xh):
            self._one_hot = np.zeros((len(self.x), len(dW_xh)), dz.dtype)  # (T*B, I)
        self._one_hot.fill(0)
        self._one_hot[self._steps, self.x] = 1
        self._one_hot.T.dot(dz, dW_xh)

    @cached_property
    def _rows(self) -> Array:
        return aligned_zeros((len(self.x), self._H), self._ones.dtype)  # (T*B, H)

    def _sorted(self) -> Array:
        """The steps by symbol, and by time where they read the same one, (T*B,).

        Symbol and step are put in one number and sorted in place: ``argsort`` is slower, and
        returns an array of its own.
        """
        order = self._order
        np.left_shift(self.x, self._bits, order)
        np.bitwise_or(order, self._steps, order)
        order.sort()
        np.bitwise_and(order, (1 << self._bits) - 1, order)
        return order
