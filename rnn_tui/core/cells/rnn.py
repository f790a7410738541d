"""The Elman cell (Elman 1990): h_t = f(x_t W_xh + h_{t-1} W_hh + b_h), with f = tanh or relu."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Final

import numpy as np

from rnn_tui.core.arrays import Array, aligned_zeros
from rnn_tui.core.cells.inputs import Input
from rnn_tui.core.cells.products import AS_IT_LIES, StepwiseProduct, Widths
from rnn_tui.core.cells.textbook import ElmanTextbook

TOGETHER: Final = 1 << 14
"""Numbers whose slopes are computed at once: they stay in the caches until they are used."""


@dataclass(frozen=True)
class Activation:
    """f and its derivative, the latter from the value h = f(z)."""

    apply: Callable[[Array, Array], Any]
    """f(z) written into the second array."""
    slope: Callable[[Array, Array], Any]
    """f'(z), from h = f(z), written into the second array."""


def _tanh_slope(h: Array, out: Array) -> None:
    np.multiply(h, h, out)
    np.subtract(1, out, out)  # 1 - h^2


def _relu(z: Array, out: Array) -> None:
    # Complex numbers are ordered by their real part first: right for the complex step, too.
    np.maximum(z, 0, out=out)


def _relu_slope(h: Array, out: Array) -> None:
    np.greater(h, 0, out)


TANH = Activation(np.tanh, _tanh_slope)
RELU = Activation(_relu, _relu_slope)


@dataclass(frozen=True)
class ElmanCell:
    """One kind of cell: sizes of its parameters, its fast path and its textbook."""

    activation: Activation
    textbook: ElmanTextbook

    def layer_shapes(self, I: int, H: int) -> dict[str, tuple[int, ...]]:  # noqa: E741
        """The shapes of one layer's parameters, in order."""
        return {"W_xh": (I, H), "W_hh": (H, H), "b_h": (H,)}

    def layer(
        self, T: int, B: int, H: int, dtype: np.dtype[Any], widths: Widths = AS_IT_LIES
    ) -> ElmanLayer:
        """The fast path of one layer, with all buffers for windows of this size."""
        return ElmanLayer(self.activation, T, B, H, dtype, widths)

    def single(self, weights: Mapping[str, Array]) -> SingleElman:
        """The fast path of one layer that reads one stream, a step at a time."""
        return SingleElman(self.activation, weights)


class SingleElman:
    """One layer on one stream, whose state ``h`` (1, H) is changed in place, from zeros.

    Bit for bit what ``ElmanLayer`` computes for T = B = 1, in half the time: nothing is kept for
    a backward pass, and what is added are vectors, which NumPy does sooner than matrices.
    """

    def __init__(self, activation: Activation, weights: Mapping[str, Array]) -> None:
        self._apply, self._W_hh, self._b_h = activation.apply, weights["W_hh"], weights["b_h"]
        self.h, self._product = np.zeros((2, 1, self._b_h.size), self._b_h.dtype)  # (1, H) each
        self._vectors = self.h[0], self._product[0]  # (H,) each

    def forward(self, x: Array) -> None:
        """From ``h`` and the input x W_xh (H,) compute the next ``h``."""
        h, product = self._vectors
        self.h.dot(self._W_hh, self._product)  # (1, H)
        np.add(x, self._b_h, h)
        np.add(h, product, h)
        self._apply(h, h)


