"""Is my loss right? What models that only count reach on the same held-out text.

An n-gram model predicts a symbol from the n - 1 before it by how often each symbol followed them
in the training text, with one added to every count (add-one or Laplace smoothing: Jurafsky and
Martin, "Speech and Language Processing", the chapter on n-gram language models):

    p(s | context) = (count(context, s) + 1) / (count(context) + V)

A network that has learnt anything is below ln V, and soon below the 1-gram line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

ORDERS = (0, 1, 2, 3)
"""How many symbols of context the models have."""

LONGEST = 2**22
"""Symbols that are counted at most: of a longer training text the last ones, of a longer held-out
text the first ones, so that no model takes more than about a second."""

_Codes = npt.NDArray[np.int64]


class Reference(NamedTuple):
    """A line for the chart of the loss."""

    name: str
    """``ln V``, ``1-gram``, ``2-gram``, ..."""
    nats: float
    """Mean cross-entropy a symbol."""


def references(
    training: npt.NDArray[Any],
    held_out: npt.NDArray[Any],
    vocabulary_size: int,
    orders: Sequence[int] = ORDERS,
) -> tuple[Reference, ...]:
    """Return ln V and the held-out cross-entropy of a model for each number of context symbols."""
    return tuple(each_reference(training, held_out, vocabulary_size, orders))


def each_reference(
    training: npt.NDArray[Any],  # (N,)
    held_out: npt.NDArray[Any],  # (M,)
    vocabulary_size: int,
    orders: Sequence[int] = ORDERS,
) -> Iterator[Reference]:
    """Yield the lines of ``references`` one at a time, the quickest first.

    A model is left out when its contexts are too many to number, or a text too short for one.
    """
    training, held_out = training[-LONGEST:], held_out[:LONGEST]
    yield Reference("ln V", math.log(vocabulary_size))
    for order in orders:
        fits = vocabulary_size ** (order + 1) < 2**63
        if fits and min(len(training), len(held_out)) > order:
            nats = add_one_cross_entropy(training, held_out, vocabulary_size, order)
            yield Reference(f"{order + 1}-gram", nats)


def add_one_cross_entropy(
    training: npt.NDArray[Any], held_out: npt.NDArray[Any], vocabulary_size: int, order: int
) -> float:
    """Return the mean of -ln p over the held-out symbols that have ``order`` others before them."""
    grams, counts = np.unique(
        _grams(training, vocabulary_size, order), return_counts=True
    )  # (G,) each
    contexts, starts = np.unique(grams // vocabulary_size, return_index=True)  # (C,) each
    totals = np.add.reduceat(counts, starts)  # (C,)
    wanted, repeats = np.unique(_grams(held_out, vocabulary_size, order), return_counts=True)
    seen = _counts_of(wanted, grams, counts)
    before = _counts_of(wanted // vocabulary_size, contexts, totals)
    nats = np.log(before + vocabulary_size) - np.log(seen + 1)
    return float(nats @ repeats / repeats.sum())


def _grams(symbols: npt.NDArray[Any], vocabulary_size: int, order: int) -> _Codes:
    """Return one number for every run of ``order + 1`` symbols: its digits in base V."""
    length = len(symbols) - order
    codes = symbols[:length].astype(np.int64)
    for offset in range(1, order + 1):
        codes *= vocabulary_size
        codes += symbols[offset : offset + length]
    return codes


def _counts_of(wanted: _Codes, keys: _Codes, counts: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Look ``wanted`` up among the ascending ``keys``; what is not there counts 0."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, counts[places], 0)
