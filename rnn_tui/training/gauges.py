"""What is read off a training while it runs: the last step, its pace, how often it was clipped."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from rnn_tui.runs.metrics import Row
from rnn_tui.training.pace import Pace
from rnn_tui.training.protocol import Phase, Status
from rnn_tui.training.trainer import StepResult, Trainer

CLIPPED_OVER = 500
"""Steps over which the share of clipped ones is taken."""


class Gauges:
    """The numbers beside the charts. ``seconds`` were spent training, pauses excluded."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.seconds = 0.0
        self._last: StepResult | None = None
        self._clipped: deque[bool] = deque(maxlen=CLIPPED_OVER)
        self._pace = Pace(clock)

    def add(self, result: StepResult, seconds: float) -> Row:
        """Take in a step that took so long; it is returned as the metrics log keeps it."""
        self.seconds += seconds
        self._last = result
        self._clipped.append(result.scale < 1)
        self._pace.add(result.characters)
        return Row(
            step=result.step,
            loss=result.loss,
            gradient_norm=result.gradient_norm,
            scale=result.scale,
            learning_rate=result.learning_rate,
            characters=result.read,
            seconds=self.seconds,
            epoch=result.epoch,
        )

    def go_back(self, seconds: float) -> None:
        """What was measured is of steps that are no longer; so many seconds were spent before."""
        self.seconds = seconds
        self._last = None
        self._clipped.clear()

    def restart(self) -> None:
        """Training goes on after a pause, which does not count."""
        self._pace.restart()

    def status(self, trainer: Trainer, phase: Phase, saved_step: int, message: str) -> Status:
        """The latest state."""
        last = self._last
        return Status(
            phase=phase,
            step=trainer.step_number,
            epoch=trainer.batches.epoch,
            loss=last.loss if last else math.nan,
            smoothed_loss=trainer.smoothed.value,
            held_out=trainer.held_out_loss,
            gradient_norm=last.gradient_norm if last else math.nan,
            clipped_share=sum(self._clipped) / len(self._clipped) if self._clipped else 0.0,
            learning_rate=trainer.learning_rate,
            characters_per_second=self._pace.per_second,
            seconds=self.seconds,
            saved_step=saved_step,
            not_finite=trainer.not_finite,
            message=message,
            clip=trainer.knobs.clip,
        )
