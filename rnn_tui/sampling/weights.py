"""The weights that a text is written with: those of a checkpoint, or of a run as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnn_tui.core.arrays import Array, Params
from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture, architecture_of, parameter_shapes
from rnn_tui.runs.checkpoint import list_checkpoints, load_checkpoint, require_shapes
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError, ConfigError
from rnn_tui.runs.hints import command
from rnn_tui.runs.network_symbols import run_vocabulary
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.making import initialization_stream


@dataclass(frozen=True, eq=False)
class Weights:
    """A network after ``step`` updates, and its symbols. Its arrays are read-only.

    Raises ValueError where parameters, cell and vocabulary do not belong together.
    """

    params: Params
    cell: str
    vocabulary: Vocabulary
    step: int
    name: str
    """The run's, from data: not to be drawn as it is."""

    def __post_init__(self) -> None:
        found = self.architecture
        if not found.inputs == found.outputs == len(self.vocabulary):
            raise ValueError(
                f"the network reads {found.inputs} symbols and writes {found.outputs}, "
                f"the vocabulary has {len(self.vocabulary)}"
            )
        for array in self.params.values():
            array.setflags(write=False)

    @property
    def architecture(self) -> Architecture:
        """The sizes of the network."""
        return architecture_of(self.params, self.cell)

    @property
    def nbytes(self) -> int:
        """The memory that its arrays take."""
        return sum(array.nbytes for array in self.params.values())

    @property
    def title(self) -> str:
        """What they are, such as "quiet-otter · step 12,480"; from data."""
        return f"{self.name} · step {self.step:,}"


def from_checkpoint(directory: RunDirectory, at: int | None = None) -> Weights:
    """The weights of a run's newest checkpoint that is whole, or of that of step ``at`` alone.

    ``at`` 0 is the network before it learned anything. Nobody has to train the run, and somebody
    may. Raises ConfigError where there is no such checkpoint, naming those that there are,
    CorruptRunError or StorageError where files are damaged or cannot be read.
    """
    if directory.facts().kind != "trained":
        raise ConfigError(f"{directory.name} is trained by another program: it has no weights here")
    config = directory.config()
    vocabulary = run_vocabulary(directory, directory.text())
    V = len(vocabulary)
    architecture = Architecture(V, config.hidden, config.layers, V, config.cell)
    if at == 0 and not directory.facts().weights_name:
        stream, dtype = initialization_stream(config.seed), np.dtype(config.dtype)
        params = initialize(architecture, config.initialization, stream, dtype)[1]
        return Weights(params, config.cell, vocabulary, 0, directory.name)
    _require_checkpoint(directory, at)
    checkpoint = load_checkpoint(directory.checkpoints, at).checkpoint
    require_shapes(checkpoint, parameter_shapes(architecture), config.dtype)
    params = {name: value.copy() for name, value in checkpoint.params.items()}
    _require_finite(params, f"{directory.name} · step {checkpoint.step:,}")
    return Weights(params, config.cell, vocabulary, checkpoint.step, directory.name)


def _require_checkpoint(directory: RunDirectory, at: int | None) -> None:
    """ConfigError where there is none to be read; one that is damaged is for the loader to say."""
    if any(directory.checkpoints.glob(f"step-{'*' if at is None else f'{at:09d}.*'}")):
        return
    if at is None:
        raise ConfigError(
            f"{directory.name} has no checkpoint yet: {command('resume', directory)} makes one"
        )
    folder = directory.checkpoints
    steps = list_checkpoints(folder) if folder.is_dir() else ()
    kept = ", ".join(f"{step:,}" for step in sorted({0, *steps}))
    raise ConfigError(f"{directory.name} has no checkpoint of step {at:,}: there are steps {kept}")


def _require_finite(params: Mapping[str, Array], title: str) -> None:
    for name, value in params.items():
        if not np.isfinite(value).all():
            raise CheckpointError(
                f"{title}: {name} is not finite, nothing can be sampled from it: "
                "take an earlier step with --at (rnn-tui step shows its numbers)"
            )
