"""The checkpoints of a run that is being trained: what is written into them, and which stay."""

from __future__ import annotations

from collections.abc import Callable

from rnn_tui.runs.checkpoint import prune, save_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.keeping import is_best, kept_in, note_if_best
from rnn_tui.training.origin import Origin
from rnn_tui.training.trainer import Trainer

SAVE_SECONDS = 60.0
"""Between two checkpoints at most, however slow the steps are."""


class Saving:
    """Writes checkpoints of the trainer into the run's directory.

    Args:
        directory: the run's.
        trainer: whose weights are saved.
        origin: what is said in each checkpoint of how it was made.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        directory: RunDirectory,
        trainer: Trainer,
        origin: Origin,
        clock: Callable[[], float],
    ) -> None:
        self.origin = origin
        self._folder = directory.checkpoints
        self._trainer = trainer
        self._config = trainer.config
        self._clock = clock
        self._saved_at = clock()

    @property
    def due(self) -> bool:
        """Whether the step that was just made is one to be saved."""
        every, step = self._config.checkpoint_every, self._trainer.step_number
        late = every > 0 and self._clock() - self._saved_at > SAVE_SECONDS
        return late or any(n > 0 and step % n == 0 for n in (every, self._config.keep_every))

    @property
    def is_best(self) -> bool:
        """Whether the loss that was just measured is lower than that of every checkpoint."""
        found = self._config.checkpoint_every > 0
        return found and is_best(self._folder, self._trainer.held_out_loss)

    def save(self, before: int, measured: bool) -> int:
        """Write a checkpoint of the present step, and return it.

        ``before`` is the step of the last one; ``measured``: the held-out loss is that of now.
        StorageError when the disk refuses, and CheckpointError when weights are not finite: the
        last good checkpoint stays the last.
        """
        checkpoint = self.origin.stamped(self._trainer.checkpoint())
        if not self._trainer.finite:
            raise CheckpointError(
                f"the weights of step {checkpoint.step:,} are not finite and were not saved: "
                f"resume from step {max(before, 0):,} with a lower learning rate"
            )
        save_checkpoint(self._folder, checkpoint)
        self._saved_at = self._clock()
        if measured:
            note_if_best(self._folder, checkpoint.step, self._trainer.held_out_loss)
        return checkpoint.step

    def tidy(self) -> None:
        """Remove the checkpoints that need not stay. StorageError when the disk refuses."""
        prune(self._folder, kept_in(self._folder, self._config.keep_every))
