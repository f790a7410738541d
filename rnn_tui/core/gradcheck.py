"""Is the backward pass right? The complex-step derivative knows, to the last digits.

For a real-analytic f, Im f(x + ih) / h = f'(x) + O(h²) (Squire & Trapp 1998, SIAM Review 40,
equation 3). Nothing is subtracted, so h may be so small that the error is rounding alone. Central
differences, where h must be a compromise, agree to about 1e-10 only and miss small mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Params, State
from rnn_tui.core.checks import window_size
from rnn_tui.core.model import Workspace
from rnn_tui.core.parameters import architecture_of

STEP = 1e-200
"""h. Its square is below the smallest number there is, so that O(h²) is nothing."""

TOLERANCE = 1e-10
"""The largest relative error that passes, in float64."""

FLOOR = 1e-3
"""Elements smaller than this share of the largest in their array are compared with that instead."""

STATE = "state.layer"
"""The incoming state of layer 0 is checked under the name ``state.layer0``."""


class Gradients(NamedTuple):
    """What a backward pass gives: of every parameter, and of the incoming state."""

    parameters: Mapping[str, Array]
    state: State


Backward = Callable[[Params, Array, Array, State, str], Gradients]
"""(params, inputs, targets, state, cell) -> gradients of the mean cross-entropy."""


class ParameterCheck(NamedTuple):
    """How well the backward pass and the derivative agree on one array."""

    name: str
    shape: tuple[int, ...]
    checked: int
    """How many elements were looked at."""
    max_absolute_error: float
    max_relative_error: float
    worst_index: tuple[int, ...]
    """The element with the largest relative error, and what both say of it."""
    backward_value: float
    derivative: float
    passed: bool


def fast_backward(
    params: Params, inputs: Array, targets: Array, state: State, cell: str
) -> Gradients:
    """The backward pass that trains."""
    T, B = window_size(inputs)
    workspace = Workspace(architecture_of(params, cell), T, B, np.float64)
    workspace.loss_and_gradients(params, inputs, targets, state)
    return Gradients(workspace.gradients, workspace.state_gradient())


def check_gradients(
    params: Mapping[str, Array],
    inputs: npt.ArrayLike,
    targets: npt.ArrayLike,
    state: State,
    cell: str = "tanh",
    backward: Backward = fast_backward,
    most: int | None = None,
) -> Iterator[ParameterCheck]:
    """One ``ParameterCheck`` after the other: parameters in their order, then the state.

    Takes what ``loss_and_gradients`` takes, and works in float64 whatever the dtype. ``most``
    limits the elements looked at in one array, evenly spread; each costs one forward pass. The
    relative error is |a - b| / max(|a|, |b|, 1e-3 of the largest magnitude in the array), so that
    elements near zero are not asked for digits that rounding has taken.
    """
    real = {name: np.array(value, np.float64) for name, value in params.items()}
    state = tuple(np.array(h, np.float64) for h in state)
    x, target = np.asarray(inputs), np.asarray(targets)
    found = backward(real, x, target, state, cell)
    loss = _ComplexLoss(real, x, target, state, cell)
    states = {f"{STATE}{layer}": gradient for layer, gradient in enumerate(found.state)}
    gradients = {**found.parameters, **states}
    for name, variable in loss.variables.items():
        yield _check(name, variable, gradients[name], loss, most)


class _ComplexLoss:
    """The loss as a function of complex parameters and state, changed in place."""

    def __init__(
        self, params: Params, inputs: Array, targets: Array, state: State, cell: str
    ) -> None:
        T, B = window_size(inputs)
        self._workspace = Workspace(architecture_of(params, cell), T, B, np.complex128)
        self._params = {name: value.astype(np.complex128) for name, value in params.items()}
        self._state = tuple(h.astype(np.complex128) for h in state)
        self._inputs, self._targets = inputs, targets
        states = {f"{STATE}{layer}": h for layer, h in enumerate(self._state)}
        names = self._workspace.gradients
        self.variables = {name: self._params[name] for name in names} | states

    def derivative(self, variable: Array, index: tuple[int, ...]) -> float:
        """Of the loss with respect to one element."""
        real = variable[index]
        variable[index] = real + 1j * STEP
        self._workspace.forward(self._params, self._inputs, self._state)
        loss = self._workspace.cross_entropy(self._targets)
        variable[index] = real
        return float(loss.imag / STEP)


def _check(
    name: str, variable: Array, gradient: Array, loss: _ComplexLoss, most: int | None
) -> ParameterCheck:
    count = variable.size if most is None else min(most, variable.size)
    chosen = np.linspace(0, variable.size - 1, count).astype(int)
    indices = [tuple(int(i) for i in np.unravel_index(k, variable.shape)) for k in chosen]
    derivative = np.array([loss.derivative(variable, index) for index in indices])
    value = np.array([gradient[index] for index in indices])
    error = np.abs(value - derivative)  # (checked,)
    size = np.maximum(np.abs(value), np.abs(derivative))
    floor = FLOOR * max(size.max(), np.finfo(float).tiny)
    with np.errstate(all="ignore"):  # an infinite gradient: its error is NaN, and fails
        relative = error / np.maximum(size, floor)
    worst = int(np.argmax(relative))
    largest = float(relative[worst])
    return ParameterCheck(
        name=name,
        shape=variable.shape,
        checked=len(indices),
        max_absolute_error=float(error.max()),
        max_relative_error=largest,
        worst_index=indices[worst],
        backward_value=float(value[worst]),
        derivative=float(derivative[worst]),
        passed=largest <= TOLERANCE,
    )
