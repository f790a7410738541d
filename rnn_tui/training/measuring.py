"""What is measured beside training: the held-out loss, and the losses of models that only count."""

from __future__ import annotations

from collections.abc import Iterator

from rnn_tui.runs.metrics import MetricsLog
from rnn_tui.text.references import Reference
from rnn_tui.training.trainer import Trainer

STEPS_BEFORE_REFERENCES = 10
"""The first losses are on the screen before the reference lines are computed."""


class Measuring:
    """Long work in small pieces, between two training steps.

    Args:
        trainer: whose network is measured.
        metrics: where a held-out loss is written.
        references: the reference lines, computed one at each ``next``.
    """

    def __init__(
        self, trainer: Trainer, metrics: MetricsLog, references: Iterator[Reference]
    ) -> None:
        self.references: list[Reference] = []
        self._trainer = trainer
        self._metrics = metrics
        self._references = references
        self._evaluation: Iterator[None] | None = None
        self._measured = -1  # the step

    @property
    def evaluating(self) -> bool:
        """Whether the held-out loss of this step is being measured; training waits for it."""
        return self._evaluation is not None

    def begin(self) -> None:
        """Measure the held-out loss of the present step."""
        self._evaluation = self._trainer.evaluate()

    def abandon(self) -> None:
        """The step that was measured is no longer: the run went back."""
        self._evaluation, self._measured = None, -1

    def missed(self) -> bool:
        """Whether the present step, at which a measurement was due, has none in the log."""
        last = self._metrics.last_held_out()
        return last is None or last.step < self._trainer.step_number

    @property
    def measured(self) -> bool:
        """Whether the held-out loss that the trainer knows is that of the present step."""
        return self._measured == self._trainer.step_number

    def advance(self) -> bool:
        """One window of the held-out text; True after the last, when the loss is logged."""
        if self._evaluation is None or next(self._evaluation, StopIteration) is not StopIteration:
            return False
        self._evaluation = None
        if not self._trainer.can_evaluate:
            return False
        self._measured = self._trainer.step_number
        self._metrics.append_held_out(self._measured, self._trainer.held_out_loss)
        return True

    def advance_references(self) -> bool:
        """One more reference line. False when all are there, or training has barely begun."""
        if self._trainer.step_number < STEPS_BEFORE_REFERENCES:
            return False
        found = next(self._references, None)
        if found is not None:
            self.references.append(found)
        return found is not None
