"""The parts of a trainer as a configuration describes them."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from rnn_tui.core.optim import Optimizer, make_optimizer
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.schedules import Schedule, make_schedule
from rnn_tui.runs.configuration import RunConfig
from rnn_tui.runs.settings import FIELDS
from rnn_tui.text.batches import Batches
from rnn_tui.text.split import fitting_shape

STAIRS = 4
"""Stairs of the step schedule in a run where their length is not given."""


def initialization_stream(seed: int) -> np.random.Generator:
    """The random stream of the first weights: its own, so that no other draw can move it."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))


def run_architecture(config: RunConfig, V: int) -> Architecture:
    """The network that a configuration describes, for a vocabulary of V symbols."""
    return Architecture(
        inputs=V, hidden=config.hidden, layers=config.layers, outputs=V, cell=config.cell
    )


def make_run_optimizer(config: RunConfig, size: int, dtype: np.dtype[Any]) -> Optimizer:
    """The optimiser that a configuration names, with those options of it that apply."""
    options = {
        "momentum": {"momentum": config.momentum},
        "adamw": {"weight_decay": config.weight_decay},
    }
    return make_optimizer(config.optimizer, size, dtype, **options.get(config.optimizer, {}))


def make_run_schedule(config: RunConfig, words: str | None = None) -> Schedule:
    """The learning-rate schedule that a configuration names, or that ``words`` do.

    ``words`` are a schedule's name, and after it its ``decay_steps`` where they are not those of
    the configuration: "cosine 20000". ValueError, or ConfigError, for what there is not.
    """
    name, _, length = (config.schedule if words is None else words).partition(" ")
    FIELDS["schedule"].converted(name, "the schedule")
    config = msgspec.structs.replace(config, schedule=name)
    if length:
        field = FIELDS["decay_steps"]
        steps = field.converted(length, f"the number behind {name}", strict=False)
        config = msgspec.structs.replace(config, decay_steps=steps)
    if name != "constant" and not (config.steps or config.decay_steps):
        raise ValueError(f"the {name} schedule needs an end: write its steps, as in: {name} 20000")
    options = {
        "step": {"every": config.decay_steps or max(1, config.steps // STAIRS)},
        "cosine": {"total": config.decay_steps or config.steps, "warmup": config.warmup},
    }
    return make_schedule(name, config.learning_rate, **options.get(name, {}))


def evaluation_batches(held_out: npt.NDArray[np.integer[Any]], config: RunConfig) -> Batches | None:
    """As many streams as in training, fewer where the held-out text is short; None for no text."""
    if held_out.size < 2:
        return None
    return Batches(held_out, *fitting_shape(held_out.size, config.batch, config.window))
