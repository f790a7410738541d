"""The shapes of network that training is measured at, and a made-up text to train on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rnn_tui.runs.configuration import RunConfig, check_memory, merge
from rnn_tui.runs.plan import planned
from rnn_tui.text.batches import Batches
from rnn_tui.training.trainer import Trainer

VOCABULARY: Final = 65
"""Distinct symbols of the text that networks of this kind are mostly compared on."""

_WINDOWS: Final = 64
_CHARACTERS: Final = 1 << 20
"""About as long as the texts that networks of this kind are mostly compared on."""


@dataclass(frozen=True)
class Shape:
    """A network of one layer of tanh units, and how much text it reads in a step."""

    hidden: int
    batch: int
    window: int
    vocabulary: int = VOCABULARY

    @property
    def characters(self) -> int:
        """How many are read in one step: T B."""
        return self.window * self.batch

    @property
    def weights(self) -> int:
        """N = V H + H H + H + H V + V."""
        H, V = self.hidden, self.vocabulary
        return V * H + H * H + H + H * V + V

    def config(self, dtype: str = "float32") -> RunConfig:
        """What a user would set for it: Adam, clipping by the norm and the rest as it comes.

        ConfigError if it takes too much memory.
        """
        sizes = {"hidden": self.hidden, "batch": self.batch, "window": self.window}
        config = merge({**sizes, "dtype": dtype})
        check_memory(config, self.vocabulary)
        return config

    def text(self) -> npt.NDArray[np.integer[Any]]:
        """Symbols (N,) as unevenly frequent as those of a language; the same each time.

        The symbol of rank r is drawn with a probability in proportion to 1/r (Zipf 1949).
        """
        likely = 1.0 / np.arange(1, self.vocabulary + 1)
        windows = min(_WINDOWS, max(2, _CHARACTERS // self.characters))
        size = self.characters * windows + 1
        drawn = np.random.default_rng(0).choice(self.vocabulary, size, p=likely / likely.sum())
        return drawn.astype(np.uint8 if self.vocabulary <= 256 else np.uint32)

    def batches(self) -> Batches:
        """The windows of that text, as the trainer reads them."""
        return Batches(self.text(), self.batch, self.window)

    def trainer(self, dtype: str = "float32") -> Trainer:
        """A fresh network at the beginning of that text."""
        config, text = self.config(dtype), self.text()
        return Trainer(config, self.vocabulary, text, text[:0], planned(config).widths)


GRID: Final = tuple(
    Shape(hidden, batch, window)
    for hidden, batch, window in (
        (100, 1, 25),
        (64, 32, 32),
        (128, 32, 32),
        (128, 32, 64),
        (128, 64, 64),
        (256, 32, 64),
        (512, 64, 64),
        (1024, 64, 64),
    )
)
"""From the smallest network that learns anything to one that is all products of matrices."""


def geometric_mean(values: Iterator[float]) -> float:
    """The mean of ratios; NaN of none."""
    logarithms = np.log(np.fromiter(values, np.float64))
    return float(np.exp(logarithms.mean())) if logarithms.size else float("nan")
