"""The derivative of the loss along a trace's own operations, by the complex step.

What is moved gets an imaginary part, and so does all that depends on it, up to the mean loss; no
derivative is taken from a backward pass, which is read for the size of rounding alone. The step is
so small that the real parts stay those of the trace. Hence an operation that is linear needs its
imaginary part alone; the others are computed in complex arithmetic. Many samples, each moved in its
own direction, go together, one below the other along the batch axis: K samples of B rows are K·B
rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.gradcheck import STEP
from rnn_tui.core.ops import add_forward, affine_forward, lookup_forward, product_forward
from rnn_tui.core.record import GradientOf, Operation
from rnn_tui.core.trace import Trace
from rnn_tui.core.work import finished

BLOCK = 1e8
"""How much is done without a pause, in nanoseconds on a core of 2020."""


class Outer(NamedTuple):
    """Directions for a matrix: sample n moves it by the outer product of two vectors."""

    left: Array
    """(N, I)"""
    right: Array
    """(N, H)"""


Direction: TypeAlias = Array | Outer
"""For N samples: (N, B, H) for what has a row for each row of the batch, (N, H) for a bias."""


class Push(NamedTuple):
    """What moves, for which of the samples, and where to."""

    moved: GradientOf
    samples: slice
    direction: Direction


class Slopes(NamedTuple):
    """The derivative of the loss for every sample, and how large its terms are."""

    derivative: Array
    """(K,)"""
    scale: Array
    """(K,): what it could be at most, were no p_t − 1 and no slope of f small and did nothing
    cancel: the rounding of h_t, p_t and the sums goes with this, not with the derivative."""


class ComplexStep:
    """The operations of a trace that its loss depends on, ready to be moved."""

    def __init__(self, trace: Trace) -> None:
        self._end = len(trace)
        self._rows = len(trace.given["target_1"].value)  # B
        self._parameters = frozenset(trace.places.gradients)
        mean = trace[trace.places.loss]
        self._count = float(mean.operands["T·B"])
        self._path = _path_to(mean)
        claims = [op for op in trace if op.gradient_of and op.gradient_of.operand is None]
        self._dh = {op.gradient_of.operation: abs(op.value) for op in claims if op.gradient_of}
        self._work = {op.index: _work(op) for op, _ in self._path}
        self._last_use = {i: op.index for op, origins in self._path for i in origins.values()}
        self._uses: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for op, _ in self._path:
            for name in op.operands:
                self._uses[op.operands.given(name) or ""].append((op.index, name))

    @property
    def samples_at_once(self) -> int:
        """How many samples make a block of work; at least so many that a product is worth it."""
        once, each = np.sum([*self._work.values()], axis=0)
        return int(np.clip((BLOCK - once) / each, 4, 256))

    def slopes(self, pushes: Sequence[Push], samples: int) -> Slopes:
        """The derivatives of the loss for ``samples`` directions at once."""
        return finished(self.sloping(pushes, samples))

    def sloping(self, pushes: Sequence[Push], samples: int) -> Generator[float, None, Slopes]:
        """What ``slopes`` does, yielding how much of it is done (0..1) after a block of work."""
        places = self._places(pushes)
        first = min(places, default=self._end)
        moved: dict[int, Array] = {}  # by operation, (K·B, ·)
        derivative, scale, work = np.zeros(samples), np.zeros(samples), 0.0
        for op, origins in self._path:
            if op.index < first:
                continue
            parts = {name: moved[i] for name, i in origins.items() if i in moved}
            if parts or op.index in places:
                step = _Step(op, samples, self._rows, self._parameters, parts)
                for operand, push in places.get(op.index, ()):
                    step.push(operand, push)
                moved[op.index] = step.result()
                if op.phase == "loss":
                    derivative += step.per_sample(moved.pop(op.index))
                    scale += step.per_sample(np.abs(step.moved["y_t"]).max(axis=1))
                elif op.index in self._dh and _linear(op) is None and step.moved:
                    scale += self._count * step.size_along(self._dh[op.index])
                work += np.dot(self._work[op.index], (1, samples))
            for i in origins.values():
                if self._last_use[i] == op.index:
                    moved.pop(i, None)
            if work > BLOCK:
                work = 0.0
                yield op.index / self._path[-1][0].index
        with np.errstate(all="ignore"):
            return Slopes(derivative / (STEP * self._count), scale / (STEP * self._count))

    def _places(self, pushes: Sequence[Push]) -> dict[int, list[tuple[str | None, Push]]]:
        """By operation: which of its operands is pushed there (None: its value)."""
        places: dict[int, list[tuple[str | None, Push]]] = defaultdict(list)
        for push in pushes:
            index, name = push.moved
            uses: Sequence[tuple[int, str | None]]
            uses = self._uses[name or ""] if index is None else [(index, name)]
            for use, operand in uses:
                places[use].append((operand, push))
        return places


class _Work(NamedTuple):
    """What an operation costs once, however many samples there are, and for each of them."""

    once: float
    each: float


def _work(op: Operation) -> _Work:
    """In the units of ``BLOCK``; a product must read its matrix, and multiply."""
    call, size = 20e3, op.value.size
    if op.function in (product_forward, affine_forward):
        W = list(op.operands.values())[1]
        return _Work(call + W.size, size * (5 + 0.1 * len(W)))
    if _linear(op) is not None:
        return _Work(call, 5.0 * size)
    return _Work(call, 60.0 * max(np.size(value) for value in op.operands.values()))


def _path_to(mean: Operation) -> list[tuple[Operation, dict[str, int]]]:
    """What ``mean`` depends on, in order; each with the operations that its operands come from."""
    found: dict[int, tuple[Operation, dict[str, int]]] = {}
    waiting = [mean]
    while waiting:
        sources = waiting.pop().operands.sources.values()
        for op in sources:
            if isinstance(op, Operation) and op.index not in found:
                made = {name: op.operands.origin(name) for name in op.operands}
                found[op.index] = op, {name: i for name, i in made.items() if i is not None}
                waiting.append(op)
    return [found[index] for index in sorted(found)]


@dataclass
class _Step:
    """An operation on the way to the loss, and how the samples move its operands and its value."""

    operation: Operation
    samples: int  # K
    rows: int  # B
    parameters: Container[str]
    moved: dict[str, Array]
    """The imaginary parts (K·B, ·) of operands."""
    outer: list[tuple[slice, Outer]] = field(default_factory=list)
    """What moves its matrix."""
    after: list[tuple[slice, Array]] = field(default_factory=list)
    """What moves its value."""

    def push(self, operand: str | None, push: Push) -> None:
        """Move ``operand``, or the value."""
        if isinstance(push.direction, Outer):
            self.outer.append((push.samples, push.direction))
        elif operand is None:
            self.after.append((push.samples, push.direction))
        else:
            before = self.moved.get(operand)
            width = np.shape(self.operation.operands[operand])[-1]
            imaginary = self.still(width) if before is None else before.copy()
            self.moved[operand] = self.pushed(imaginary, push.samples, push.direction)

    def result(self) -> Array:
        """The imaginary part of the value, (K·B, ·)."""
        with np.errstate(all="ignore"):
            if self.moved or self.outer:
                imaginary = self._through()
            else:
                imaginary = self.still(self.operation.value.shape[-1])
            if self.after:
                imaginary = imaginary.copy()  # it may be that of an operand
            for samples, direction in self.after:
                self.pushed(imaginary, samples, direction)
        return imaginary

    def still(self, width: int) -> Array:
        """The imaginary part of what does not move."""
        return np.zeros((self.samples * self.rows, width))

    def pushed(self, imaginary: Array, samples: slice, direction: Array) -> Array:
        """``imaginary``, changed in place."""
        shared = direction[:, None] if direction.ndim == 2 else direction  # a bias: by all rows
        self.by_sample(imaginary)[samples] += STEP * shared
        return imaginary

    def by_sample(self, values: Array) -> Array:
        """(K·B, ·) -> (K, B, ·), a view."""
        return values.reshape(self.samples, self.rows, *values.shape[1:])

    def per_sample(self, values: Array) -> Array:
        """(K·B,) -> (K,), summed over the batch."""
        total: Array = self.by_sample(values).sum(axis=1)
        return total

    def size_along(self, gradient: Array) -> Array:
        """(K,): how far the operands go along ``gradient`` (B, H), whatever the signs."""
        with np.errstate(all="ignore"):
            moved = sum(np.abs(self.by_sample(moved)) for moved in self.moved.values())
            size: Array = np.tensordot(moved, gradient, 2)
        return size

    def _through(self) -> Array:
        linear = _linear(self.operation)
        if linear is not None:
            return linear(self)
        operands = [self._complex(name) for name in self.operation.operands]
        if self.operation.held is None:
            return np.ascontiguousarray(self.operation.function(*operands).imag)
        # What is held is the same in all samples: there the mask (B, H) meets (K, B, H).
        value = self.operation.function(*map(self.by_sample, operands))
        return value.imag.reshape(self.samples * self.rows, -1)

    def _complex(self, name: str) -> Array:
        """An operand as all samples have it."""
        value = self.operation.operands[name]
        if self.operation.operands.given(name) in self.parameters:
            repeated = value
        else:
            repeated = np.tile(value, (self.samples, *[1] * (value.ndim - 1)))
        return repeated + 1j * self.moved[name] if name in self.moved else repeated


def _lookup(step: _Step) -> Array:
    W, x = step.operation.operands.values()
    return _by_matrix(step, lambda left: left[:, x], W.shape[1])


def _product(step: _Step) -> Array:
    (name, x), (_, W), *_ = step.operation.operands.items()
    total = _by_matrix(step, lambda left: left @ x.T, W.shape[1]) if step.outer else None
    if name not in step.moved:
        return step.still(W.shape[1]) if total is None else total
    return step.moved[name] @ W if total is None else total + step.moved[name] @ W


def _affine(step: _Step) -> Array:
    bias = list(step.operation.operands)[2]
    return _product(step) + step.moved.get(bias, 0)


def _add(step: _Step) -> Array:
    first, *others = step.moved.values()
    return sum(others, start=first)


def _by_matrix(step: _Step, coefficients: Callable[[Array], Array], width: int) -> Array:
    """What moving the matrix adds, (K·B, H): of x (l rᵀ), with ``coefficients`` x l (N, B)."""
    total = step.still(width)
    for samples, (left, right) in step.outer:
        moved = coefficients(left)[..., None] * right[:, None]  # (N, B, H)
        step.by_sample(total)[samples] += STEP * moved
    return total


LINEAR: Mapping[Callable[..., Array], Callable[[_Step], Array]] = {
    lookup_forward: _lookup,
    product_forward: _product,
    affine_forward: _affine,
    add_forward: _add,
}
"""The imaginary part of the value, for operations that are linear in each operand."""


def _linear(op: Operation) -> Callable[[_Step], Array] | None:
    """None where complex arithmetic is needed, as it is where something is held."""
    return LINEAR.get(op.function) if op.held is None else None
