"""What the next training step will use, seen without making it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.training.trainer import Trainer
from rnn_tui.training.window_messages import WindowHead


class Upcoming(NamedTuple):
    """A window that has not been trained on yet. Nothing is copied: read it before the step.

    ``arrays`` are named as in ``window_messages``; symbols have the dtype of the text.
    """

    head: WindowHead
    arrays: dict[str, Array]


def upcoming(trainer: Trainer) -> Upcoming:
    """What ``trainer.step()`` would take now; it changes nothing."""
    window, optimizer, config = trainer.batches.peek(), trainer.optimizer, trainer.config
    head = WindowHead(
        step=trainer.step_number + 1,
        epoch=window.epoch,
        position=window.position,
        reset=window.reset,
        window=len(window.inputs),
        cell=config.cell,
        dtype=config.dtype,
        clip=trainer.knobs.clip,
        clip_value=trainer.knobs.clip_value,
        optimizer=optimizer.name,
        options=dict(optimizer.options),
        moments=tuple(optimizer.moments),
        updates=optimizer.steps,
        learning_rate=trainer.learning_rate,
    )
    state = [np.zeros_like(h) if window.reset else h for h in trainer.state]  # (B, H) each
    arrays: dict[str, Array] = {"inputs": window.inputs, "targets": window.targets}  # (T, B)
    arrays |= {f"state.layer{layer}": h for layer, h in enumerate(state)}
    return Upcoming(head, {**arrays, **trainer.params, **dict(_moments(trainer))})


def _moments(trainer: Trainer) -> Iterator[tuple[str, Array]]:
    """The moments, which the optimiser keeps flat, cut as the parameters are."""
    for moment, flat in trainer.optimizer.moments.items():
        start = 0
        for name, value in trainer.params.items():
            yield f"{moment}.{name}", flat[start : start + value.size].reshape(value.shape)
            start += value.size