class ElmanLayer:
    """The fast path of one layer over a window: buffers allocated once, filled in place.

    ``hidden[t]`` is h_t for t = 0..T, and ``d[t]`` the gradient of the loss with respect to h_t,
    which ``backward`` turns into that with respect to z_t for t = 1..T. What only the backward pass
    needs is not there before the first one: text that is only read needs half as much.
    """

    def __init__(
        self, activation: Activation, T: int, B: int, H: int, dtype: np.dtype[Any], widths: Widths
    ) -> None:
        self._activation, self._widths = activation, widths
        self.hidden = aligned_zeros((T + 1, B, H), dtype)  # (T+1, B, H)
        h = list(
            self.hidden
        )  # once: indexing an array for every step costs as much as adding to it
        self._forward = StepwiseProduct(h[:-1], h[1:], widths.forward)
        vectors = [h_t.reshape(-1) for h_t in h[1:]]  # (B*H,) each
        self._in_place = list(zip(vectors, vectors, strict=True))
        self.outputs = self.hidden[1:].reshape(T * B, H)  # (T*B, H) h_1 .. h_T
        self.previous = self.hidden[:-1].reshape(T * B, H)  # (T*B, H) h_0 .. h_{T-1}

    @cached_property
    def d(self) -> Array:
        """(T+1, B, H)."""
        return aligned_zeros(self.hidden.shape, self.hidden.dtype)

    @cached_property
    def d_outputs(self) -> Array:
        """The same of t = 1..T, (T*B, H)."""
        return self.d[1:].reshape(self.outputs.shape)

    @cached_property
    def _ones(self) -> Array:
        return np.ones(len(self.outputs), self.hidden.dtype)  # (T*B,)

    @cached_property
    def _backward(self) -> StepwiseProduct:
        d = list(self.d[::-1])
        return StepwiseProduct(d[:-1], d[1:], self._widths.backward)

    @cached_property
    def _slopes(self) -> _Slopes:
        return _Slopes(self.hidden, self.d, self._activation)

    def forward(self, weights: Mapping[str, Array], x: Input) -> None:
        """From ``hidden[0]`` and the input ``x`` compute ``hidden[1:]``."""
        x.forward(weights["W_xh"], weights["b_h"], self.outputs)  # (T*B, H)
        # z_t += h_{t-1} W_hh, and h_t = f(z_t)
        self._forward.add(weights["W_hh"], self._activation.apply, self._in_place)

    def backward(
        self, weights: Mapping[str, Array], x: Input, gradients: Mapping[str, Array]
    ) -> None:
        """Through time, from T to 1, then every parameter's gradient by one product.

        ``d[1:]`` must hold the gradient of the loss with respect to h_t, by way of everything
        above this layer. Leaves ``d[0]``, that of the incoming state, and ``gradients``.
        """
        self._backward_through_time(weights["W_hh"].T)
        self.previous.T.dot(self.d_outputs, gradients["W_hh"])
        self._ones.dot(self.d_outputs, gradients["b_h"])
        x.backward(self.d_outputs, gradients["W_xh"])

    def backward_to_input(self, weights: Mapping[str, Array], dx: Array) -> None:
        """Write the gradient with respect to the input into ``dx`` (T*B, I)."""
        self.d_outputs.dot(weights["W_xh"].T, dx)

    def _backward_through_time(self, W_hh_T: Array) -> None:
        self.d[0].fill(0)
        multiply, slopes = np.multiply, chain.from_iterable(self._slopes.backwards())
        multiply(*next(slopes))  # h_T = f(z_T)
        # z_t = ... + h_{t-1} W_hh, so d_{t-1} += d_t W_hh^T
        self._backward.add(W_hh_T, multiply, slopes)


class _Slopes:
    """f'(z_t) for t = T..1, a few steps at a time: while they are near, and in little memory."""

    def __init__(self, hidden: Array, d: Array, activation: Activation) -> None:
        T, size = len(hidden) - 1, hidden[0].size
        steps = min(T, max(1, TOGETHER // size))
        slope = aligned_zeros((steps, size), hidden.dtype)  # (steps, B*H)
        self._slope = activation.slope
        self._groups = []
        for end in range(T + 1, 1, -steps):
            h = hidden[max(end - steps, 1) : end].reshape(-1, size)  # (steps, B*H)
            out = slope[: len(h)]
            times = range(end - 1, end - 1 - len(h), -1)
            flat = [d[t].reshape(-1) for t in times]  # (B*H,) each
            self._groups.append((h, out, list(zip(flat, out[::-1], flat, strict=True))))
        nothing = d[0].reshape(-1)[:0]  # (0,): no f made the incoming state
        self._groups[-1][-1].append((nothing, nothing, nothing))

    def backwards(self) -> Iterator[list[tuple[Array, Array, Array]]]:
        """What ``np.multiply`` takes for d_t, t = T..0; a group holds until the next one."""
        slope = self._slope
        for h, out, operands in self._groups:
            slope(h, out)
            yield operands
