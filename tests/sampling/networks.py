"""Small networks whose logits differ clearly, with any vocabulary."""

from __future__ import annotations

import numpy as np

from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture
from rnn_tui.sampling.tree import Mark
from rnn_tui.sampling.weights import Weights
from rnn_tui.text.vocabulary import Vocabulary

LETTERS = "abcdefgh"


def make_weights(
    symbols: str = LETTERS,
    layers: int = 2,
    cell: str = "tanh",
    dtype: type = np.float64,
    seed: int = 2,
    hidden: int = 6,
    step: int = 7,
) -> Weights:
    V = len(symbols)
    architecture = Architecture(V, hidden, layers, V, cell)
    rng = np.random.default_rng(seed)
    flat, params = initialize(architecture, "normal", rng, dtype)
    flat += rng.normal(0, 0.4, flat.shape).astype(dtype)  # biases, too
    return Weights(params, cell, Vocabulary("character", tuple(sorted(symbols))), step, "owl")


def byte_weights(**sizes) -> Weights:
    """A network of all 256 bytes."""
    weights = make_weights("".join(map(chr, range(256))), **sizes)
    vocabulary = Vocabulary("byte", weights.vocabulary.symbols)
    return Weights(weights.params, weights.cell, vocabulary, weights.step, weights.name)


def symbols_of(marks) -> list[int]:
    return [mark.symbol for mark in marks]


def text_of(weights: Weights, marks) -> str:
    return weights.vocabulary.decode(symbols_of(marks))


def same(one: Mark, other: Mark) -> bool:
    """Whether two marks hold the same bits, whatever they grew from."""
    numbers = ("symbol", "depth", "draws", "probability", "entropy", "surprise", "rank")
    arrays = zip((*one.state, one.logits), (*other.state, other.logits), strict=True)
    return all(getattr(one, name) == getattr(other, name) for name in numbers) and all(
        np.array_equal(a, b) for a, b in arrays
    )
