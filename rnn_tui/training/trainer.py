"""The training loop, one step at a time: pure, synchronous, and a function of what it was given.

It knows no files, no clock and no process. The same configuration, text, number of steps and knobs
leave the same bits, whatever anybody asked it meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, State
from rnn_tui.core.cells.products import AS_IT_LIES, Widths
from rnn_tui.core.checks import checked_state
from rnn_tui.core.clipping import ClippedNorm, clip_by_norm, clip_by_value, gradient_norm
from rnn_tui.core.initialization import initialize
from rnn_tui.core.model import Workspace
from rnn_tui.core.parameters import parameter_shapes, zero_state
from rnn_tui.core.schedules import Schedule
from rnn_tui.runs.checkpoint import Checkpoint, require_shapes
from rnn_tui.runs.configuration import RunConfig
from rnn_tui.runs.errors import CheckpointError, ConfigError
from rnn_tui.text.batches import Batches, Window
from rnn_tui.text.errors import CorpusError
from rnn_tui.training import knobs
from rnn_tui.training.knobs import Knobs, Standing
from rnn_tui.training.making import (
    evaluation_batches,
    initialization_stream,
    make_run_optimizer,
    make_run_schedule,
    run_architecture,
)
from rnn_tui.training.smoothing import Smoothed

Symbols = npt.NDArray[np.integer[Any]]

EVALUATION_WINDOWS = 64
"""Held-out loss is measured over so many windows at most: its cost stays a small share."""

SMOOTHING = 0.95
"""Decay of the moving average of the training loss that the status shows."""

_BELOW_ONE = math.nextafter(1.0, 0.0)


class StepResult(NamedTuple):
    """One training step. Loss in nats per character; ``gradient_norm`` before clipping,
    ``scale`` times that after it: below 1 where anything was clipped, else exactly 1.
    ``characters`` of this window; ``read`` since the start of the run."""

    step: int
    epoch: int
    loss: float
    gradient_norm: float
    scale: float
    applied: bool
    learning_rate: float
    characters: int
    read: int
    reset: bool


class _Moment(NamedTuple):
    """What of a trainer every step changes, whether or not it is applied."""

    step: int
    read: int
    not_finite: int
    state: State
    smoothed_total: float
    smoothed_weight: float
    standing: Standing
    arrived: Standing


class Trainer:
    """A network, its optimiser and its place in the text.

    Args:
        config: the run's configuration.
        vocabulary_size: V.
        training: symbols ``(N,)`` to learn from.
        held_out: symbols ``(M,)`` to measure on; may be empty.
        widths: how W_hh is laid out for its products.
    """

    def __init__(
        self,
        config: RunConfig,
        vocabulary_size: int,
        training: Symbols,
        held_out: Symbols,
        widths: Widths = AS_IT_LIES,
    ) -> None:
        self.config = config
        self.architecture = run_architecture(config, vocabulary_size)
        dtype = np.dtype(config.dtype)
        self.flat, self.params = initialize(
            self.architecture, config.initialization, initialization_stream(config.seed), dtype
        )
        self.optimizer = make_run_optimizer(config, self.flat.size, dtype)
        self.knobs: Knobs = Knobs.of(config)
        self.schedule: Schedule = make_run_schedule(config)
        self._widths = widths
        self.workspace = self._workspace(config.window, config.batch)
        self.batches = Batches(training, config.batch, config.window)
        self.state: State = zero_state(self.architecture, config.batch, dtype)
        self.step_number = self.read = 0
        self.learning_rate_factor = 1.0
        self.arrived = self.standing
        self.smoothed = Smoothed(SMOOTHING)
        self.held_out_loss = math.nan
        self.not_finite = 0
        self.window: Window | None = None
        self._before: _Moment | None = None
        self._largest_square = float(np.finfo(dtype).max)
        self._held_out = evaluation_batches(held_out, config)
        self._evaluation_workspace: Workspace | None = None

    def _workspace(self, window: int, batch: int) -> Workspace:
        dtype = np.dtype(self.config.dtype)
        return Workspace(self.architecture, window, batch, dtype, self._widths)

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return self.schedule.at(self.step_number) * self.learning_rate_factor

    @property
    def standing(self) -> Standing:
        """What turning knobs can change, as it is now; ``arrived``: as it was after the step."""
        return Standing(self.knobs, self.learning_rate_factor, self.batches.place)

    def turn(self, name: str, value: object) -> None:
        """Turn a knob of ``knobs.KNOBS``; ValueError, and nothing is changed, for what is wrong."""
        knobs.turn(self, name, value)

    def set_window(self, window: int) -> None:
        """Make room for windows of another length."""
        if window != self.workspace.T:
            self.workspace = self._workspace(window, self.config.batch)
            self.window = None
        self.knobs = msgspec.structs.replace(self.knobs, window=window)

    def stand(self, standing: Standing) -> None:
        """Take over what turning knobs can change. ValueError, CorpusError or ConfigError."""
        if standing.knobs.schedule != self.knobs.schedule:
            self.schedule = make_run_schedule(self.config, standing.knobs.schedule)
        self.batches.go_to(standing.place, standing.knobs.window)
        self.set_window(standing.knobs.window)
        self.knobs = standing.knobs
        self.learning_rate_factor = standing.learning_rate_factor

    def step(self) -> StepResult:
        """One window: forward, backward, clip, update. What is not finite is never applied.

        Nor is a gradient whose square is not: it would stay in the moments of the optimiser.
        """
        self._before = self._moment()
        window = self.batches.next()
        self.window = window
        if window.reset:
            self._reset_state()
        loss = self.workspace.loss_and_gradients(
            self.params, window.inputs, window.targets, self.state
        )
        gradients = self.workspace.gradients_flat
        learning_rate = self.learning_rate
        clipped = self._clip(gradients)
        norm = clipped.norm * clipped.scale  # as it would be applied
        applied = math.isfinite(loss) and norm * norm <= self._largest_square
        if applied:
            self.optimizer.update(self.flat, gradients, learning_rate)
            self.state = self.workspace.final_state()
        else:
            self.not_finite += 1
            self._reset_state()
        self.step_number += 1
        self.read += window.inputs.size
        self.smoothed.add(loss)
        self.arrived = self.standing
        return StepResult(
            step=self.step_number,
            epoch=window.epoch,
            loss=loss,
            gradient_norm=clipped.norm,
            scale=clipped.scale,
            applied=applied,
            learning_rate=learning_rate,
            characters=window.inputs.size,
            read=self.read,
            reset=window.reset,
        )

    def _clip(self, gradients: Array) -> ClippedNorm:
        """Clip each element, then the norm; what is not finite is only measured."""
        limit = self.knobs.clip_value
        before = gradient_norm(gradients) if limit else 0.0
        if not math.isfinite(before):  # an infinite element would become the limit
            return ClippedNorm(before, 1.0)
        outside = clip_by_value(gradients, limit)
        clipped = clip_by_norm(gradients, self.knobs.clip)
        if not outside:
            return clipped
        return ClippedNorm(before, min(clipped.norm * clipped.scale / before, _BELOW_ONE))

    def _reset_state(self) -> None:
        self.state = tuple(np.zeros_like(h) for h in self.state)

    @property
    def finite(self) -> bool:
        """Whether every weight and every moment of the optimiser is a finite number."""
        return all(np.isfinite(a).all() for a in (self.flat, *self.optimizer.moments.values()))

    @property
    def can_evaluate(self) -> bool:
        """Whether there is held-out text to measure on."""
        return self._held_out is not None

    def evaluate(self) -> Iterator[None]:
        """Measure the held-out loss, one window at each ``next``; it is in ``held_out_loss`` then.

        The state starts from zeros and is carried; the mean is over at most
        ``EVALUATION_WINDOWS`` windows from the start of the held-out text.
        """
        batches = self._held_out
        if batches is None:
            return
        batch, window = batches.batch, batches.window
        if self._evaluation_workspace is None:
            self._evaluation_workspace = self._workspace(window, batch)
        workspace = self._evaluation_workspace
        batches.seek(0, 0)
        state = zero_state(self.architecture, batch, np.dtype(self.config.dtype))
        losses = []
        for _ in range(min(batches.windows, EVALUATION_WINDOWS)):
            part = batches.next()
            losses.append(workspace.loss(self.params, part.inputs, part.targets, state))
            state = workspace.final_state()
            yield
        self.held_out_loss = math.fsum(losses) / len(losses)

    def checkpoint(self) -> Checkpoint:
        """All that decides what the next steps will be; the arrays are not copied."""
        return self._checkpoint(self._moment())

    def checkpoint_before(self) -> Checkpoint:
        """The same for the last step, if that was not applied: as it was when that was made."""
        return self._checkpoint(self._before or self._moment())

    def _moment(self) -> _Moment:
        state, smoothed = self.state, self.smoothed
        counts = self.step_number, self.read, self.not_finite
        return _Moment(*counts, state, smoothed.total, smoothed.weight, self.standing, self.arrived)

    def _checkpoint(self, moment: _Moment) -> Checkpoint:
        return Checkpoint(
            step=moment.step,
            params=dict(self.params),
            moments=dict(self.optimizer.moments),
            state=moment.state,
            scalars={
                "epoch": moment.standing.place.epoch,
                "position": moment.standing.place.position,
                "characters": moment.read,
                "optimizer": self.optimizer.name,
                "optimizer_steps": self.optimizer.steps,
                "learning_rate_factor": moment.standing.learning_rate_factor,
                "knobs": moment.standing.to_text(),
                "arrived": moment.arrived.to_text(),
                "smoothed_total": moment.smoothed_total,
                "smoothed_weight": moment.smoothed_weight,
                "held_out_loss": self.held_out_loss,
                "not_finite": moment.not_finite,
            },
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint of the same configuration; CheckpointError if it is not."""
        scalars: Mapping[str, Any] = checkpoint.scalars
        require_shapes(checkpoint, parameter_shapes(self.architecture), self.config.dtype)
        try:
            checked_state(checkpoint.state, self.architecture, self.config.batch)
            self.optimizer.restore(checkpoint.moments, int(scalars["optimizer_steps"]))
            self._restore_scalars(scalars)
        except (KeyError, ValueError, TypeError, OverflowError, CorpusError, ConfigError) as error:
            raise CheckpointError(f"the checkpoint does not fit this run: {error}") from error
        for name, value in checkpoint.params.items():
            self.params[name][...] = value
        self.state = tuple(np.array(h, self.config.dtype) for h in checkpoint.state)
        self.step_number = checkpoint.step

    def _restore_scalars(self, scalars: Mapping[str, Any]) -> None:
        self.stand(Standing.from_text(scalars["knobs"]))
        self.batches.seek(int(scalars["epoch"]), int(scalars["position"]))
        self.arrived = Standing.from_text(scalars["arrived"])
        self.read = int(scalars["characters"])
        self.smoothed.total = float(scalars["smoothed_total"])
        self.smoothed.weight = float(scalars["smoothed_weight"])
        self.held_out_loss = float(scalars["held_out_loss"])
        self.not_finite = int(scalars["not_finite"])
