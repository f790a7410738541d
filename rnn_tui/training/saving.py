"""The checkpoints of a run that is being trained: what is written into them, and which stay."""

from __future__ import annotations

from collections.abc import Callable

from rnn_tui.runs.checkpoint import Checkpoint, prune, save_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.keeping import is_best, kept_in, note_if_best
from rnn_tui.training.origin import Origin
from rnn_tui.training.ring import copied
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
        self._best: tuple[Checkpoint, float] | None = None

    @property
    def due(self) -> bool:
        """Whether the step that was just made is one to be saved."""
        every, step = self._config.checkpoint_every, self._trainer.step_number
        late = every > 0 and self._clock() - self._saved_at > SAVE_SECONDS
        return late or any(n > 0 and step % n == 0 for n in (every, self._config.keep_every))

    def measured(self) -> None:
        """The held-out loss is that of now: keep a copy of the network if it is the best so far.

        It is written with the next checkpoint, for in the beginning every measurement is the best.
        Until then a kill costs nothing: the same steps are made again, and measured again.
        """
        loss, known = self._trainer.held_out_loss, self._best
        better = loss < known[1] if known is not None else is_best(self._folder, loss)
        if better and self._config.checkpoint_every > 0 and self._trainer.finite:
            self._best = copied(self.origin.stamped(self._trainer.checkpoint())), loss

    def go_back(self) -> None:
        """Forget what is later than the present step."""
        if self._best is not None and self._best[0].step > self._trainer.step_number:
            self._best = None

    def save(self, before: int, measured: bool) -> int:
        """Write a checkpoint of the present step, and return it.

        ``before`` is the step of the last one; ``measured``: the held-out loss is that of now.
        StorageError when the disk refuses, and CheckpointError when weights are not finite: the
        last good checkpoint stays the last.
        """
        self._save_best()
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

    def _save_best(self) -> None:
        """Write the best network so far, if it is not that of now, which is written anyway."""
        if self._best is None:
            return
        checkpoint, loss = self._best
        if checkpoint.step != self._trainer.step_number:
            save_checkpoint(self._folder, checkpoint)
            note_if_best(self._folder, checkpoint.step, loss)
        self._best = None

    def tidy(self) -> None:
        """Remove the checkpoints that need not stay. StorageError when the disk refuses."""
        prune(self._folder, kept_in(self._folder, self._config.keep_every))
