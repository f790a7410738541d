"""Training in a plain loop over characters, in the manner of min-char-rnn, to be compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from rnn_tui.bench.rule import Rule
from rnn_tui.core.arrays import Array, Params
from rnn_tui.text.batches import Window


class PlainLoop:
    """One stream, one character after the other, forward and then backward, all in NumPy.

    After Karpathy's min-char-rnn (2015), with the same work for each character: a product with
    each matrix, tanh, softmax; and backward an outer product for each matrix, added to its
    gradient. Three things differ, so that it computes what it is compared with, and so that this
    has no easy win: clipping is by the norm, the optimiser is Adam, and a symbol's row of W_xh is
    looked up, and only that row's gradient added to, instead of products with a one-hot vector.
    """

    def __init__(self, params: Mapping[str, Array], rule: Rule) -> None:
        self.params: Params = {name: value.copy() for name, value in params.items()}
        self.mean = {name: np.zeros_like(value) for name, value in params.items()}
        self.squares = {name: np.zeros_like(value) for name, value in params.items()}
        self.rule, self.steps, self.loss = rule, 0, math.nan
        self.h = np.zeros_like(params["layer0.b_h"])  # (H,)

    def step(self, window: Window) -> None:
        """One window of a single stream: inputs and targets ``(T, 1)``."""
        if window.reset:
            self.h = np.zeros_like(self.h)
        gradients = self._gradients(window.inputs[:, 0].tolist(), window.targets[:, 0].tolist())
        self._clip(gradients)
        self._adam(gradients)

    def wait(self) -> None:
        """Everything is done at once."""

    def _gradients(self, inputs: list[int], targets: list[int]) -> Params:
        W_xh, W_hh, b_h = (self.params[f"layer0.{name}"] for name in ("W_xh", "W_hh", "b_h"))
        W_hy, b_y = self.params["W_hy"], self.params["b_y"]
        T, h, p, loss = len(inputs), {-1: self.h}, {}, 0.0
        for t in range(T):
            h[t] = np.tanh(W_xh[inputs[t]] + np.dot(h[t - 1], W_hh) + b_h)  # (H,)
            y = np.dot(h[t], W_hy) + b_y  # (V,)
            e = np.exp(y - np.max(y))  # (V,)
            p[t] = e / np.sum(e)  # (V,)
            loss -= math.log(p[t][targets[t]])
        self.loss, self.h = loss / T, h[T - 1]
        gradients = {name: np.zeros_like(value) for name, value in self.params.items()}
        dW_xh, dW_hh, db_h, dW_hy, db_y = gradients.values()
        dh_next = np.zeros_like(b_h)  # (H,)
        for t in reversed(range(T)):
            dy = p[t] / T  # (V,)
            dy[targets[t]] -= 1 / T
            dW_hy += np.outer(h[t], dy)
            db_y += dy
            dh = np.dot(W_hy, dy) + dh_next  # (H,)
            dz = (1 - h[t] * h[t]) * dh  # (H,)
            db_h += dz
            dW_xh[inputs[t]] += dz
            dW_hh += np.outer(h[t - 1], dz)
            dh_next = np.dot(W_hh, dz)  # (H,)
        return gradients

    def _clip(self, gradients: Params) -> None:
        norm = math.sqrt(sum(float(np.sum(g * g)) for g in gradients.values()))
        if norm > self.rule.clip:
            for g in gradients.values():
                g *= self.rule.clip / norm

    def _adam(self, gradients: Params) -> None:
        self.steps += 1
        beta1, beta2 = self.rule.beta1, self.rule.beta2
        for name, g in gradients.items():
            m, v = self.mean[name], self.squares[name]
            m += (1 - beta1) * (g - m)
            v += (1 - beta2) * (g * g - v)
            mhat, vhat = m / (1 - beta1**self.steps), v / (1 - beta2**self.steps)
            eta, epsilon = self.rule.learning_rate, self.rule.epsilon
            self.params[name] -= eta * mhat / (np.sqrt(vhat) + epsilon)
