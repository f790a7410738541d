"""The work of a run that is being trained: steps, measurements, checkpoints, texts, in pieces.

``advance`` does one small piece of it; what is asked of a run is carried out between two pieces.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from rnn_tui.runs.blas import use_threads
from rnn_tui.runs.checkpoint import load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError, RunError, RunGoneError
from rnn_tui.runs.metrics import MetricsLog
from rnn_tui.runs.network_symbols import run_vocabulary
from rnn_tui.text.references import each_reference
from rnn_tui.text.split import split
from rnn_tui.training.calibration import chosen_plan
from rnn_tui.training.copies import WeightsCopies
from rnn_tui.training.gauges import Gauges
from rnn_tui.training.measuring import Measuring
from rnn_tui.training.odd import OddSteps
from rnn_tui.training.origin import origin_of
from rnn_tui.training.patience import RETRY_SECONDS, Patience
from rnn_tui.training.protocol import Phase
from rnn_tui.training.recovery import recover
from rnn_tui.training.ring import Ring
from rnn_tui.training.saving import Saving
from rnn_tui.training.stream import SampleStreams
from rnn_tui.training.trainer import StepResult, Trainer
from rnn_tui.training.turning import Turning
from rnn_tui.training.watchers import Watchers

CONTEXTS = (0, 1, 2)
"""Symbols of context of the models that are the reference lines: 1-, 2- and 3-grams."""


class Work:
    """The work of a run that is open for training; the caller holds its directory's lock.

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
        directory.require_writable()  # else it would be known at the first save
        self.directory = directory
        self.config = directory.config()
        self.facts = directory.facts()
        self.steps = self.config.steps if steps is None else steps
        self.clock = clock
        text = directory.text()
        self.vocabulary = run_vocabulary(directory, text)
        symbols = self.vocabulary.encode(text)
        training, held_out = split(symbols, self.config.held_out)
        V = len(self.vocabulary)
        self.plan = chosen_plan(directory.plan_file, self.config, V)
        use_threads(self.plan.threads)  # before anything is computed: its bits depend on it
        self.trainer = Trainer(self.config, V, training, held_out, self.plan.widths)
        self.phase: Phase = "training"
        self.message = ""
        self.saved_step = -1
        self.streams = SampleStreams()
        self.copies = WeightsCopies()
        self.watchers = Watchers()
        self.trouble: RunError | None = None
        self.gone: RunGoneError | None = None
        self._patience = Patience(clock)
        self._save_due = False
        self._unsaved = False
        self._single_steps = 0
        self._log_ahead = False
        self._gauges = Gauges(clock)
        self._opened_at = clock()
        self.metrics = MetricsLog(directory.metrics_file)
        references = each_reference(training, held_out, V, CONTEXTS)
        self.measuring = Measuring(self.trainer, self.metrics, references)
        self.notices: tuple[str, ...] = ()
        origin = origin_of(self.facts.text_sha256, self.config)
        self.saving = Saving(directory, self.trainer, origin, clock)
        self.turning = Turning(directory, self.trainer, self.metrics)
        self.odd = OddSteps(directory.odd, self.trainer, origin)
        self.ring = Ring(self.trainer)
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
        self.odd.supersede()
        for kind, detail in found.events:
            self._event(kind, detail)
        self.metrics.flush()
        self.turning.agree()
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
        return self.trouble is not None or self.odd.too_many

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
            self._try_again()
            worked = self._advance_training() or wrote
            if not worked:
                self.metrics.require_place()
        except RunError as error:
            self._stumble(error)
            return False
        return worked

    def _try_again(self) -> None:
        """Where a full disk stopped training: go on if there is space again."""
        if self.trouble is None:
            self._patience.end()
        elif self._patience.over and not self.measuring.evaluating:
            self.save()
            self.trouble, self.message = None, ""
            if self.phase == "paused":
                self.phase = "training"
                self._event("continued", "there is space on the disk again")
                self._gauges.restart()

    def _stumble(self, error: RunError) -> None:
        """What was done cannot be written down: training waits until it is told to go on."""
        try:
            self.metrics.require_place()
        except RunGoneError as gone:
            self.gone = error = gone
        self.trouble = error
        self._patience.begin(error, self.phase != "paused")
        full = f"the disk is full, tried again every {RETRY_SECONDS:.0f} s: "
        self.message = (full if self._patience.waiting else "") + str(error)
        self._single_steps = 0
        if self.phase == "training":
            self.phase = "paused"

    def _advance_training(self) -> bool:
        if self.measuring.evaluating:
            if self.measuring.advance():
                self.saving.measured()
        elif self._save_due and self.trouble is None:
            self.save()
        elif not self.measuring.advance_references():
            if self.phase != "training" and not self._single_steps:
                return False
            self._step()
        return True

    def _step(self) -> None:
        if self._log_ahead:
            self._supersede()
        started = self.clock()
        result = self.trainer.step()
        self._single_steps = max(0, self._single_steps - 1)
        row = self._gauges.add(result, self.clock() - started)
        self._unsaved = True
        self.ring.after_step()
        if self._every(self.config.evaluate_every):
            self._measure()
        self._save_due = self.saving.due
        self._finish_if_done()
        try:  # last: what the disk refuses must not keep anything else from being done
            self._note(result)
        finally:
            self.metrics.append(row)

    def _measure(self) -> None:
        self.measuring.begin()
        self._unsaved = True

    def _every(self, steps: int) -> bool:
        return steps > 0 and self.trainer.step_number % steps == 0

    def _note(self, result: StepResult) -> None:
        if result.reset and result.step > 1:
            self._event("reset", f"the text begins again: epoch {result.epoch + 1}, state reset")
        if not result.applied:
            self._event("not finite", f"loss {result.loss}, gradient norm {result.gradient_norm}")
        self.odd.take(result)
        if self.odd.too_many and self.phase == "training":
            self.phase = "paused"
            self._give_up()

    def _give_up(self) -> None:
        """Too many steps in a row were not finite: what is good is saved, or gone back to."""
        if self.trainer.finite:
            self.message, self._save_due = self.odd.words(), True
            return
        count, way_out = self.odd.in_a_row, "start again with a lower learning rate"
        with contextlib.suppress(CheckpointError):
            self.turning.go_back(load_checkpoint(self.directory.checkpoints).checkpoint)
            self._went_back()
            self._log_ahead = True
            step = f"step {self.saved_step:,}"
            way_out = f"the run is back at {step}, its last checkpoint; lower it, then go on"
        self.message = f"{count} steps in a row and the weights were not finite: {way_out}"

    def _went_back(self) -> None:
        """The trainer is at an earlier checkpoint: nothing that was due is due any more."""
        self.saved_step = self.trainer.step_number
        self._unsaved = self._save_due = False
        self._single_steps = 0
        self.measuring.abandon()
        self.ring.go_back()
        self.saving.go_back()
        self._gauges.go_back(self._gauges.seconds)
        if self.phase == "finished" and not self._all_done:
            self.phase = "paused"

    def _supersede(self) -> None:
        """What the log tells of steps that are to be made again is removed."""
        self._remove_later()
        self._event("undone", f"again from step {self.trainer.step_number:,}, the last checkpoint")

    def _remove_later(self) -> None:
        self.turning.supersede()
        self._gauges.seconds, self._log_ahead = self.turning.seconds, False

    @property
    def _all_done(self) -> bool:
        return 0 < self.steps <= self.trainer.step_number

    def _finish_if_done(self) -> None:
        if self._all_done and self.phase != "finished":
            self.phase, self._single_steps = "finished", 0
            if self.saved_step != self.trainer.step_number:
                self._save_due = True
                self._measure()

    def _advance_streams(self) -> bool:
        try:
            return self.streams.advance()
        except ValueError as error:
            self.message = str(error)
            return False

    def _event(self, kind: str, detail: str = "", who: str = "") -> None:
        step, seconds = self.trainer.step_number, self._gauges.seconds
        self.metrics.append_event(step, kind, detail, seconds, who=who)

    def save(self) -> None:
        """Write a checkpoint of the present step, once.

        Raises StorageError when the disk refuses, and CheckpointError when weights are not finite:
        the last good checkpoint stays the last.
        """
        self._save_due = False
        self.metrics.require_place()  # another run may lie there now
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
