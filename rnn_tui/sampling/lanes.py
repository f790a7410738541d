"""What is written side by side: the same prompt and random numbers, other weights or warmth."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.weights import Weights

MOST_LANES = 3


@dataclass(frozen=True, eq=False)
class Lane:
    """One of the columns. What is None is that of the sampler itself, also when that changes."""

    title: str = ""
    """What sets it apart; from data."""
    weights: Weights | None = None
    temperature: float | None = None

    @property
    def own_temperature(self) -> bool:
        """Whether it has a temperature of its own."""
        return self.temperature is not None

    def settings(self, settings: Settings) -> Settings:
        """Those of the sampler, with what is this lane's own."""
        if self.temperature is None:
            return settings
        return replace(settings, temperature=self.temperature)

    def warmed(self, temperature: float) -> Lane:
        """The same at another temperature of its own."""
        return Lane(f"temperature {temperature:g}", self.weights, temperature)


ALONE = (Lane(),)
"""Nothing beside it."""


def at_temperatures(temperatures: tuple[float, ...]) -> tuple[Lane, ...]:
    """One network at several temperatures."""
    return tuple(Lane().warmed(value) for value in temperatures)


def of_weights(several: tuple[Weights, ...]) -> tuple[Lane, ...]:
    """Several networks with one way to sample: checkpoints, or runs."""
    return tuple(Lane(weights.title, weights) for weights in several)
