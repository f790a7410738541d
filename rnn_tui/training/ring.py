"""The near past of a training, in memory: from here the last steps are quickly made again."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict

from rnn_tui.runs.checkpoint import Checkpoint
from rnn_tui.runs.tensors import to_bytes
from rnn_tui.training.trainer import Trainer

EVERY = 50
"""Steps between two states that are kept."""

MOST_BYTES = 64 << 20
"""All states together take so much at most; but one is always kept."""


class Ring:
    """The newest states of a trainer, of every ``EVERY``-th step."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._kept: OrderedDict[int, Checkpoint] = OrderedDict()
        self._sent: tuple[int, bytes] = (-1, b"")

    @property
    def steps(self) -> tuple[int, ...]:
        """After which steps a state was kept, ascending."""
        return tuple(self._kept)

    def after_step(self) -> None:
        """Keep the present state if its turn has come."""
        step = self._trainer.step_number
        if step % EVERY:
            return
        self._kept[step] = kept = copied(self._trainer.checkpoint())
        while len(self._kept) > max(1, MOST_BYTES // max(1, _size(kept))):
            self._kept.popitem(last=False)

    def go_back(self) -> None:
        """Forget what is later than the present step."""
        for step in [step for step in self._kept if step > self._trainer.step_number]:
            del self._kept[step]
        self._sent = (-1, b"")

    def before(self, step: int) -> int:
        """The newest step that is kept, of those before ``step``. ValueError if there is none."""
        found = [kept for kept in self._kept if kept < step]
        if not found:
            raise ValueError(f"nothing is kept in memory from before step {step:,}")
        return found[-1]

    def data(self, step: int) -> bytes:
        """A state as the bytes of a checkpoint. ValueError where it is kept no longer."""
        if self._sent[0] != step:
            if step not in self._kept:
                raise ValueError(f"the state of step {step:,} is no longer kept in memory")
            self._sent = step, to_bytes(self._kept[step])
        return self._sent[1]

    def all_sent(self) -> None:
        """Nobody needs the bytes now."""
        self._sent = (-1, b"")


def copied(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint with arrays that training does not change."""
    return dataclasses.replace(
        checkpoint,
        params={name: array.copy() for name, array in checkpoint.params.items()},
        moments={name: array.copy() for name, array in checkpoint.moments.items()},
        state=tuple(h.copy() for h in checkpoint.state),
    )


def _size(checkpoint: Checkpoint) -> int:
    arrays = (*checkpoint.params.values(), *checkpoint.moments.values(), *checkpoint.state)
    return sum(array.nbytes for array in arrays)
