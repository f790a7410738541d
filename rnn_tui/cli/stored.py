"""The weights of a run after a step, also of one that no checkpoint has."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rnn_tui.cli.walked import telling
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.listing import summarize

if TYPE_CHECKING:
    from rnn_tui.sampling.weights import Weights


def stored_weights(directory: RunDirectory, at: int | None) -> Weights:
    """Those of the newest checkpoint, or after step ``at``. Raises RunError."""
    from rnn_tui.sampling.weights import from_checkpoint

    if at is not None and has_to_be_made_again(directory, at):
        return made_again(directory, at)
    return from_checkpoint(directory, at)


def has_to_be_made_again(directory: RunDirectory, at: int) -> bool:
    """Whether the run has made step ``at``, and has no checkpoint of it."""
    from rnn_tui.runs.checkpoint import list_checkpoints

    folder = directory.checkpoints
    kept = list_checkpoints(folder) if folder.is_dir() else ()
    return 0 < at < summarize(directory).step and at not in kept


def made_again(directory: RunDirectory, at: int) -> Weights:
    """What the steps behind an earlier checkpoint lead to."""
    from rnn_tui.sampling.weights import Weights
    from rnn_tui.stepping.recent import remembered
    from rnn_tui.stepping.replay import run_window

    recent = asyncio.run(remembered(directory, at + 1))
    with telling() as tell:
        window = run_window(directory.path, at + 1, row=0, tell=tell, recent=recent)
    dtype = directory.config().dtype
    params = {name: value.astype(dtype) for name, value in window.params.items()}
    return Weights(params, window.cell, window.vocabulary, at, directory.name)
