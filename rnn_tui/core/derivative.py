"""What the backward pass says of one number, beside the derivative: the debugger's verdict."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.complexstep import ComplexStep, Direction, Outer, Push
from rnn_tui.core.gradcheck import FLOOR, TOLERANCE
from rnn_tui.core.record import GradientOf, Operation
from rnn_tui.core.trace import Trace


@dataclass(frozen=True)
class Verification:
    """One number of the backward pass beside the derivative that it claims to be."""

    index: int
    """The operation whose value the number is an element of."""
    element: tuple[int, ...]
    backward: float
    derivative: float
    error: float
    """Relative, as ``relative_error`` says; NaN where a number is not finite."""
    passed: bool


@dataclass(frozen=True)
class Wrong:
    """The first operation that is not what it should be.

    The element is the one that differs most, of those of a gradient that were looked at. In
    clipping and update, ``derivative`` is the value that was intended.
    """

    index: int
    element: tuple[int, ...]
    backward: float
    derivative: float
    error: float


TOLERANCES = {"float64": TOLERANCE, "float32": 1e-3}
"""The largest error that passes, by the dtype of the network."""


LOOKED_AT = 64
"""Elements of a wrong gradient among which the worst is chosen."""


def tolerance(trace: Trace) -> float:
    """The largest error that passes. The derivative is computed in float64 whatever the dtype."""
    return TOLERANCES[str(trace.given["b_y"].value.dtype)]


def relative_error(backward: Array, derivative: Array, floor: Array | float) -> Array:
    """|a - b| / max(|a|, |b|, floor), so that numbers near zero are not asked for digits that
    rounding has taken: ``floor`` is FLOOR of the largest number beside them, or of the terms that
    they are the sum of, if those are larger."""
    size = np.maximum(np.maximum(np.abs(backward), np.abs(derivative)), floor)
    with np.errstate(all="ignore"):
        error: Array = np.abs(backward - derivative) / np.maximum(size, np.finfo(float).tiny)
    return error


def verify(trace: Trace, index: int, element: tuple[int, ...]) -> Verification:
    """Compare one element of a gradient with the complex-step derivative.

    Raises ValueError, in plain words, if operation ``index`` is not a derivative of the loss, or
    has no such element.
    """
    operation = trace[index]
    moved, value = _claim(operation), operation.value
    _check_element(operation, value, element)
    direction = directions(trace, moved, np.array([element]))
    found = ComplexStep(trace).slopes([Push(moved, slice(None), direction)], 1)
    backward, derivative = float(value[element]), float(found.derivative[0])
    floor = FLOOR * max(float(np.abs(value).max()), float(found.scale[0]))
    error = float(relative_error(np.array(backward), np.array(derivative), floor))
    passed = error <= tolerance(trace)
    return Verification(index, element, backward, derivative, error, passed)


def derivative(trace: Trace, gradient_of: GradientOf, direction: Array) -> float:
    """Of the loss along ``direction``, which has the shape of what ``gradient_of`` names.

    A direction of a matrix is taken row by row, and costs as many samples.
    """
    if is_matrix(trace, gradient_of):
        samples = len(direction)
        pushed: Direction = Outer(np.eye(samples), direction)
    else:
        samples, pushed = 1, direction[None]
    found = ComplexStep(trace).slopes([Push(gradient_of, slice(None), pushed)], samples)
    return float(found.derivative.sum())


def is_matrix(trace: Trace, moved: GradientOf) -> bool:
    """Whether it is a parameter with rows and columns."""
    name = moved.operand or ""
    if moved.operation is not None and name:
        name = trace[moved.operation].operands.given(name) or ""
    return name in trace.places.gradients and trace.given[name].value.ndim == 2


def directions(trace: Trace, moved: GradientOf, elements: Array) -> Direction:
    """One sample for each of ``elements`` (N, axes), which moves that element alone."""
    shape = _moved_shape(trace, moved)
    if is_matrix(trace, moved):
        rows, columns = elements.T
        return Outer(np.eye(shape[0])[rows], np.eye(shape[1])[columns])
    direction = np.zeros((len(elements), *shape))
    direction[(np.arange(len(elements)), *elements.T)] = 1
    return direction


def _moved_shape(trace: Trace, moved: GradientOf) -> tuple[int, ...]:
    if moved.operation is None:
        return trace.given[moved.operand or ""].value.shape
    operation = trace[moved.operation]
    value = operation.value if moved.operand is None else operation.operands[moved.operand]
    return value.shape


def is_finite(trace: Trace) -> bool:
    """Whether all numbers of the pass are. The loss comes first, for it tells the most."""
    stored = (operation.stored for operation in trace)  # what is not stored shows in its sum
    return bool(np.isfinite(trace.loss)) and all(
        bool(np.isfinite(value).all()) for value in stored if value is not None
    )


def first_wrong(trace: Trace) -> Generator[float, None, Wrong | None]:
    """Find the first operation of the backward pass that is not the derivative it claims to be.

    What only hands a wrong value on is wrong, too, so the first is where the mistake is. Clipping
    and update, which are not derivatives, are compared with what was intended. Yields how much is
    done, 0..1. Directions are random but fixed. Where a number of the pass is not finite, nothing
    can be compared, and the answer is None.
    """
    if not is_finite(trace):
        return None
    path, rng = ComplexStep(trace), np.random.default_rng(0)
    groups = _groups(trace)
    size = path.samples_at_once
    for start in range(0, len(groups), size):
        together = [
            [_probe(trace, op, rng) for op in group] for group in groups[start : start + size]
        ]
        agree = yield from _agreeing(trace, path, together, start / len(groups))
        for group in (group for group, agrees in zip(together, agree, strict=True) if not agrees):
            wrong = _first_of(trace, path, group)
            if wrong is not None:
                return wrong
        yield min(1.0, (start + size) / len(groups))
    return _first_unintended(trace)


class _Probe(NamedTuple):
    """A gradient along one random direction, which is weighted so that all are of order 1."""

    operation: Operation
    moved: GradientOf
    direction: Direction
    along: float
    """What the backward pass says of the direction."""


def _groups(trace: Trace) -> list[list[Operation]]:
    """The gradients, in order, by time step; the sums together."""
    claims = (op for op in trace if op.gradient_of is not None)
    return [list(group) for _, group in groupby(claims, key=lambda op: (op.phase, op.t))]


def _probe(trace: Trace, operation: Operation, rng: np.random.Generator) -> _Probe:
    moved, value = _claim(operation), np.asarray(operation.value, np.float64)
    with np.errstate(all="ignore"):
        length = float(np.linalg.norm(value))
    weight = 1 / length if 0 < length < np.inf else 1.0
    with np.errstate(all="ignore"):
        if is_matrix(trace, moved):
            left, right = (rng.standard_normal((1, size)) for size in value.shape)
            pair = Outer(weight * left, right)
            return _Probe(operation, moved, pair, (pair.left @ value @ pair.right.T).item())
        direction = weight * rng.standard_normal((1, *value.shape))
        return _Probe(operation, moved, direction, float((value * direction).sum()))


def _agreeing(
    trace: Trace, path: ComplexStep, groups: Sequence[Sequence[_Probe]], done: float
) -> Generator[float, None, list[bool]]:
    """Whether each group, moved all at once, agrees: as cheap as one operation.

    What is wrong by more than rounding shows in the sum, for all are of the same size.
    """
    pushes = [
        Push(probe.moved, slice(k, k + 1), probe.direction)
        for k, group in enumerate(groups)
        for probe in group
    ]
    run = path.sloping(pushes, len(groups))
    while True:
        try:
            next(run)
            yield done
        except StopIteration as end:
            along = np.array([sum(probe.along for probe in group) for group in groups])
            return list(np.abs(along - end.value.derivative) <= tolerance(trace))


def _first_of(trace: Trace, path: ComplexStep, group: Sequence[_Probe]) -> Wrong | None:
    """The first of a group that is wrong by itself."""
    pushes = [Push(probe.moved, slice(k, k + 1), probe.direction) for k, probe in enumerate(group)]
    found = path.slopes(pushes, len(group))
    along = np.array([probe.along for probe in group])
    error = relative_error(along, found.derivative, np.maximum(1, FLOOR * found.scale))
    wrong = np.flatnonzero(error > tolerance(trace))
    return _worst_of(trace, path, group[wrong[0]].operation) if wrong.size else None


def _worst_of(trace: Trace, path: ComplexStep, operation: Operation) -> Wrong:
    """Where a wrong gradient is worst, of its largest elements and of some that spread evenly."""
    value, moved, count = np.asarray(operation.value, np.float64), _claim(operation), LOOKED_AT // 2
    largest = np.argsort(np.abs(value), axis=None)[-count:]
    spread = np.linspace(0, value.size - 1, min(count, value.size)).astype(int)
    at = np.unravel_index(np.unique(np.concatenate([largest, spread])), value.shape)
    elements = np.stack(at, axis=1)  # (N, axes)
    push = Push(moved, slice(None), directions(trace, moved, elements))
    found = path.slopes([push], len(elements))
    floor = FLOOR * np.maximum(found.scale, np.abs(value).max())
    return _worst(operation, elements, value[at], found.derivative, floor)


def _worst(
    operation: Operation, elements: Array, value: Array, right: Array, floor: Array | float
) -> Wrong:
    error = relative_error(value, right, floor)
    k = int(np.argmax(error))
    element = tuple(int(i) for i in elements[k])
    return Wrong(operation.index, element, float(value[k]), float(right[k]), float(error[k]))


def _first_unintended(trace: Trace) -> Wrong | None:
    """The first clipping or update whose value is not the intended one."""
    for operation in trace:
        if operation.gradient_of is None and operation.intended is not None:
            value, right = operation.value, operation.intended.value
            elements = np.argwhere(np.ones(value.shape, bool))
            floor = FLOOR * float(np.abs(right).max())
            wrong = _worst(operation, elements, value.ravel(), right.ravel(), floor)
            if wrong.error > tolerance(trace):
                return wrong
    return None


PLACES = {
    "forward": "a forward operation",
    "loss": "an operation of the loss",
    "clip": "an operation of the clipping",
    "update": "an operation of the update",
}


def _claim(operation: Operation) -> GradientOf:
    if operation.gradient_of is None:
        at = f" at t = {operation.t}" if operation.t else ""
        place = PLACES.get(operation.phase, "not a derivative")
        raise ValueError(f"{operation.name}{at} is {place}: verify asks about gradients")
    return operation.gradient_of


def _check_element(operation: Operation, value: Array, element: tuple[int, ...]) -> None:
    inside = all(0 <= i < size for i, size in zip(element, value.shape, strict=False))
    if len(element) != value.ndim or not inside:
        shape = " × ".join(map(str, value.shape))
        raise ValueError(f"{operation.symbol} is {shape}: there is no element {list(element)}")
