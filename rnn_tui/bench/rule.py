"""What every contender in training is given and must offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from rnn_tui.core.arrays import Array
from rnn_tui.runs.configuration import RunConfig
from rnn_tui.text.batches import Window


@dataclass(frozen=True)
class Rule:
    """Clipping by the norm, and Adam with the options of Kingma and Ba (2015)."""

    learning_rate: float
    clip: float
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    @classmethod
    def of(cls, config: RunConfig) -> Rule:
        """That of a run."""
        return cls(config.learning_rate, config.clip)


class Network(Protocol):
    """A network that is trained step by step, with the state carried from window to window."""

    @property
    def params(self) -> Mapping[str, Array]:
        """The parameters as NumPy arrays, with the names and shapes of ``core.parameters``."""

    @property
    def loss(self) -> float:
        """That of the last step, the mean over its characters in nats, before the update."""

    def step(self, window: Window) -> None:
        """Forward, backward, clipping, Adam; it may still be under way afterwards."""

    def wait(self) -> None:
        """Return when all steps are done."""


Make: TypeAlias = Callable[[Mapping[str, Array], Rule], Network]
"""A network with these parameters, which are copied; Adam's moments are zero."""
