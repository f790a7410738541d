"""The training loop, one step at a time: pure, synchronous, and a function of what it was given.

It knows no files, no clock and no process. The same configuration, text and number of steps leave
the same bits, whatever anybody asked it meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, State
from rnn_tui.core.checks import checked_state
from rnn_tui.core.clipping import ClippedNorm, clip_by_norm, clip_by_value, gradient_norm
from rnn_tui.core.initialization import initialize
from rnn_tui.core.model import Workspace
from rnn_tui.core.optim import Optimizer, make_optimizer
from rnn_tui.core.parameters import Architecture, parameter_shapes, zero_state
from rnn_tui.core.schedules import Schedule, make_schedule
from rnn_tui.runs.checkpoint import Checkpoint, require_shapes
from rnn_tui.runs.configuration import RunConfig
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.text.batches import Batches, Window
from rnn_tui.text.split import fitting_shape

Symbols = npt.NDArray[np.integer[Any]]

EVALUATION_WINDOWS = 64
"""Held-out loss is measured over so many windows at most: its cost stays a small share."""

SMOOTHING = 0.95
"""Decay of the moving average of the training loss that the status shows."""

STAIRS = 4
"""Stairs of the step schedule in a run where their length is not given."""

_BELOW_ONE = math.nextafter(1.0, 0.0)


def initialization_stream(seed: int) -> np.random.Generator:
    """The random stream of the first weights: its own, so that no other draw can move it."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))


@dataclass(frozen=True)
class StepResult:
    """One training step. Loss in nats per character; ``gradient_norm`` before clipping,
    ``scale`` times that after it: below 1 where anything was clipped, else exactly 1."""

    step: int
    epoch: int
    loss: float
    gradient_norm: float
    scale: float
    applied: bool
    learning_rate: float
    characters: int
    reset: bool


@dataclass
class Smoothed:
    """A moving average without the bias of its start: a constant stays that constant."""

    decay: float
    total: float = 0.0
    weight: float = 0.0

    def add(self, value: float) -> None:
        """Take in one value; what is not finite is left out."""
        if math.isfinite(value):
            self.total = self.decay * self.total + (1 - self.decay) * value
            self.weight = self.decay * self.weight + (1 - self.decay)

    @property
    def value(self) -> float:
        """The average so far, NaN before the first value."""
        return self.total / self.weight if self.weight else math.nan


