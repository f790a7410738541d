"""Softmax over rows of logits, and the logarithms of its sums."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array

LEAST: Final = 2.0**-20
"""Of a row's exponentials in all: what underflows is then a probability below 1e-31."""


class LogSum(NamedTuple):
    """ln Σ exp(y) = ``log_sum`` + ``top``, apart because a sum could hold the digits of one."""

    log_sum: Array  # (N,) ln Σ exp(y - top)
    top: Array  # (N,) the largest logit, or 0 where that could be left out


class Softmax:
    """For ``N`` rows of ``V`` logits: buffers allocated once.

    What it returns holds until it is called again.
    """

    def __init__(self, N: int, V: int, dtype: np.dtype[Any]) -> None:
        real = np.zeros(0, dtype).real.dtype
        self._narrow = dtype.kind == "f" and dtype.itemsize < 8 and V > 1  # of one all is known
        self._most = float(np.finfo(real).max) / 2
        self._ones = np.ones(V, dtype)  # (V,)
        self._total = np.zeros((N, 1), dtype)  # (N, 1)
        self._totals = self._total.reshape(-1)  # (N,)
        self._top = np.zeros((N, 1), real)  # (N, 1)
        # At least double precision, where float32 logits of opposite sign could overflow.
        self._log_sum = np.zeros(N, np.result_type(dtype, np.float64))  # (N,)
        self._wide_top = np.zeros(N, np.float64)  # (N,)

    def __call__(self, logits: Array, spare: Array) -> LogSum:
        """Turn ``logits`` (N, V) into probabilities in place; ``spare`` (N, V) is overwritten.

        The largest logit of a row is subtracted first, so that nothing overflows however large it
        is. In float32 that is left out where nothing would overflow without, and no row sums up to
        less than ``LEAST``: finding it takes longer than the exponentials, and the logarithm of the
        sum is taken in float64.
        """
        if self._narrow:
            np.exp(logits, spare)
            totals = spare.dot(self._ones, self._totals)  # (N,)
            least, most = totals.item(totals.argmin()), totals.item(totals.argmax())
            if least >= LEAST and most <= self._most:
                self._wide_top.fill(0)  # never where there is a NaN
                return self._divided(spare, logits)
        np.max(logits.real, axis=1, keepdims=True, out=self._top)  # (N, 1)
        np.subtract(logits, self._top, logits)
        np.exp(logits, logits)
        logits.dot(self._ones, self._totals)
        self._wide_top[:] = self._top[:, 0]
        return self._divided(logits, logits)

    def _divided(self, exponentials: Array, out: Array) -> LogSum:
        """By ``_totals``, their sums."""
        np.divide(exponentials, self._total, out)
        self._log_sum[:] = self._totals
        np.log(self._log_sum, self._log_sum)
        return LogSum(self._log_sum, self._wide_top)
