"""A moving average that starts without a bias."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Smoothed:
    """A moving average without the bias of its start: a constant stays that constant."""

    decay: float
    total: float = 0.0
    weight: float = 0.0

    def add(self, value: float) -> None:
        """Take in one value; what is not finite is left out."""
        if math.isfinite(value):
            self.total = self.decay * self.total + (1 - self.decay) * value
            self.weight = self.decay * self.weight + (1 - self.decay)

    @property
    def value(self) -> float:
        """The average so far, NaN before the first value."""
        return self.total / self.weight if self.weight else math.nan
