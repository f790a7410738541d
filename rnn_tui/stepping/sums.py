"""How far the gradient of each parameter has been added up, at any stop of the walk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Operation, read_only
from rnn_tui.core.trace import Trace

BUDGET = 200_000_000
"""Bytes that the partial sums of all parameters may take together."""
_FEWEST = 4
"""Partial sums that a parameter always keeps, however large it is."""


class RunningSums:
    """The sums so far of one trace: the bits of ``Trace.sum_so_far``, fast beside the last ones.

    Taking a part away from a sum does not give the sum of before: rounding cannot be undone. So
    some partial sums are kept, every few parts one and all that are near, and the others are added
    up from the nearest one before them, in the order in which the pass adds them.
    """

    def __init__(self, trace: Trace, budget: int = BUDGET) -> None:
        total = sum(gradient.nbytes for gradient in trace.gradients.values())
        room = max(budget // max(total, 1), _FEWEST)  # partial sums for each parameter
        self._partial = {
            name: _PartialSums(parts, np.zeros_like(trace.gradients[name]), room)
            for name, parts in trace.contributions.items()
        }

    def parts(self, name: str, index: int) -> int:
        """How many time steps have added their part to ``name`` when ``index`` is done."""
        return self._partial[name].count(index)

    def at(self, name: str, index: int) -> Array:
        """What operations up to ``index`` have found of the gradient of ``name``; read-only."""
        adding = self.adding(name, index)
        while True:
            try:
                next(adding)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]

    def adding(self, name: str, index: int) -> Generator[None, None, Array]:
        """The same, with a yield after each part that had to be added: it may take a while."""
        partial = self._partial[name]
        return partial.adding(partial.count(index))

    @property
    def nbytes(self) -> int:
        """Bytes of the partial sums that are kept now."""
        return sum(partial.nbytes for partial in self._partial.values())


class _PartialSums:
    """Those of one parameter: number ``k`` is the sum of the first ``k`` parts."""

    def __init__(self, parts: tuple[Operation, ...], nothing: Array, room: int) -> None:
        self._parts = parts
        self._indices = [part.index for part in parts]
        self._nothing = read_only(nothing)
        self._stride = _stride(len(parts), room)
        self._most_near = max(room - len(parts) // self._stride, 2)
        self._marks: dict[int, Array] = {}
        self._near: dict[int, Array] = {}

    @property
    def nbytes(self) -> int:
        return self._nothing.nbytes * len(self._marks.keys() | self._near.keys())

    def count(self, index: int) -> int:
        return bisect_right(self._indices, index)

    def adding(self, k: int) -> Generator[None, None, Array]:
        if k == 0:
            return self._nothing
        start = max((j for kept in (self._marks, self._near) for j in kept if j <= k), default=0)
        total = self._kept(start)
        for j in range(start + 1, k + 1):
            part = self._parts[j - 1].value
            with np.errstate(all="ignore"):  # a network that diverged adds infinities
                if j == 1:
                    total = part.copy()
                elif total.flags.writeable:
                    total += part
                else:
                    total = total + part  # noqa: PLR6104 - the old one is kept
            if j % self._stride == 0 or j > k - self._most_near:
                total = self._keep(j, total, k)
            yield
        return total

    def _kept(self, k: int) -> Array:
        return self._nothing if k == 0 else self._marks.get(k, self._near.get(k, self._nothing))

    def _keep(self, j: int, total: Array, k: int) -> Array:
        total = read_only(total)
        if j % self._stride == 0:
            self._marks[j] = total
            return total
        self._near[j] = total
        while len(self._near) > self._most_near:
            del self._near[max(self._near, key=lambda other: abs(other - k))]
        return total


def _stride(count: int, room: int) -> int:
    """Every how many parts a sum is kept, so that those between two marks fit beside the marks."""
    for stride in range(1, count + 1):
        if count // stride + stride - 1 <= room:
            return stride
    return max(-(-count // max(room // 2, 1)), 1)
