"""A run that is being trained: its trainer, its directory, and the texts that are sampled from it.

A session has no socket and no process of its own. ``advance`` does one small piece of work; what
was asked is carried out between two pieces. The server, the command line without an app, and the
tests all drive the same session.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.metrics import MetricsLog
from rnn_tui.runs.network_symbols import run_vocabulary
from rnn_tui.text.references import each_reference
from rnn_tui.text.split import split
from rnn_tui.training.copies import WeightsCopies
from rnn_tui.training.gauges import Gauges
from rnn_tui.training.measuring import Measuring
from rnn_tui.training.origin import origin_of
from rnn_tui.training.protocol import Phase, StartSample, Status
from rnn_tui.training.recovery import NOTICE_SECONDS, recover
from rnn_tui.training.saving import Saving
from rnn_tui.training.stream import Network, SampleStreams
from rnn_tui.training.trainer import StepResult, Trainer

NOT_FINITE_IN_A_ROW = 20
"""After so many steps in a row whose loss or gradient was not finite, training pauses."""

CONTEXTS = (0, 1, 2)
"""Symbols of context of the models that are the reference lines: 1-, 2- and 3-grams."""


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
        self.vocabulary = run_vocabulary(directory, text)
        symbols = self.vocabulary.encode(text)
        training, held_out = split(symbols, self.config.held_out)
        self.trainer = Trainer(self.config, len(self.vocabulary), training, held_out)
        self.phase: Phase = "training"
        self.message = ""
        self.saved_step = -1
        self.streams = SampleStreams()
        self.copies = WeightsCopies()
        self.trouble: RunError | None = None
        self._save_due = False
        self._unsaved = False
        self._single_steps = 0
        self._not_finite_in_a_row = 0
        self._gauges = Gauges(clock)
        self._opened_at = clock()
        self.metrics = MetricsLog(directory.metrics_file)
        references = each_reference(training, held_out, len(self.vocabulary), CONTEXTS)
        self.measuring = Measuring(self.trainer, self.metrics, references)
        self.notices: tuple[str, ...] = ()
        origin = origin_of(self.facts, self.config)
        self.saving = Saving(directory, self.trainer, origin, clock)
        try:
            if resume:
                self._resume()
        except BaseException:
            self.metrics.close()
            raise
        self._finish_if_done()

    def _resume(self) -> None:
        found = recover(self.directory, self.trainer, self.metrics, self.saving.origin)
        self.saved_step, self._gauges.seconds = found.saved_step, found.seconds
        self.notices = found.notices
        for kind, detail in found.events:
            self._event(kind, detail)
        due = self._every(self.config.evaluate_every) or self._all_done
        if found.saved_step > 0 and due and self.measuring.missed():  # it ended while it measured
            self._measure()

    @property
    def ended(self) -> bool:
        """Whether the session was told to stop and has closed."""
        return self.phase == "stopped"

    @property
    def stuck(self) -> bool:
        """Whether training waits although nobody paused it; ``message`` says why."""
        return self.trouble is not None or self._not_finite_in_a_row >= NOT_FINITE_IN_A_ROW

    @property
    def complete(self) -> bool:
        """Whether all steps are done, measured and saved."""
        left = self.measuring.evaluating or self._save_due or self.trouble is not None
        return self.phase == "finished" and not left

    @property
    def waits_for_text(self) -> bool:
        """Whether a text is being written, a character at a time, and wants attention soon."""
        return self.streams.waiting

    def advance(self) -> bool:
        """One small piece of work. False when there is none to do now."""
        wrote = self._advance_streams()
        try:
            return self._advance_training() or wrote
        except RunError as error:
            self._stumble(error)
            return False

    def _stumble(self, error: RunError) -> None:
        """What was done cannot be written down: training waits until it is told to go on."""
        self.trouble = error
        self.message = str(error)
        self._single_steps = 0
        if self.phase == "training":
            self.phase = "paused"

    def _advance_training(self) -> bool:
        if self.measuring.evaluating:
            if self.measuring.advance() and self.saving.is_best:
                self._save_due = True
        elif self._save_due:
            self.save()
        elif not self.measuring.advance_references():
            if self.phase != "training" and not self._single_steps:
                return False
            self._step()
        return True

    def _step(self) -> None:
        started = self.clock()
        result = self.trainer.step()
        self._single_steps = max(0, self._single_steps - 1)
        row = self._gauges.add(result, self.clock() - started)
        self._unsaved = True
        self._note(result)
        if self._every(self.config.evaluate_every):
            self._measure()
        self._save_due = self.saving.due
        self._finish_if_done()
        self.metrics.append(row)

    def _measure(self) -> None:
        self.measuring.begin()
        self._unsaved = True

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

    @property
    def _all_done(self) -> bool:
        return 0 < self.steps <= self.trainer.step_number

    def _finish_if_done(self) -> None:
        if self._all_done and self.phase != "finished":
            self.phase = "finished"
            self._single_steps = 0
            if self.saved_step != self.trainer.step_number:
                self._save_due = True
                self._measure()

    def _advance_streams(self) -> bool:
        try:
            return self.streams.advance()
        except ValueError as error:
            self.message = str(error)
            return False

    def _event(self, kind: str, detail: str = "") -> None:
        self.metrics.append_event(self.trainer.step_number, kind, detail, self._gauges.seconds)

    def pause(self) -> None:
        """Stop after the step that is being made."""
        if self.phase == "training":
            self.phase = "paused"
            self._event("paused")

    def go_on(self) -> None:
        """Train again, or try again to save. Raises ValueError when all steps are done."""
        if self.trouble is None:
            self._require_steps_left()
        self._save_due = self._save_due or self.trouble is not None
        self.trouble = None
        self.message = ""
        if self.phase != "paused":
            return
        self._event("continued")
        self.phase = "training"
        self._not_finite_in_a_row = 0
        self._gauges.restart()

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
        self._unsaved = True
        self._event("learning rate", f"{before:.3g} → {self.trainer.learning_rate:.3g}")

    def start_sample(self, client: int, request: StartSample) -> None:
        """Begin a text for a client, on the weights of now. Raises ValueError."""
        network = Network.of(self.trainer, self.vocabulary)
        self.streams.begin(client, request, network, self.clock)

    def leave(self, client: int) -> None:
        """A client is gone: nothing more is written or kept for it."""
        self.streams.pop(client, None)
        self.copies.pop(client, None)

    def save(self) -> None:
        """Write a checkpoint of the present step, once.

        Raises StorageError when the disk refuses, and CheckpointError when weights are not finite:
        the last good checkpoint stays the last.
        """
        self._save_due = False
        self.metrics.flush()
        if self.saved_step == self.trainer.step_number and not self._unsaved:
            return
        self.saved_step = self.saving.save(self.saved_step, self.measuring.measured)
        self._unsaved = False
        if self.trouble is not None:
            self.trouble, self.message = None, ""
        self._event("saved", f"checkpoint of step {self.saved_step}")
        self.saving.tidy()

    def flush(self) -> None:
        """Make what was logged visible to readers; what the disk refuses pauses training."""
        try:
            self.metrics.flush()
        except RunError as error:
            self._stumble(error)

    def close(self) -> None:
        """Save, and close the metrics log. Later calls do nothing."""
        if self.ended:
            return
        try:
            self.save()
        finally:
            self.phase = "stopped"
            self.streams.clear()
            self.metrics.close()

    def status(self) -> Status:
        """The latest state."""
        fresh = self.clock() - self._opened_at < NOTICE_SECONDS
        message = self.message or (" · ".join(self.notices) if fresh else "")
        return self._gauges.status(self.trainer, self.phase, self.saved_step, message)
