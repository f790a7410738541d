"""How far the gradient of each parameter has been added up, at any stop of the walk."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict

from rnn_tui.core.arrays import Array
from rnn_tui.core.record import read_only
from rnn_tui.core.trace import Trace

BUDGET = 100_000_000
"""Bytes that the sums which are remembered may take together."""


class RunningSums:
    """The sums so far of one trace: the bits of ``Trace.sum_so_far``, those of late remembered.

    Between two contributions to a parameter its sum stays what it is, so most stops cost nothing.
    """

    def __init__(self, trace: Trace, budget: int = BUDGET) -> None:
        self._trace = trace
        self._budget = budget
        self._indices = {
            name: [part.index for part in parts] for name, parts in trace.contributions.items()
        }
        self._sums: OrderedDict[tuple[str, int], Array] = OrderedDict()
        self.nbytes = 0

    def parts(self, name: str, index: int) -> int:
        """How many time steps have added their part to ``name`` when ``index`` is done."""
        return bisect_right(self._indices[name], index)

    def at(self, name: str, index: int) -> Array:
        """What operations up to ``index`` have found of the gradient of ``name``; read-only."""
        key = name, self.parts(name, index)
        known = self._sums.get(key)
        if known is not None:
            self._sums.move_to_end(key)
            return known
        return self._remembered(key, read_only(self._trace.sum_so_far(name, index)))

    def work(self, name: str, index: int) -> int:
        """How many multiplications ``at`` has to do, at most; 0 if it remembers the sum."""
        count = self.parts(name, index)
        if (name, count) in self._sums:
            return 0
        rows = self._trace.givens["target_1"].shape[0]  # B
        return int(count * rows * self._trace.givens[name].size)

    def _remembered(self, key: tuple[str, int], found: Array) -> Array:
        self._sums[key] = found
        self.nbytes += found.nbytes
        while self.nbytes > self._budget and len(self._sums) > 1:
            self.nbytes -= self._sums.popitem(last=False)[1].nbytes
        return found
