"""The product of a state and W_hh, once for every time step: the part that cannot be done at once.

A library for products repacks both matrices each time. Where the left one has few rows that costs
as much as the product itself, and how much depends on how the right one lies in memory. So W_hh may
be copied once a window, into blocks of columns, each contiguous, that are multiplied one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array, aligned_zeros


class Widths(NamedTuple):
    """In blocks of how many columns W_hh and its transpose are multiplied; 0: as they lie.

    Each divides H. The last bits of a product may depend on it, as on the number of threads.
    Measured at H = 256, B = 32 with the kernels for AVX-512 of OpenBLAS 0.3.31: W_hh takes 31 us as
    it lies and 20 in blocks of 64, its transpose 46 and 20; with those for AVX2 all take about 48.
    """

    forward: int = 0
    backward: int = 0


AS_IT_LIES: Final = Widths()


class StepwiseProduct:
    """Adds a_t W to b_t for one t after another, where a_t may depend on the b before it.

    ``a`` and ``b`` are the arrays (B, H) of all steps, the same for every window. Raises ValueError
    for a width of blocks that does not divide H.
    """

    def __init__(self, a: Sequence[Array], b: Sequence[Array], width: int) -> None:
        B, H = a[0].shape
        self._multiply = [a_t.dot for a_t in a]
        self._flat = [b_t.reshape(-1) for b_t in b]  # (B*H,): vectors are added sooner
        self._blocks: Array | None = None
        if not width:
            self._product = aligned_zeros((B, H), a[0].dtype)  # (B, H)
            return
        if H % width:
            raise ValueError(f"blocks of {width} columns do not divide the {H} of W_hh")
        n = H // width
        self._product = aligned_zeros((n, B, width), a[0].dtype)  # (n, B, width)
        self._blocks = aligned_zeros((n, H, width), a[0].dtype)  # (n, H, width)
        self._pairs = list(zip(self._blocks, self._product, strict=True))
        self._apart = [b_t.reshape(B, n, width).transpose(1, 0, 2) for b_t in b]  # as the product

    def add(
        self, W: Array, finish: Callable[..., object], operands: Iterable[tuple[Array, ...]]
    ) -> None:
        """Add to one b_t after another, each finished by ``finish(*operands_t)`` before the next.

        ``W`` (H, H) is contiguous, or the transpose of what is; ``operands`` are asked for one
        step after the other, T in all.
        """
        if self._blocks is None:
            self._add_whole(W, finish, operands)
            return
        n, H, width = self._blocks.shape
        if W.flags.c_contiguous:
            np.copyto(self._blocks, W.reshape(H, n, width).transpose(1, 0, 2))
        else:
            np.copyto(self._blocks, W.T.reshape(n, width, H).transpose(0, 2, 1))
        self._add_in_blocks(finish, operands)

    # Of one stream a step is three calls of a quarter to half a microsecond: what is written around
    # them counts. A generator that gives out each b_t costs 4% of training at H = 100, T = 25.

    def _add_whole(
        self, W: Array, finish: Callable[..., object], operands: Iterable[tuple[Array, ...]]
    ) -> None:
        add, product, flat = np.add, self._product, self._product.reshape(-1)
        for multiply, b_t, values in zip(self._multiply, self._flat, operands, strict=True):
            multiply(W, product)
            add(b_t, flat, b_t)
            finish(*values)

    def _add_in_blocks(
        self, finish: Callable[..., object], operands: Iterable[tuple[Array, ...]]
    ) -> None:
        add, product, pairs = np.add, self._product, self._pairs
        for multiply, apart, values in zip(self._multiply, self._apart, operands, strict=True):
            for block, part in pairs:
                multiply(block, part)
            add(apart, product, apart)
            finish(*values)
