"""The arrays of a stop, read once: large ones are computed anew whenever they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Given, Operation, Source

_MOST_VALUES: Final = 6
_MOST_SUMMARIES: Final = 512

T = TypeVar("T")


class Summary(NamedTuple):
    """What an array of any shape is like, leaving out what is not finite."""

    low: float
    high: float
    norm: float
    not_finite: int

    @property
    def largest(self) -> float:
        """The largest magnitude."""
        return max(-self.low, self.high)


def summarise(values: Array) -> Summary:
    """The least, the largest and the length of ``values`` taken as one vector."""
    flat = values.ravel().astype(np.float64, copy=False)  # (n,)
    if not flat.size:
        return Summary(0.0, 0.0, 0.0, 0)
    with np.errstate(all="ignore"):
        square = float(np.dot(flat, flat))
    if np.isfinite(square):
        return Summary(float(flat.min()), float(flat.max()), square**0.5, 0)
    finite = flat[np.isfinite(flat)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    largest = max(-low, high) or 1.0
    # Divided first: the squares of numbers such as 1e200 are beyond what can be written.
    norm = largest * float(np.linalg.norm(finite / largest))
    return Summary(low, high, norm, int(flat.size - finite.size))


class Latest(Generic[T]):
    """The last few things that were found out about objects, by their identity and a key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[tuple[int, object], tuple[object, T]] = OrderedDict()

    def get(self, about: object, key: object = None) -> T | None:
        """What is known, or None."""
        found = self._known.get((id(about), key))
        if found is None:
            return None
        self._known.move_to_end((id(about), key))
        return found[1]

    def put(self, about: object, key: object, found: T) -> T:
        """Remember; ``about`` is kept too, for its identity must stay its own."""
        self._known[id(about), key] = about, found
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return found


class Values:
    """Reads arrays and their summaries; neither is computed twice at a stop."""

    def __init__(self) -> None:
        self._values: Latest[Array] = Latest(_MOST_VALUES)
        self._summaries: Latest[Summary] = Latest(_MOST_SUMMARIES)

    def of(self, source: Source) -> Array:
        """The value."""
        if isinstance(source, Given) or source.stored is not None:
            return source.value
        known = self._values.get(source)
        return self._values.put(source, None, source.value) if known is None else known

    def operand(self, operation: Operation, name: str) -> Array:
        """The value of one operand."""
        return self.of(operation.operands.source(name))

    def summary(self, source: Source) -> Summary:
        """What the value is like."""
        known = self._summaries.get(source)
        if known is None:
            known = self._summaries.put(source, None, summarise(self.of(source)))
        return known
