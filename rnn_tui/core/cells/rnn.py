"""The Elman cell (Elman 1990): h_t = f(x_t W_xh + h_{t-1} W_hh + b_h), with f = tanh or relu."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.cells.inputs import Input
from rnn_tui.core.cells.textbook import ElmanTextbook


@dataclass(frozen=True)
class Activation:
    """f and its derivative, the latter from the value h = f(z)."""

    apply: Callable[[Array, Array], Any]
    """f(z) written into the second array."""
    slope: Callable[[Array, Array], Any]
    """f'(z), from h = f(z), written into the second array."""


def _tanh(z: Array, out: Array) -> None:
    np.tanh(z, out=out)


def _tanh_slope(h: Array, out: Array) -> None:
    np.multiply(h, h, out=out)
    np.subtract(1, out, out=out)  # 1 - h^2


def _relu(z: Array, out: Array) -> None:
    # Complex numbers are ordered by their real part first: right for the complex step, too.
    np.maximum(z, 0, out=out)


def _relu_slope(h: Array, out: Array) -> None:
    np.greater(h, 0, out=out)


TANH = Activation(_tanh, _tanh_slope)
RELU = Activation(_relu, _relu_slope)


@dataclass(frozen=True)
class ElmanCell:
    """One kind of cell: sizes of its parameters, its fast path and its textbook."""

    activation: Activation
    textbook: ElmanTextbook

    def layer_shapes(self, I: int, H: int) -> dict[str, tuple[int, ...]]:  # noqa: E741
        """The shapes of one layer's parameters, in order."""
        return {"W_xh": (I, H), "W_hh": (H, H), "b_h": (H,)}

    def layer(self, T: int, B: int, H: int, dtype: np.dtype[Any]) -> ElmanLayer:
        """The fast path of one layer, with all buffers for windows of this size."""
        return ElmanLayer(self.activation, T, B, H, dtype)

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
    which ``backward`` turns into that with respect to z_t for t = 1..T.
    """

    def __init__(self, activation: Activation, T: int, B: int, H: int, dtype: np.dtype[Any]):
        self._activation = activation
        self.hidden = np.zeros((T + 1, B, H), dtype)  # (T+1, B, H)
        self.d = np.zeros((T + 1, B, H), dtype)  # (T+1, B, H)
        self._slope = np.zeros((T + 1, B, H), dtype)  # (T+1, B, H)
        self._product = np.zeros((B, H), dtype)  # (B, H)
        self._ones = np.ones(T * B, dtype)  # (T*B,)
        # Views made once: indexing an array for every step costs as much as adding to it.
        self._h, self._d_t, self._slope_t = list(self.hidden), list(self.d), list(self._slope)
        self.outputs = self.hidden[1:].reshape(T * B, H)  # (T*B, H) h_1 .. h_T
        self.previous = self.hidden[:-1].reshape(T * B, H)  # (T*B, H) h_0 .. h_{T-1}
        self.d_outputs = self.d[1:].reshape(T * B, H)  # (T*B, H)

    def forward(self, weights: Mapping[str, Array], x: Input) -> None:
        """From ``hidden[0]`` and the input ``x`` compute ``hidden[1:]``."""
        h, product, apply = self._h, self._product, self._activation.apply
        W_hh = weights["W_hh"]
        x.forward(weights["W_xh"], self.outputs)  # (T*B, H)
        np.add(self.outputs, weights["b_h"], out=self.outputs)
        for t in range(1, len(h)):
            np.dot(h[t - 1], W_hh, out=product)  # (B, H)
            np.add(h[t], product, out=h[t])
            apply(h[t], h[t])

    def backward(
        self, weights: Mapping[str, Array], x: Input, gradients: Mapping[str, Array]
    ) -> None:
        """Through time, from T to 1, then every parameter's gradient by one product.

        ``d[1:]`` must hold the gradient of the loss with respect to h_t, by way of everything
        above this layer. Leaves ``d[0]``, that of the incoming state, and ``gradients``.
        """
        self._backward_through_time(weights["W_hh"].T)
        np.dot(self.previous.T, self.d_outputs, out=gradients["W_hh"])
        np.dot(self._ones, self.d_outputs, out=gradients["b_h"])
        x.backward(self.d_outputs, gradients["W_xh"])

    def backward_to_input(self, weights: Mapping[str, Array], dx: Array) -> None:
        """Write the gradient with respect to the input into ``dx`` (T*B, I)."""
        np.dot(self.d_outputs, weights["W_xh"].T, out=dx)

    def _backward_through_time(self, W_hh_T: Array) -> None:
        d, slope, product = self._d_t, self._slope_t, self._product
        self._activation.slope(self.hidden, self._slope)
        d[0].fill(0)
        for t in range(len(d) - 1, 0, -1):
            np.multiply(d[t], slope[t], out=d[t])  # h_t = f(z_t)
            np.dot(d[t], W_hh_T, out=product)  # (B, H) z_t = ... + h_{t-1} W_hh
            np.add(d[t - 1], product, out=d[t - 1])