class Trainer:
    """A network, its optimiser and its place in the text.

    Args:
        config: the run's configuration.
        vocabulary_size: V.
        training: symbols ``(N,)`` to learn from.
        held_out: symbols ``(M,)`` to measure on; may be empty.
    """

    def __init__(
        self, config: RunConfig, vocabulary_size: int, training: Symbols, held_out: Symbols
    ) -> None:
        self.config = config
        self.architecture = Architecture(
            inputs=vocabulary_size,
            hidden=config.hidden,
            layers=config.layers,
            outputs=vocabulary_size,
            cell=config.cell,
        )
        dtype = np.dtype(config.dtype)
        self.flat, self.params = initialize(
            self.architecture, config.initialization, initialization_stream(config.seed), dtype
        )
        self.optimizer = make_run_optimizer(config, self.flat.size, dtype)
        self.schedule = make_run_schedule(config)
        self.workspace = Workspace(self.architecture, config.window, config.batch, dtype)
        self.batches = Batches(training, config.batch, config.window)
        self.state: State = zero_state(self.architecture, config.batch, dtype)
        self.step_number = 0
        self.learning_rate_factor = 1.0
        self.smoothed = Smoothed(SMOOTHING)
        self.held_out_loss = math.nan
        self.not_finite = 0
        self.window: Window | None = None
        self._largest_square = float(np.finfo(dtype).max)
        self._held_out = _evaluation_batches(held_out, config)
        self._evaluation_workspace: Workspace | None = None

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return self.schedule.at(self.step_number) * self.learning_rate_factor

    def set_learning_rate(self, value: float) -> None:
        """Scale the schedule so that the next step uses ``value``; ValueError if unusable."""
        if not (math.isfinite(value) and 0 < value <= 100):
            raise ValueError(f"a learning rate is above 0 and at most 100, not {value:g}")
        planned = self.schedule.at(self.step_number)
        if planned <= 0:
            raise ValueError("the schedule has brought the learning rate to 0: it cannot be scaled")
        if not math.isfinite(value / planned):
            raise ValueError(f"the schedule has brought the learning rate to {planned:g}: too far")
        self.learning_rate_factor = value / planned

    def step(self) -> StepResult:
        """One window: forward, backward, clip, update. What is not finite is never applied.

        Nor is a gradient whose square is not: it would stay in the moments of the optimiser.
        """
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
        self.smoothed.add(loss)
        return StepResult(
            step=self.step_number,
            epoch=window.epoch,
            loss=loss,
            gradient_norm=clipped.norm,
            scale=clipped.scale,
            applied=applied,
            learning_rate=learning_rate,
            characters=window.inputs.size,
            reset=window.reset,
        )

    def _clip(self, gradients: Array) -> ClippedNorm:
        """Clip each element, then the norm; what is not finite is only measured."""
        limit = self.config.clip_value
        before = gradient_norm(gradients) if limit else 0.0
        if not math.isfinite(before):  # an infinite element would become the limit
            return ClippedNorm(before, 1.0)
        outside = clip_by_value(gradients, limit)
        clipped = clip_by_norm(gradients, self.config.clip)
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
            self._evaluation_workspace = Workspace(
                self.architecture, window, batch, np.dtype(self.config.dtype)
            )
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
        """All that decides what the next steps will be."""
        return Checkpoint(
            step=self.step_number,
            params=dict(self.params),
            moments=dict(self.optimizer.moments),
            state=self.state,
            scalars={
                "epoch": self.batches.epoch,
                "position": self.batches.position,
                "optimizer": self.optimizer.name,
                "optimizer_steps": self.optimizer.steps,
                "learning_rate_factor": self.learning_rate_factor,
                "smoothed_total": self.smoothed.total,
                "smoothed_weight": self.smoothed.weight,
                "held_out_loss": self.held_out_loss,
                "not_finite": self.not_finite,
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
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise CheckpointError(f"the checkpoint does not fit this run: {error}") from error
        for name, value in checkpoint.params.items():
            self.params[name][...] = value
        self.state = tuple(np.array(h, self.config.dtype) for h in checkpoint.state)
        self.step_number = checkpoint.step

    def _restore_scalars(self, scalars: Mapping[str, Any]) -> None:
        self.batches.seek(int(scalars["epoch"]), int(scalars["position"]))
        self.learning_rate_factor = float(scalars["learning_rate_factor"])
        self.smoothed.total = float(scalars["smoothed_total"])
        self.smoothed.weight = float(scalars["smoothed_weight"])
        self.held_out_loss = float(scalars["held_out_loss"])
        self.not_finite = int(scalars["not_finite"])


def make_run_optimizer(config: RunConfig, size: int, dtype: np.dtype[Any]) -> Optimizer:
    """The optimiser that a configuration names, with those options of it that apply."""
    options = {
        "momentum": {"momentum": config.momentum},
        "adamw": {"weight_decay": config.weight_decay},
    }
    return make_optimizer(config.optimizer, size, dtype, **options.get(config.optimizer, {}))


def make_run_schedule(config: RunConfig) -> Schedule:
    """The learning-rate schedule that a configuration names."""
    options = {
        "step": {"every": config.decay_steps or max(1, config.steps // STAIRS)},
        "cosine": {"total": config.decay_steps or config.steps, "warmup": config.warmup},
    }
    return make_schedule(config.schedule, config.learning_rate, **options.get(config.schedule, {}))


def _evaluation_batches(held_out: Symbols, config: RunConfig) -> Batches | None:
    """As many streams as in training, fewer where the held-out text is short."""
    if held_out.size < 2:
        return None
    return Batches(held_out, *fitting_shape(held_out.size, config.batch, config.window))
