"""How fast a single stream is sampled: as it is written, as it is looked at, and barely."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Any, Final

import numpy as np

from rnn_tui.bench.bare import bare_loop
from rnn_tui.bench.rounds import Contender, Rates, alternate
from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.settings import LONGEST, Settings
from rnn_tui.sampling.stream import TextStream
from rnn_tui.sampling.weights import Weights
from rnn_tui.text.vocabulary import Vocabulary

BARE: Final = "bare loop"
"""What the others are compared with."""

STREAM: Final = "text stream"
ENGINE: Final = "engine"

TEXT: Final = 400
"""Characters of one text on the screen, where every character is kept."""

_SURROGATES: Final = range(0xD800, 0xE000)


@dataclass(frozen=True)
class Sizes:
    """The sizes of a network that is sampled."""

    hidden: int = 128
    vocabulary: int = 100
    layers: int = 1

    def weights(self) -> Weights:
        """A fresh network in float32, the same each time."""
        V = self.vocabulary
        architecture = Architecture(V, self.hidden, self.layers, V)
        _, params = initialize(architecture, "uniform", np.random.default_rng(0), np.float32)
        codes = (code for code in range(0x20, sys.maxunicode) if code not in _SURROGATES)
        vocabulary = Vocabulary("character", tuple(map(chr, islice(codes, V))))
        return Weights(params, architecture.cell, vocabulary, 0, "benchmark")


def sampling_rates(sizes: Sizes, seconds: float) -> tuple[Rates, ...]:
    """Characters a second of each way to sample, at the same weights and at temperature 1."""
    weights = sizes.weights()
    contenders = {name: _drawing(make(weights)) for name, make in CONTENDERS.items()}
    return alternate(contenders, seconds)


def _drawing(characters: Iterator[Any]) -> Contender:
    """Take so many of them, and keep none."""
    return lambda pieces: deque(islice(characters, pieces), maxlen=0).clear()


def _stream(weights: Weights) -> Iterator[Any]:
    """What ``rnn-tui sample`` writes with."""
    return TextStream(weights, Settings(temperature=1.0, length=LONGEST))


def _engine(weights: Weights) -> Iterator[Any]:
    """What the screen keeps of each character, in texts as long as there, one after another."""
    settings = Settings(temperature=1.0, length=TEXT)
    return chain.from_iterable(Engine(weights, settings, number=number) for number in count())


def _bare(weights: Weights) -> Iterator[Any]:
    return bare_loop(weights.params, np.random.default_rng(0))


CONTENDERS: Final[dict[str, Callable[[Weights], Iterator[Any]]]] = {
    STREAM: _stream,
    ENGINE: _engine,
    BARE: _bare,
}
