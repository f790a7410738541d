"""How the textbook is run over one window: which operation follows which."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, State
from rnn_tui.core.cells import CELLS
from rnn_tui.core.cells.textbook import Forward, Reading, ReadSymbols, ReadVectors, hand_down
from rnn_tui.core.checks import checked_inputs, checked_state, checked_window, window_size
from rnn_tui.core.ops import (
    OF_ROWS,
    add_backward_bias,
    affine_forward,
    clip_scale_forward,
    clip_value_forward,
    cross_entropy_forward,
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
from rnn_tui.core.record import Given, GradientOf, Operation, Recorder, Source, read_only
from rnn_tui.core.updates import Update, given_for_update, record_update

Gradients: TypeAlias = dict[str, Operation]
"""By parameter: the operation that made its gradient, or clipped it."""


class Places(NamedTuple):
    """Where in the list of operations what is."""

    loss: int
    hidden: tuple[tuple[int, ...], ...]
    """``hidden[t - 1][layer]`` makes h_t of the layer."""
    contributions: Mapping[str, tuple[int, ...]]
    """By parameter: what its gradient is the sum of, from t = T to 1."""
    gradients: Mapping[str, int]
    state_gradient: tuple[int, ...]
    """One a layer."""
    updated: Mapping[str, int] | None


def sum_of_parts(sources: Iterable[Source]) -> Array:
    """The sum of the values; where it can be, by one operation on the rows of all steps.

    So the parts, each as large as the parameter, need not be made at all: 2 T B H² operations in
    one product. Both ways agree up to rounding.
    """
    parts = [source for source in sources if isinstance(source, Operation)]
    function, of_rows = parts[0].function, OF_ROWS.get(parts[0].function)
    if of_rows is None or any(part.function is not function for part in parts):
        return sum_over_time(part.value for part in parts)
    operands = zip(*(part.operands.values() for part in parts), strict=True)
    marked = zip(of_rows, operands, strict=True)
    return function(*(np.concatenate(steps) if rows else steps[0] for rows, steps in marked))


class TextbookPass:
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
        x = checked_inputs(inputs, self.architecture, self.T, self.B)
        V = self.architecture.outputs
        target = checked_window(targets, V, self.T, self.B, "targets")
        checked_state(state, self.architecture, self.B)
        self.given: dict[str, Given] = {}
        self.names = list(parameter_shapes(self.architecture))
        for name in self.names:
            self._give(name, params[name].copy())
        for layer, h in enumerate(state):
            self._give(f"state.layer{layer}", np.array(h, self.dtype))
        x = x.astype(self.dtype if x.ndim == 3 else np.intp)
        for t in range(1, self.T + 1):
            self._give(f"x_{t}", x[t - 1])
            self._give(f"target_{t}", target[t - 1].astype(np.intp))
        self._give("T·B", np.asarray(self.T * self.B, self.dtype))
        self._give("f_T", np.zeros((self.B, self.architecture.hidden), self.dtype))  # (B, H)
        layers = range(self.architecture.layers)
        self.h: list[list[Source]] = [[self.given[f"state.layer{layer}"] for layer in layers]]
        self.steps: list[list[Forward]] = []
        self.y: list[Operation] = []
        self.p: list[Operation] = []
        self.future: list[Source] = [self.given["f_T"] for _ in layers]
        self.parts: dict[str, list[Operation]] = {name: [] for name in self.names}
        self.gradients: dict[str, Operation] = {}
        self.updated: dict[str, int] | None = None

    def run(
        self, clip: float | None, clip_value: float | None, update: Update | None
    ) -> Iterator[float]:
        """Do everything, yielding how much is done; afterwards ask ``places``."""
        for t in range(1, self.T + 1):
            self._forward(t)
            yield 0.4 * t / self.T
        self.loss = self._mean_loss()
        for t in range(self.T, 0, -1):
            self._backward(t)
            yield 0.4 + 0.4 * (self.T + 1 - t) / self.T
        yield from map(_between(0.8, 0.85), self._sums_over_time())
        gradients = self.gradients
        if clip_value and not np.isinf(clip_value):
            gradients = yield from self._clip_values(gradients, clip_value)
        if clip and not np.isinf(clip):
            gradients = yield from self._clip_norm(gradients, clip)
        if update is not None:
            yield from map(_between(0.9, 1.0), self._update(gradients, update))
        yield 1.0

    def places(self) -> Places:
        """Where everything is, once it is done."""
        return Places(
            loss=self.loss.index,
            hidden=tuple(tuple(layer.h.index for layer in step) for step in self.steps),
            contributions={
                name: tuple(part.index for part in parts) for name, parts in self.parts.items()
            },
            gradients={name: gradient.index for name, gradient in self.gradients.items()},
            state_gradient=tuple(f.index for f in self.future if isinstance(f, Operation)),
            updated=self.updated,
        )

    def _give(self, name: str, value: Array) -> Given:
        self.given[name] = given = Given(name, read_only(value))
        return given

    def _forward(self, t: int) -> None:
        """The layers from the bottom up, the readout, its softmax."""
        self.h.append([])
        self.steps.append([])
        for layer in range(self.architecture.layers):
            op = self.recorder.at("forward", t, layer)
            names = {"W_hh": f"layer{layer}.W_hh", "b_h": f"layer{layer}.b_h"}
            weights = {short: self.given[name] for short, name in names.items()}
            done = self.cell.forward(op, self._reading(t, layer), weights, self.h[t - 1][layer])
            self.h[t].append(done.h)
            self.steps[t - 1].append(done)
        op, W_hy, b_y = self.recorder.at("forward", t), self.given["W_hy"], self.given["b_y"]
        operands: dict[str, Source] = {"h_t": self.h[t][-1], "W_hy": W_hy, "b_y": b_y}
        y = op("readout", "y_t = h_t W_hy + b_y", affine_forward, operands)
        self.y.append(y)
        self.p.append(op("softmax", "p_t = exp(y_t) / Σ exp(y_t)", softmax_forward, {"y_t": y}))

    def _mean_loss(self) -> Operation:
        """The cross-entropy of every step, and their mean over time and batch."""
        losses: dict[str, Source] = {}
        for t in range(1, self.T + 1):
            target = self.given[f"target_{t}"]
            operands: dict[str, Source] = {"y_t": self.y[t - 1], "target_t": target}
            formula = "loss_t = ln Σ exp(y_t) − y_t[target_t]"
            op = self.recorder.at("loss", t)
            losses[f"loss_{t}"] = op("cross-entropy", formula, cross_entropy_forward, operands)
        formula, terms = "loss = Σ_t Σ_b loss_t / (T·B)", {"T·B": self.given["T·B"], **losses}
        return self.recorder.at("loss")("mean", formula, mean_forward, terms)

    def _backward(self, t: int) -> None:
        """The readout, then the layers from the top down."""
        above: Source = self._readout_backward(t)
        for layer in range(self.architecture.layers - 1, -1, -1):
            above = self._layer_backward(t, layer, above)

    def _readout_backward(self, t: int) -> Operation:
        op, h, y = self.recorder.at("backward", t), self.h[t][-1], self.y[t - 1].index
        target, count = self.given[f"target_{t}"], self.given["T·B"]
        operands: dict[str, Source] = {"p_t": self.p[t - 1], "target_t": target, "T·B": count}
        formula = "dy_t = (p_t − 1[target_t]) / (T·B)"
        name, undo = "gradient of the logits", softmax_cross_entropy_backward
        dy = op(name, formula, undo, operands, GradientOf(y, None))
        formula, operands, of = "dW_hy^t = h_tᵀ dy_t", {"h_t": h, "dy_t": dy}, GradientOf(y, "W_hy")
        dW_hy = op("part of dW_hy", formula, product_backward_right, operands, of, stored=False)
        formula, of = "db_y^t = Σ_b dy_t", GradientOf(y, "b_y")
        db_y = op("part of db_y", formula, add_backward_bias, {"dy_t": dy}, of)
        self.parts["W_hy"].append(dW_hy)
        self.parts["b_y"].append(db_y)
        operands = {"dy_t": dy, "W_hy": self.given["W_hy"]}
        name, formula, of = (
            "gradient of h from the output",
            "a_t = dy_t W_hyᵀ",
            GradientOf(y, "h_t"),
        )
        return op(name, formula, product_backward_left, operands, of)

    def _layer_backward(self, t: int, layer: int, above: Source) -> Operation:
        op, undone = self.recorder.at("backward", t, layer), self.steps[t - 1][layer]
        back = self.cell.backward(op, undone, above, self.future[layer])
        self.future[layer] = back.to_past
        dW_xh = self._reading(t, layer).backward(op, back.dz, undone.u)
        for name, part in {"W_xh": dW_xh, **back.contributions}.items():
            self.parts[f"layer{layer}.{name}"].append(part)
        return hand_down(op, back.dz, undone.u) if layer else back.dz

    def _sums_over_time(self) -> Iterator[float]:
        """A parameter is the same at all steps: its gradient is the sum of all parts."""
        for name, parts in self.parts.items():
            short, operands = _short(name), {f"d{_short(name)}^{part.t}": part for part in parts}
            op, of = self.recorder.at("sum", layer=_layer(name)), GradientOf(None, name)
            title, formula = f"sum d{short}", f"d{short} = Σ_t d{short}^t"
            done = op(title, formula, sum_of_parts, operands, of, streamed=True)
            self.gradients[name] = done
            yield len(self.gradients) / len(self.names)

    def _clip_values(self, gradients: Gradients, bound: float) -> Generator[float, None, Gradients]:
        """Every element brought into -bound..bound, as in training before the norm is clipped."""
        limit, norm = self._give("bound", np.asarray(bound)), self._norm(gradients)
        clipped = {}
        for name, gradient in gradients.items():
            op, d = self.recorder.at("clip", layer=_layer(name)), f"d{_short(name)}"
            operands: dict[str, Source] = {d: gradient, "bound": limit, "norm": norm}
            formula = f"{d} ← min(max({d}, −bound), bound), if norm < ∞"
            clipped[name] = op(f"clip values of {d}", formula, clip_value_forward, operands)
            yield 0.85
        return clipped

    def _clip_norm(self, gradients: Gradients, limit: float) -> Generator[float, None, Gradients]:
        """All gradients shortened alike, so that together they are at most ``limit`` long."""
        norm, op = self._norm(gradients), self.recorder.at("clip")
        terms: dict[str, Source] = {"norm": norm, "limit": self._give("limit", np.asarray(limit))}
        scale = op("scale", "scale = min(1, limit / norm)", clip_scale_forward, terms)
        clipped = {}
        for name, gradient in gradients.items():
            op, d = self.recorder.at("clip", layer=_layer(name)), f"d{_short(name)}"
            operands = {d: gradient, "scale": scale}
            clipped[name] = op(f"clip {d}", f"{d} ← {d} · scale", scale_forward, operands)
            yield 0.87
        return clipped

    def _update(self, gradients: Gradients, update: Update) -> Iterator[float]:
        """The optimiser's lines, for one parameter after the other."""
        params = {name: self.given[name].value for name in self.names}
        self.given |= given_for_update(update, params)
        self.updated = {}
        for name, done in record_update(self.recorder, update.optimizer, self.given, gradients):
            self.updated[name] = done.index
            yield len(self.updated) / len(self.names)

    def _norm(self, gradients: Gradients) -> Operation:
        every = {f"d{name}": gradient for name, gradient in gradients.items()}
        return self.recorder.at("clip")("norm", "norm = √(Σ dW²)", norm_forward, every)

    def _reading(self, t: int, layer: int) -> Reading:
        W_xh = self.given[f"layer{layer}.W_xh"]
        if layer:
            return ReadVectors(W_xh, self.h[t][layer - 1], f"h_t^({layer - 1})")
        x = self.given[f"x_{t}"]
        return ReadSymbols(W_xh, x) if x.value.ndim == 1 else ReadVectors(W_xh, x)


def _between(start: float, end: float) -> Callable[[float], float]:
    return lambda done: start + (end - start) * done


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _layer(name: str) -> int | None:
    return int(name.partition(".")[0].removeprefix("layer")) if "." in name else None
