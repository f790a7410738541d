"""The fast path: stacked layers and the readout over a whole window, forward and backward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Params, State, aligned_zeros
from rnn_tui.core.cells import CELLS
from rnn_tui.core.cells.inputs import DenseInput, Input, SymbolInput
from rnn_tui.core.cells.products import AS_IT_LIES, Widths
from rnn_tui.core.checks import (
    checked_inputs,
    checked_parameters,
    checked_reals,
    checked_state,
    checked_symbols,
    checked_window,
    window_size,
)
from rnn_tui.core.parameters import (
    Architecture,
    architecture_of,
    dtype_of,
    flat_parameters,
    parameter_shapes,
)
from rnn_tui.core.row_work import Picked, RowBias
from rnn_tui.core.softmax import LogSum, Softmax

# A run that diverges says so by its loss; warnings would only be printed over the screen.
_quiet = np.errstate(all="ignore")


class LossAndGradients(NamedTuple):
    """What one window gives."""

    loss: float
    gradients: Params
    new_state: State


def loss_and_gradients(
    params: Mapping[str, npt.ArrayLike],
    inputs: npt.ArrayLike,
    targets: npt.ArrayLike,
    state: Sequence[npt.ArrayLike],
    cell: str = "tanh",
) -> LossAndGradients:
    """Loss of one window, its gradient by backpropagation through time, and the state after it.

    ``params``: ``layer0.W_xh (I, H)``, ``layer0.W_hh (H, H)``, ``layer0.b_h (H,)``, the same for
    ``layer1`` (its I is H) and so on, ``W_hy (H, V)``, ``b_y (V,)``, all float32 or all float64.
    ``inputs``: symbols ``(T, B)``, integers in [0, I), or vectors ``(T, B, I)``.
    ``targets``: symbols ``(T, B)``, integers in [0, V). ``state``: one ``(B, H)`` a layer.

    h_t = f(x_t W_xh + h_{t-1} W_hh + b_h), y_t = h_t W_hy + b_y, p_t = softmax(y_t); the loss is
    the mean of -ln p_t[target_t] over the T*B symbols, in nats. Gradients have the names, shapes
    and dtype of ``params``. Everything returned is new, nothing given is changed. Raises
    ``ValueError`` for names, shapes, dtypes or symbols that do not fit.
    """
    arrays = checked_parameters(params)
    architecture = architecture_of(arrays, cell)
    dtype = dtype_of(arrays)
    x = checked_reals(inputs, "inputs")
    T, B = window_size(x)
    if not np.iterable(state):
        raise ValueError(f"the state is {state!r}, expected one array (B, H) a layer")
    h = tuple(checked_reals(h, f"the numbers of state {layer}") for layer, h in enumerate(state))
    workspace = Workspace(architecture, T, B, dtype)
    loss = workspace.loss_and_gradients(arrays, x, targets, h)
    return LossAndGradients(loss, workspace.gradients, workspace.final_state())


class Workspace:
    """All buffers of one training window, allocated once, and the passes that fill them.

    The whole: ``loss_and_gradients`` for training, ``loss`` for held-out text. The halves, for a
    loss of one's own: ``logits = forward(params, inputs, state)``, then perhaps ``softmax()``, then
    ``backward_from(params, dlogits)`` with dL/dlogits ``(T, B, V)``; gradients are then those of
    that L. The logits share their buffer with ``probabilities``, which ``softmax`` puts in place.

    ``params`` must have the names, shapes and dtype that the workspace was made for. A complex
    dtype works for the forward pass and the loss (see ``gradcheck``).
    """

    def __init__(
        self,
        architecture: Architecture,
        T: int,
        B: int,
        dtype: npt.DTypeLike,
        widths: Widths = AS_IT_LIES,
    ) -> None:
        self.architecture, self.T, self.B, self.dtype = architecture, T, B, np.dtype(dtype)
        H, V, cell = architecture.hidden, architecture.outputs, CELLS[architecture.cell]
        shapes = parameter_shapes(architecture)
        self.gradients_flat, self.gradients = flat_parameters(shapes, self.dtype)
        layers = range(architecture.layers)
        self._layers = [cell.layer(T, B, H, self.dtype, widths) for _ in layers]
        names = list(cell.layer_shapes(1, 1))
        self._names = [[(f"layer{i}.{name}", name) for name in names] for i in layers]
        self._layer_gradients = self._by_layer(self.gradients)
        self.hidden = [layer.hidden for layer in self._layers]
        self.probabilities = aligned_zeros((T, B, V), self.dtype)  # (T, B, V)
        self._logits = self.probabilities.reshape(T * B, V)  # (T*B, V)
        self._dlogits = aligned_zeros((T * B, V), self.dtype)  # (T*B, V)
        self._softmax, self._bias = Softmax(T * B, V, self.dtype), RowBias(self._logits)
        self._at_targets = Picked(T * B, V, self.dtype)
        self._losses = np.zeros(T * B, np.result_type(self.dtype, np.float64))  # (T*B,)
        self._ones = np.ones(T * B, self.dtype)  # (T*B,)
        self._symbol_input = SymbolInput(T * B, H, self.dtype)
        self._input: Input = self._symbol_input

    @_quiet
    def loss_and_gradients(
        self,
        params: Mapping[str, Array],
        inputs: npt.ArrayLike,
        targets: npt.ArrayLike,
        state: State,
    ) -> float:
        """Forward, loss and backward: the loss; ``gradients`` and ``hidden`` hold the rest."""
        self._forward(params, inputs, state)
        loss = _at_least_zero(self._cross_entropy(targets))
        self._backward(params, self._cross_entropy_backward())
        return loss

    @_quiet
    def loss(
        self,
        params: Mapping[str, Array],
        inputs: npt.ArrayLike,
        targets: npt.ArrayLike,
        state: State,
    ) -> float:
        """Forward and loss only: mean cross-entropy over the window, in nats."""
        self._forward(params, inputs, state)
        return _at_least_zero(self._cross_entropy(targets))

    @_quiet
    def forward(self, params: Mapping[str, Array], inputs: npt.ArrayLike, state: State) -> Array:
        """All hidden states and the logits ``(T, B, V)``, from symbols or vectors and a state."""
        self._forward(params, inputs, state)
        return self.probabilities

    @_quiet
    def softmax(self) -> LogSum:
        """Turn the logits into probabilities in place, and return ln Σ exp(logits) in two parts.

        They hold until the next call.
        """
        return self._softmax(self._logits, self._dlogits)

    @_quiet
    def cross_entropy(self, targets: npt.ArrayLike) -> Any:
        """Mean of ln Σ exp(y_t) - y_t[target_t] in nats, a NumPy scalar; leaves probabilities.

        No probability is ever looked at, so one that underflows still has a finite loss. Logits are
        subtracted from each other first: beside a large one the logarithm would lose its digits.
        """
        return self._cross_entropy(targets)

    @_quiet
    def backward_from(self, params: Mapping[str, Array], dlogits: Array) -> None:
        """Backward through time from any dL/dlogits ``(T, B, V)``, after ``forward``."""
        if np.shape(dlogits) != self.probabilities.shape:
            expected = self.probabilities.shape
            raise ValueError(f"dlogits has shape {np.shape(dlogits)}, expected {expected}")
        self._dlogits[...] = dlogits.reshape(self._dlogits.shape)
        self._backward(params, self._dlogits)

    def final_state(self) -> State:
        """Copies of h_T, one ``(B, H)`` a layer: the incoming state of the next window."""
        return tuple(hidden[-1].copy() for hidden in self.hidden)

    def state_gradient(self) -> State:
        """After a backward pass: dL/dh_0, one ``(B, H)`` a layer."""
        return tuple(layer.d[0].copy() for layer in self._layers)

    # What follows is called where NumPy was told to be quiet: telling it takes a microsecond.

    def _forward(self, params: Mapping[str, Array], inputs: npt.ArrayLike, state: State) -> None:
        self._copy_state(state)
        self._input = x = self._read(inputs)
        for layer, weights in zip(self._layers, self._by_layer(params), strict=True):
            layer.forward(weights, x)
            x = DenseInput(layer.outputs)
        self._layers[-1].outputs.dot(params["W_hy"], self._logits)  # (T*B, V)
        self._bias.add(params["b_y"])

    def _cross_entropy(self, targets: npt.ArrayLike) -> Any:
        V, losses = self.architecture.outputs, self._losses
        self._at_targets.move_to(checked_window(targets, V, self.T, self.B, "targets"))
        losses[:] = self._at_targets.read(self._logits)  # (T*B,)
        log_sum, top = self._softmax(self._logits, self._dlogits)
        np.subtract(losses, top, losses)
        np.subtract(log_sum, losses, losses)
        return np.add.reduce(losses) / len(losses)

    def _cross_entropy_backward(self) -> Array:
        """dL/dlogits = (p - y) / (T*B), y being 1 at the target and 0 elsewhere: (T*B, V)."""
        scale = 1 / len(self._dlogits)
        np.multiply(self._logits, scale, self._dlogits)
        self._at_targets.subtract(scale, self._dlogits)
        return self._dlogits

    def _backward(self, params: Mapping[str, Array], dlogits: Array) -> None:
        top, weights = self._layers[-1], self._by_layer(params)
        top.outputs.T.dot(dlogits, self.gradients["W_hy"])  # (H, V)
        self._ones.dot(dlogits, self.gradients["b_y"])  # (V,)
        dlogits.dot(params["W_hy"].T, top.d_outputs)  # (T*B, H)
        for i in range(len(self._layers) - 1, 0, -1):
            layer, below = self._layers[i], self._layers[i - 1]
            layer.backward(weights[i], DenseInput(below.outputs), self._layer_gradients[i])
            layer.backward_to_input(weights[i], below.d_outputs)
        self._layers[0].backward(weights[0], self._input, self._layer_gradients[0])

    def _by_layer(self, params: Mapping[str, Array]) -> list[Params]:
        return [{name: params[key] for key, name in names} for names in self._names]

    def _copy_state(self, state: State) -> None:
        checked_state(state, self.architecture, self.B)
        for hidden, h in zip(self.hidden, state, strict=True):
            hidden[0] = h

    def _read(self, inputs: npt.ArrayLike) -> Input:
        x = checked_inputs(inputs, self.architecture, self.T, self.B)
        if x.ndim == 3:
            return DenseInput(x.astype(self.dtype).reshape(self.T * self.B, -1))
        self._symbol_input.x[:] = x.reshape(-1)
        return self._symbol_input


@_quiet
def step(
    params: Mapping[str, Array], inputs: npt.ArrayLike, state: State, cell: str = "tanh"
) -> tuple[Array, State]:
    """One time step: logits ``(B, V)`` and the new state, from symbols ``(B,)`` or ``(B, I)``.

    ``params`` are taken to be right, for this runs once for every symbol of a sample; the symbols
    are looked at, and ``ValueError`` says which do not fit.
    """
    x, activate = np.asarray(inputs), CELLS[cell].activation.apply
    if x.ndim == 1:
        x = checked_symbols(x, len(params["layer0.W_xh"]), "inputs")
    new_state = []
    for i, h_prev in enumerate(state):
        W_xh, W_hh = params[f"layer{i}.W_xh"], params[f"layer{i}.W_hh"]
        h = W_xh[x] if x.ndim == 1 else np.dot(x, W_xh)  # (B, H)
        h = h + np.dot(h_prev, W_hh) + params[f"layer{i}.b_h"]  # (B, H)
        activate(h, h)
        new_state.append(h)
        x = h
    return np.dot(x, params["W_hy"]) + params["b_y"], tuple(new_state)


def _at_least_zero(mean: Any) -> float:
    """The loss: where a network is sure, rounding may leave it a little below 0. NaN stays NaN."""
    loss = float(mean.real)
    return 0.0 if loss < 0.0 else loss
