"""The plain loop that a reader of min-char-rnn would write, to be compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array


class Bare(NamedTuple):
    """One character: its symbol, and the probabilities (V,) that it was drawn with."""

    symbol: int
    probabilities: Array


def bare_loop(
    params: Mapping[str, Array], rng: np.random.Generator, symbol: int = 0
) -> Iterator[Bare]:
    """Sample without an end from a state of zeros, after ``symbol``, at temperature 1.

    After Karpathy's min-char-rnn (2015), with the same arithmetic for each character and none of
    our own library: a product for each matrix, tanh, softmax by exp and sum, and a draw by the
    cumulative sum. Two things are quicker than there, so that what is compared with it has no easy
    win: a symbol's row of W_xh is looked up instead of multiplied with a one-hot vector, and the
    draw does without the checks of ``numpy.random.choice``, which alone take longer than the rest.
    """
    layers = range(sum(name.endswith("W_hh") for name in params))
    W_xh = [params[f"layer{i}.W_xh"] for i in layers]
    W_hh = [params[f"layer{i}.W_hh"] for i in layers]
    b_h = [params[f"layer{i}.b_h"] for i in layers]
    W_hy, b_y = params["W_hy"], params["b_y"]
    h = [np.zeros_like(b) for b in b_h]  # (H,) each
    while True:
        h[0] = np.tanh(W_xh[0][symbol] + np.dot(h[0], W_hh[0]) + b_h[0])  # (H,)
        for i in layers[1:]:
            h[i] = np.tanh(np.dot(h[i - 1], W_xh[i]) + np.dot(h[i], W_hh[i]) + b_h[i])  # (H,)
        y = np.dot(h[-1], W_hy) + b_y  # (V,)
        p = np.exp(y) / np.sum(np.exp(y))  # (V,)
        cumulative = np.cumsum(p, dtype=np.float64)  # (V,)
        symbol = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
        yield Bare(symbol, p)
