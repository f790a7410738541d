"""A run that is being trained: its trainer, its directory, and the texts that are sampled from it.

A session has no socket and no process of its own. ``advance`` does one small piece of work; what
was asked is carried out between two pieces. The server, the command line without an app, and the
tests all drive the same session.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator

from rnn_tui.core.parameters import zero_state
from rnn_tui.runs.checkpoint import load_checkpoint, prune, save_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.metrics import MetricsLog, Row
from rnn_tui.text.references import Reference, each_reference
from rnn_tui.text.split import split
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.pace import Pace
from rnn_tui.training.protocol import Phase, StartSample, Status
from rnn_tui.training.stream import SampleStream
from rnn_tui.training.trainer import StepResult, Trainer

SAMPLE_SLICE = 16
"""Characters drawn for one text between two training steps, at most."""

NOT_FINITE_IN_A_ROW = 20
"""After so many steps in a row whose loss or gradient was not finite, training pauses."""

CONTEXTS = (0, 1, 2)
"""Symbols of context of the models that are the reference lines: 1-, 2- and 3-grams."""

STEPS_BEFORE_REFERENCES = 10
"""The first losses are on the screen before the reference lines are computed."""

CLIPPED_OVER = 500
"""Steps over which the share of clipped ones is taken."""


class Session:
    """One run, open for training; the caller holds its directory's lock.

    Args:
        directory: the run's directory.
        resume: go on from the newest good checkpoint.
        steps: where to stop, 0 for never; the configuration's when not given.
        clock: seconds, monotonic.

    Raises RunError when the directory cannot be trained in.
    """

    def __init__(
        self,
        directory: RunDirectory,
        resume: bool = False,
        steps: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.directory = directory
        self.config = directory.config()
        self.facts = directory.facts()
        self.steps = self.config.steps if steps is None else steps
        self.clock = clock
        text = directory.text()
        self.vocabulary = Vocabulary.of(text, self.config.symbols)
        symbols = self.vocabulary.encode(text)
        training, held_out = split(symbols, self.config.held_out)
        self.trainer = Trainer(self.config, len(self.vocabulary), training, held_out)
        self.phase: Phase = "training"
        self.message = ""
        self.saved_step = -1
        self.references: list[Reference] = []
        self.streams: dict[int, SampleStream] = {}
        self._references = each_reference(training, held_out, len(self.vocabulary), CONTEXTS)
        self._evaluation: Iterator[None] | None = None
        self._save_due = False
        self._sampled = 0
        self._single_steps = 0
        self._not_finite_in_a_row = 0
        self._last: StepResult | None = None
        self._clipped: deque[bool] = deque(maxlen=CLIPPED_OVER)
        self._pace = Pace(clock)
        self._seconds = 0.0
        self.metrics = MetricsLog(directory.metrics_file)
        if resume:
            self._resume()
        self._finish_if_done()

    def _resume(self) -> None:
        loaded = load_checkpoint(self.directory.checkpoints)
        self.trainer.restore(loaded.checkpoint)
        self.saved_step = self.trainer.step_number
        self.metrics.truncate_after(self.saved_step)
        last = self.metrics.last()
        self._seconds = last.seconds if last else 0.0
        for reason in loaded.skipped:
            self._event("checkpoint skipped", reason)
        self._event("resumed", f"from step {self.saved_step}")

    # -- work ---------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether the session was told to stop and has closed."""
        return self.phase in {"stopped", "failed"}

    @property
    def complete(self) -> bool:
        """Whether all steps are done, measured and saved."""
        return self.phase == "finished" and self._evaluation is None and not self._save_due

    @property
    def waits_for_text(self) -> bool:
        """Whether a text is being written, a character at a time, and wants attention soon."""
        return any(not stream.finished for stream in self.streams.values())

    def advance(self) -> bool:
        """One small piece of work. False when there is none to do now."""
        wrote = self._advance_streams()
        return self._advance_training() or wrote

    def _advance_training(self) -> bool:
        if self._evaluation is not None:
            self._advance_evaluation(self._evaluation)
        elif self._save_due:
            self.save()
        elif self._references_due():
            self._advance_references()
        elif self.phase == "training" or self._single_steps:
            self._step()
        else:
            return self._advance_references()
        return True

    def _step(self) -> None:
        started = self.clock()
        result = self.trainer.step()
        self._single_steps = max(0, self._single_steps - 1)
        self._seconds += self.clock() - started
        self._last = result
        self._clipped.append(result.scale < 1)
        self._pace.add(result.characters)
        self.metrics.append(
            Row(
                step=result.step,
                loss=result.loss,
                gradient_norm=result.gradient_norm,
                scale=result.scale,
                learning_rate=result.learning_rate,
                characters=result.step * result.characters,
                seconds=self._seconds,
                epoch=result.epoch,
            )
        )
        self._note(result)
        if self._every(self.config.evaluate_every):
            self._evaluation = self.trainer.evaluate()
        self._save_due = self._every(self.config.checkpoint_every)
        self._finish_if_done()

    def _every(self, steps: int) -> bool:
        return steps > 0 and self.trainer.step_number % steps == 0

    def _note(self, result: StepResult) -> None:
        if result.reset and result.step > 1:
            self._event("reset", f"the text begins again: epoch {result.epoch + 1}, state reset")
        self._not_finite_in_a_row = 0 if result.applied else self._not_finite_in_a_row + 1
        if not result.applied:
            self._event("not finite", f"loss {result.loss}, gradient norm {result.gradient_norm}")
        if self._not_finite_in_a_row >= NOT_FINITE_IN_A_ROW and self.phase == "training":
            self.phase = "paused"
            self.message = (
                f"{NOT_FINITE_IN_A_ROW} steps in a row were not finite and not applied: "
                "lower the learning rate, then go on"
            )

    def _finish_if_done(self) -> None:
        if self.steps and self.trainer.step_number >= self.steps and self.phase != "finished":
            self.phase = "finished"
            if self.saved_step != self.trainer.step_number:
                self._save_due = True
                self._evaluation = self.trainer.evaluate()

    def _advance_evaluation(self, evaluation: Iterator[None]) -> None:
        if next(evaluation, StopIteration) is StopIteration:
            self._evaluation = None
            if self.trainer.can_evaluate:
                self.metrics.append_held_out(self.trainer.step_number, self.trainer.held_out_loss)

    def _references_due(self) -> bool:
        made = self.trainer.step_number >= STEPS_BEFORE_REFERENCES
        return made and self.phase == "training" and self._references_left

    _references_left = True

    def _advance_references(self) -> bool:
        reference = next(self._references, None)
        if reference is None:
            self._references_left = False
            return False
        self.references.append(reference)
        return True

    def _advance_streams(self) -> bool:
        worked = False
        for stream in self.streams.values():
            if stream.due:
                stream.advance(SAMPLE_SLICE)
                worked = True
        return worked

    def _event(self, kind: str, detail: str = "") -> None:
        self.metrics.append_event(self.trainer.step_number, kind, detail, self._seconds)

    # -- commands -----------------------------------------------------------------------------

    def pause(self) -> None:
        """Stop after the step that is being made."""
        if self.phase == "training":
            self.phase = "paused"
            self._event("paused")

    def go_on(self) -> None:
        """Train again. Raises ValueError when all steps are done."""
        self._require_steps_left()
        if self.phase == "paused":
            self._event("continued")
        self.phase = "training"
        self.message = ""
        self._not_finite_in_a_row = 0
        self._pace.restart()

    def step_once(self) -> None:
        """One step, and stay paused. Raises ValueError when all steps are done."""
        self._require_steps_left()
        self.pause()
        self._single_steps += 1

    def _require_steps_left(self) -> None:
        if self.phase == "finished":
            raise ValueError(f"all {self.steps:,} steps are done")

    def set_learning_rate(self, value: float) -> None:
        """From the next step on. Raises ValueError for what is no learning rate."""
        before = self.trainer.learning_rate
        self.trainer.set_learning_rate(value)
        self._event("learning rate", f"{before:.3g} → {self.trainer.learning_rate:.3g}")

    def start_sample(self, client: int, request: StartSample) -> None:
        """Begin a text for a client, on the weights of now. Raises ValueError."""
        self._sampled += 1
        self.streams[client] = SampleStream(
            self._sampled,
            request,
            self.trainer.params,
            zero_state(self.trainer.architecture, 1, self.config.dtype),
            self.config.cell,
            self.vocabulary,
            self.trainer.step_number,
            self.clock,
        )

    def leave(self, client: int) -> None:
        """A client is gone: nothing more is written for it."""
        self.streams.pop(client, None)

    def save(self) -> None:
        """Write a checkpoint of the present step, once. Raises StorageError."""
        self._save_due = False
        if self.saved_step == self.trainer.step_number:
            return
        self.metrics.flush()
        checkpoint = self.trainer.checkpoint()
        save_checkpoint(self.directory.checkpoints, checkpoint)
        prune(self.directory.checkpoints)
        self.saved_step = checkpoint.step
        self._event("saved", f"checkpoint of step {checkpoint.step}")

    def close(self) -> None:
        """Save, and close the metrics log. Later calls do nothing."""
        if self.ended:
            return
        try:
            self.save()
        finally:
            self.phase = "stopped"
            self.metrics.close()

    def status(self) -> Status:
        """The latest state."""
        trainer, last = self.trainer, self._last
        return Status(
            phase=self.phase,
            step=trainer.step_number,
            epoch=trainer.batches.epoch,
            loss=last.loss if last else math.nan,
            smoothed_loss=trainer.smoothed.value,
            held_out=trainer.held_out_loss,
            gradient_norm=last.gradient_norm if last else math.nan,
            clipped_share=sum(self._clipped) / len(self._clipped) if self._clipped else 0.0,
            learning_rate=trainer.learning_rate,
            characters_per_second=self._pace.per_second,
            seconds=self._seconds,
            saved_step=self.saved_step,
            not_finite=trainer.not_finite,
            message=self.message,
        )
