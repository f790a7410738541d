"""Every element of every gradient against the complex-step derivative, many at once."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.complexstep import ComplexStep, Push
from rnn_tui.core.derivative import directions, relative_error, tolerance
from rnn_tui.core.gradcheck import FLOOR, STATE
from rnn_tui.core.ops import lookup_forward
from rnn_tui.core.record import GradientOf
from rnn_tui.core.trace import Trace


class Worst(NamedTuple):
    """The element of one array where the backward pass and the derivative differ most."""

    element: tuple[int, ...]
    backward: float
    derivative: float
    error: float
    """Relative, as in the gradient check."""


class Swept(NamedTuple):
    """What is known of one array so far."""

    checked: int
    size: int
    worst: Worst | None
    """None before the first of its elements was checked."""
    passed: bool
    """Whether all that were checked agree."""


class SweepProgress(NamedTuple):
    """How far a sweep is, and what it has found; arrays by the names of the gradient check."""

    done: int
    total: int
    by_name: Mapping[str, Swept]


def sweep(trace: Trace) -> Iterator[SweepProgress]:
    """Compare every element of every parameter's and of the incoming state's gradient.

    Works with any number of rows in the batch and in float64 whatever the dtype. Elements are
    taken in a random but fixed order, of each array the same share, so that what is known early
    stands for the whole. Yields after every block of work, and at the end.
    """
    path = ComplexStep(trace)
    arrays = {name: _Array(trace, name, value) for name, value in _gradients(trace).items()}
    total = sum(array.size for array in arrays.values())
    found = {name: array.swept() for name, array in arrays.items()}
    progress = SweepProgress(0, total, found)
    while progress.done < total:
        array = min(arrays.values(), key=lambda array: array.done / array.size)
        for _ in array.checking(path):
            yield progress
        found = {**found, array.name: array.swept()}
        progress = SweepProgress(sum(swept.checked for swept in found.values()), total, found)
        yield progress


def _gradients(trace: Trace) -> dict[str, Array]:
    states = {f"{STATE}{layer}": value for layer, value in enumerate(trace.state_gradient)}
    return {**trace.gradients, **states}


class _Array:
    """The gradient of one array, and what is known of its derivative so far."""

    def __init__(self, trace: Trace, name: str, backward: Array) -> None:
        self.name, self.size, self.done = name, backward.size, 0
        self._trace, self._moved = trace, GradientOf(None, name)
        self._backward = np.asarray(backward, np.float64)
        self._read = _rows_read(trace, name)
        self._derivative, self._floor = np.zeros(self.size), np.zeros(self.size)  # in that order

    @cached_property
    def _elements(self) -> Array:
        """All of them in the order in which they are checked, (size, axes)."""
        order = np.random.default_rng(0).permutation(self.size)
        return np.stack(np.unravel_index(order, self._backward.shape), axis=1)

    def checking(self, path: ComplexStep) -> Generator[float, None, None]:
        """One block of elements, with a pause after each block of work."""
        block = np.arange(self.done, min(self.done + path.samples_at_once, self.size))
        if self._read is not None:  # nothing depends on rows that are never looked up
            block = block[self._read[self._elements[block, 0]]]
        if block.size:
            direction = directions(self._trace, self._moved, self._elements[block])
            push = Push(self._moved, slice(None), direction)
            slopes = yield from path.sloping([push], block.size)
            self._derivative[block] = slopes.derivative
            self._floor[block] = FLOOR * slopes.scale
        self.done = min(self.done + path.samples_at_once, self.size)

    def swept(self) -> Swept:
        """What is known so far."""
        if not self.done:
            return Swept(0, self.size, None, True)
        elements = self._elements[: self.done]
        backward = self._backward[tuple(elements.T)]
        derivative, floor = self._derivative[: self.done], self._floor[: self.done]
        largest = max(float(np.abs(self._backward).max()), float(np.abs(derivative).max()))
        error = relative_error(backward, derivative, np.maximum(floor, FLOOR * largest))
        k = int(np.argmax(error))
        element = tuple(int(i) for i in elements[k])
        worst = Worst(element, float(backward[k]), float(derivative[k]), float(error[k]))
        return Swept(self.done, self.size, worst, worst.error <= tolerance(self._trace))


def _rows_read(trace: Trace, name: str) -> Array | None:
    """Which rows of a table are looked up at all, (I,); None if ``name`` is no table."""
    used = [trace[index] for index in trace.uses_of_given(name)]
    lookups = [op for op in used if op.function is lookup_forward]
    if not lookups:
        return None
    read = np.zeros(len(trace.given[name].value), bool)
    for op in lookups:
        read[op.operands["x_t"]] = True
    return read
