"""What texts are sampled from: a network's weights and the symbols it knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rnn_tui.core.arrays import Array
from rnn_tui.text.vocabulary import Vocabulary


class Network(Protocol):
    """Weights as sampling sees them, from a checkpoint or from a run that trains."""

    @property
    def params(self) -> Mapping[str, Array]:
        """The parameters by name; never written to."""

    @property
    def cell(self) -> str:
        """The name of the cell."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The symbols it reads and writes."""

    @property
    def step(self) -> int:
        """The training step that the weights are of."""
