"""Steps whose loss or gradient was not finite: counted, and what they were made from is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnn_tui.runs.checkpoint import discard_after, prune, save_checkpoint
from rnn_tui.runs.keeping import Kept
from rnn_tui.training.origin import Origin
from rnn_tui.training.trainer import StepResult, Trainer

NOT_FINITE_IN_A_ROW = 20
"""After so many steps in a row whose loss or gradient was not finite, training pauses."""

KEPT = 5
"""So many series of such steps can be looked into afterwards."""


class OddSteps:
    """Keeps the trainer as it was before the first of each series of steps that were not finite.

    Args:
        folder: a checkpoint of step N - 1 is written here for step N.
        trainer: who makes the steps.
        origin: what is said in each checkpoint of how it was made.
    """

    def __init__(self, folder: Path, trainer: Trainer, origin: Origin) -> None:
        self._folder, self._trainer, self._origin = folder, trainer, origin
        self.in_a_row = 0

    @property
    def too_many(self) -> bool:
        """Whether to go on is of no use."""
        return self.in_a_row >= NOT_FINITE_IN_A_ROW

    def take(self, result: StepResult) -> None:
        """Look at a step that was just made, and keep what it was made from. StorageError."""
        self.in_a_row = 0 if result.applied else self.in_a_row + 1
        if self.in_a_row == 1:
            save_checkpoint(self._folder, self._origin.stamped(self._trainer.checkpoint_before()))
            prune(self._folder, Kept(last=KEPT))

    def supersede(self) -> None:
        """Forget the steps that the trainer has not made yet: it went back."""
        if self._folder.is_dir():
            discard_after(self._folder, self._trainer.step_number - 1)

    def words(self) -> str:
        """What is to be said when there were too many, and the weights are as they were before."""
        before = self._trainer.step_number - self.in_a_row
        return (
            f"{self.in_a_row} steps in a row were not finite: lower the learning rate, then go on "
            f"(none was applied; the weights are those of step {before:,}, and are saved)"
        )


def odd_row(trainer: Trainer) -> int | None:
    """Make the next step; the row of the batch where it was not finite first, None if it was.

    Where no row shows it, neither forwards nor in dL/dh_0, it is the first one.
    """
    if trainer.step().applied:
        return None
    workspace = trainer.workspace
    forward = [h[1:] for h in workspace.hidden] + [workspace.probabilities]  # (T, B, ...)
    odd = np.logical_or.reduce([~np.isfinite(array).all(axis=2) for array in forward])  # (T, B)
    if not odd.any():
        backward = workspace.state_gradient()  # (B, H) a layer
        odd = np.array([~np.isfinite(d).all(axis=1) for d in backward])  # (L, B)
    return int(odd[odd.any(axis=1).argmax()].argmax())
