"""The textbook run over one window: every operation in order, with what it read and gave.

Slow on purpose and written apart from the fast path, which the tests hold against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Params, State
from rnn_tui.core.cells import CELLS
from rnn_tui.core.cells.textbook import Reading, ReadSymbols, ReadVectors, hand_down
from rnn_tui.core.checks import checked_inputs, checked_state, checked_window, window_size
from rnn_tui.core.ops import (
    add_backward_bias,
    affine_forward,
    clip_scale_forward,
    cross_entropy_forward,
    descend,
    mean_forward,
    norm_forward,
    product_backward_left,
    product_backward_right,
    scale_forward,
    softmax_cross_entropy_backward,
    softmax_forward,
    sum_over_time,
)
from rnn_tui.core.parameters import architecture_of, dtype_of, parameter_shapes
from rnn_tui.core.record import Operation, Recorder, Source, read_only


@dataclass(frozen=True, eq=False)
class Trace(Sequence[Operation]):
    """The operations of one window, in order: forward, loss, backward, sums, clipping, update.

    ``gradients`` are those before clipping; ``updated`` are the parameters after the update, or
    None if no learning rate was given. ``contributions`` are the operations that each parameter's
    gradient is the sum of, from t = T to 1. All arrays are read-only.
    """

    operations: tuple[Operation, ...]
    loss: float
    gradients: Params
    new_state: State
    state_gradient: State
    contributions: Mapping[str, tuple[Operation, ...]]
    updated: Params | None

    def __len__(self) -> int:
        return len(self.operations)

    @overload
    def __getitem__(self, index: int) -> Operation: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Operation, ...]: ...
    def __getitem__(self, index: int | slice) -> Operation | tuple[Operation, ...]:
        return self.operations[index]

    def sum_so_far(self, name: str, index: int) -> Array:
        """The part of the gradient of ``name`` that operations up to ``index`` have found."""
        parts = [part.value for part in self.contributions[name] if part.index <= index]
        return sum_over_time(parts) if parts else np.zeros_like(self.gradients[name])


def trace(
    params: Mapping[str, Array],
    inputs: npt.ArrayLike,
    targets: npt.ArrayLike,
    state: State,
    cell: str = "tanh",
    clip: float | None = None,
    learning_rate: float | None = None,
) -> Trace:
    """Run the textbook over one window.

    Takes what ``loss_and_gradients`` takes, raises what it raises, and equals it up to rounding.
    ``clip`` is the largest norm that all gradients together may have (0, infinity or None: any);
    ``learning_rate`` adds one update by plain gradient descent.
    """
    textbook = _Textbook(params, inputs, targets, state, cell)
    textbook.forward()
    loss = textbook.mean_loss()
    textbook.backward()
    gradients = textbook.sum_over_time()
    clipped = textbook.clip(gradients, clip)
    updated = None if learning_rate is None else textbook.update(clipped, learning_rate)
    return Trace(
        tuple(textbook.recorder.operations),
        float(loss.value.real),
        _values(gradients),
        tuple(_value(h) for h in textbook.h[textbook.T]),
        tuple(_value(f) for f in textbook.future),
        {name: tuple(parts) for name, parts in textbook.contributions.items()},
        None if updated is None else _values(updated),
    )


class _Textbook:
    """What is known so far. ``h[t][l]`` is the source of h_t of layer l, ``h[0]`` the state."""

    def __init__(
        self,
        params: Mapping[str, Array],
        inputs: npt.ArrayLike,
        targets: npt.ArrayLike,
        state: State,
        cell: str,
    ) -> None:
        self.architecture, self.dtype = architecture_of(params, cell), dtype_of(params)
        self.T, self.B = window_size(inputs)
        self.cell, self.recorder = CELLS[cell].textbook, Recorder()
        self.params = {name: read_only(params[name].copy()) for name in self._names()}
        x = checked_inputs(inputs, self.architecture, self.T, self.B)
        self.x = read_only(x.astype(self.dtype if x.ndim == 3 else np.intp))
        self.target = self._targets(targets)  # (T, B)
        self.count = read_only(np.asarray(self.T * self.B, self.dtype))
        checked_state(state, self.architecture, self.B)
        h_0: list[Source] = [read_only(np.array(h, self.dtype)) for h in state]
        self.h: list[list[Source]] = [h_0]
        self.y: list[Operation] = []
        self.p: list[Operation] = []
        self.future: list[Source] = []
        self.contributions: dict[str, list[Operation]] = {name: [] for name in self.params}

    def forward(self) -> None:
        """For t = 1..T: the layers from the bottom up, the readout, its softmax."""
        for t in range(1, self.T + 1):
            self.h.append([])
            for layer in range(self.architecture.layers):
                op = self.recorder.at("forward", t, layer)
                weights, h_prev = self._weights(layer), self.h[t - 1][layer]
                h = self.cell.forward(op, self._reading(t, layer), weights, h_prev)
                self.h[t].append(h)
            self._readout(t)

    def mean_loss(self) -> Operation:
        """The cross-entropy of every step, and their mean over time and batch."""
        losses: dict[str, Source] = {}
        for t in range(1, self.T + 1):
            operands: dict[str, Source] = {"y_t": self.y[t - 1], "target_t": self.target[t - 1]}
            formula = "loss_t = ln Σ exp(y_t) − y_t[target_t]"
            op = self.recorder.at("loss", t)
            losses[f"loss_{t}"] = op("cross-entropy", formula, cross_entropy_forward, operands)
        formula, operands = "loss = Σ_t Σ_b loss_t / (T·B)", {"T·B": self.count, **losses}
        return self.recorder.at("loss")("mean", formula, mean_forward, operands)

    def backward(self) -> None:
        """For t = T..1: the readout, then the layers from the top down."""
        nothing = read_only(np.zeros((self.B, self.architecture.hidden), self.dtype))  # (B, H)
        self.future = [nothing] * self.architecture.layers
        for t in range(self.T, 0, -1):
            above: Source = self._readout_backward(t)
            for layer in range(self.architecture.layers - 1, -1, -1):
                above = self._layer_backward(t, layer, above)

    def sum_over_time(self) -> dict[str, Operation]:
        """Each parameter is the same at all steps: its gradient is the sum of all parts."""
        sums = {}
        for name, parts in self.contributions.items():
            short, operands = _short(name), {f"d{_short(name)}^{part.t}": part for part in parts}
            op = self.recorder.at("sum", layer=_layer(name))
            formula = f"d{short} = Σ_t d{short}^t"
            sums[name] = op(f"sum d{short}", formula, sum_over_time, operands, streamed=True)
        return sums

    def clip(self, gradients: dict[str, Operation], limit: float | None) -> dict[str, Operation]:
        """All gradients shortened alike, so that together they are at most ``limit`` long."""
        if not limit or np.isinf(limit):
            return gradients
        op = self.recorder.at("clip")
        every = {f"d{name}": gradient for name, gradient in gradients.items()}
        norm = op("norm", "norm = √(Σ dW²)", norm_forward, every)
        terms: dict[str, Source] = {"norm": norm, "limit": read_only(np.asarray(limit))}
        scale = op("scale", "scale = min(1, limit / norm)", clip_scale_forward, terms)
        clipped = {}
        for name, gradient in gradients.items():
            op, d = self.recorder.at("clip", layer=_layer(name)), f"d{_short(name)}"
            operands = {d: gradient, "scale": scale}
            clipped[name] = op(f"clip {d}", f"{d} ← {d} · scale", scale_forward, operands)
        return clipped

    def update(self, gradients: dict[str, Operation], rate: float) -> dict[str, Operation]:
        """One step of gradient descent for each parameter."""
        updated = {}
        for name, gradient in gradients.items():
            op, W = self.recorder.at("update", layer=_layer(name)), _short(name)
            eta = read_only(np.asarray(rate))
            operands: dict[str, Source]
            operands = {W: self.params[name], "η": eta, f"d{W}": gradient}
            updated[name] = op(f"update {W}", f"{W} ← {W} − η d{W}", descend, operands)
        return updated

    def _readout(self, t: int) -> None:
        op = self.recorder.at("forward", t)
        operands = {"h_t": self.h[t][-1], "W_hy": self.params["W_hy"], "b_y": self.params["b_y"]}
        y = op("readout", "y_t = h_t W_hy + b_y", affine_forward, operands)
        self.y.append(y)
        self.p.append(op("softmax", "p_t = exp(y_t) / Σ exp(y_t)", softmax_forward, {"y_t": y}))

    def _readout_backward(self, t: int) -> Operation:
        op, h = self.recorder.at("backward", t), self.h[t][-1]
        operands = {"p_t": self.p[t - 1], "target_t": self.target[t - 1], "T·B": self.count}
        formula = "dy_t = (p_t − 1[target_t]) / (T·B)"
        dy = op("gradient of the logits", formula, softmax_cross_entropy_backward, operands)
        formula, operands = "dW_hy^t = h_tᵀ dy_t", {"h_t": h, "dy_t": dy}
        dW_hy = op("part of dW_hy", formula, product_backward_right, operands, stored=False)
        self.contributions["W_hy"].append(dW_hy)
        db_y = op("part of db_y", "db_y^t = Σ_b dy_t", add_backward_bias, {"dy_t": dy})
        self.contributions["b_y"].append(db_y)
        operands = {"dy_t": dy, "W_hy": self.params["W_hy"]}
        return op(
            "gradient of h from the output", "a_t = dy_t W_hyᵀ", product_backward_left, operands
        )

    def _layer_backward(self, t: int, layer: int, above: Source) -> Source:
        op, weights = self.recorder.at("backward", t, layer), self._weights(layer)
        h, h_prev = self.h[t][layer], self.h[t - 1][layer]
        W_hh, future = weights["W_hh"], self.future[layer]
        back = self.cell.backward(op, h, h_prev, W_hh, above, future)
        self.future[layer] = back.to_past
        dW_xh = self._reading(t, layer).backward(op, back.dz)
        for name, part in {"W_xh": dW_xh, **back.contributions}.items():
            self.contributions[f"layer{layer}.{name}"].append(part)
        return hand_down(op, back.dz, weights["W_xh"]) if layer else back.dz

    def _reading(self, t: int, layer: int) -> Reading:
        W_xh = self.params[f"layer{layer}.W_xh"]
        if layer:
            return ReadVectors(W_xh, self.h[t][layer - 1], f"h_t^({layer - 1})")
        read_first = ReadSymbols if self.x.ndim == 2 else ReadVectors
        return read_first(W_xh, self.x[t - 1])

    def _weights(self, layer: int) -> Params:
        names = self.params
        prefix = f"layer{layer}."
        return {name.removeprefix(prefix): names[name] for name in names if name.startswith(prefix)}

    def _names(self) -> list[str]:
        return list(parameter_shapes(self.architecture))

    def _targets(self, targets: npt.ArrayLike) -> Array:
        V = self.architecture.outputs
        return read_only(checked_window(targets, V, self.T, self.B, "targets").astype(np.intp))


def _values(operations: Mapping[str, Operation]) -> Params:
    return {name: operation.value for name, operation in operations.items()}


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _layer(name: str) -> int | None:
    return int(name.partition(".")[0].removeprefix("layer")) if "." in name else None


def _value(source: Source) -> Array:
    return source.value if isinstance(source, Operation) else source
