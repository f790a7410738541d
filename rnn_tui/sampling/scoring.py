"""How well a network foresees a text, in sums."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np


class Totals(NamedTuple):
    """The surprise of a whole text; of a network of bytes, its characters are bytes."""

    characters: int = 0
    bits: float = 0.0

    @property
    def bits_per_character(self) -> float:
        """The mean surprise; 0 of no text."""
        return self.bits / self.characters if self.characters else 0.0

    @property
    def perplexity(self) -> float:
        """2 to the bits per character: so many equally probable symbols would surprise as much."""
        with np.errstate(over="ignore"):
            return float(np.exp2(self.bits_per_character))

    def plus(self, surprises: Iterable[float]) -> Totals:
        """With these characters, in bits each."""
        added = list(surprises)
        return Totals(self.characters + len(added), self.bits + sum(added))
