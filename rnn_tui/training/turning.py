"""The knobs of a run that is being trained: turned with a trail in the log, and turned back.

The checkpoint to undo to is written when a knob was turned: it holds the numbers of that moment,
the values in force from now on, so that a resume has them, and those from before.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from rnn_tui.runs.atomic import storage_error
from rnn_tui.runs.checkpoint import (
    Checkpoint,
    discard_after,
    list_checkpoints,
    load_checkpoint,
)
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.keeping import read_undo, write_undo
from rnn_tui.runs.metrics import MetricsLog, MetricsReader
from rnn_tui.runs.rows import Event
from rnn_tui.training.knobs import KNOBS, Knobs, Value
from rnn_tui.training.trainer import Trainer

PAGE = 1_000
"""Events of the log that are read at a time."""

ON_RESUME = "resume"
"""Who turned a knob back that was turned after the checkpoint that a run was resumed from."""


class Turned(NamedTuple):
    """A knob that was turned; equal values where it was so already."""

    title: str
    before: Value
    after: Value

    def __str__(self) -> str:
        """In words."""
        if self.before == self.after:
            return f"{self.title} is {shown(self.after)}"
        return f"{self.title} {shown(self.before)} → {shown(self.after)}"


def shown(value: Value) -> str:
    """A value of a knob in few digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


class Turning:
    """Turns the knobs of a trainer; the log and the checkpoints of its run tell of it."""

    def __init__(self, directory: RunDirectory, trainer: Trainer, metrics: MetricsLog) -> None:
        self._checkpoints, self._odd = directory.checkpoints, directory.odd
        self._trainer, self._metrics = trainer, metrics
        self._left_to_undo: tuple[int, ...] | None = None

    def turn(self, name: str, value: object, who: str, seconds: float) -> Turned:
        """From the next step on.

        Nothing has changed after a ValueError, for what cannot be, and a StorageError.
        """
        trainer, standing = self._trainer, self._trainer.standing
        before = {knob: KNOBS[knob].value(trainer) for knob in KNOBS}
        trainer.turn(name, value)
        after = KNOBS[name].value(trainer)
        if after != before[name]:
            try:
                self._allow_undo()
            except BaseException:
                trainer.stand(standing)
                raise
            self._note(name, before[name], after, who, seconds)
        return Turned(KNOBS[name].title, before[name], after)

    def _allow_undo(self) -> None:
        """The checkpoint of the present step is one to go back to."""
        step = self._trainer.step_number
        earlier = (undo for undo in self.to_undo() if undo < step)
        try:
            self._checkpoints.mkdir(exist_ok=True)
        except OSError as error:
            raise storage_error("make", self._checkpoints, error) from error
        write_undo(self._checkpoints, (*earlier, step))

    def _note(self, name: str, before: Value, after: Value, who: str, seconds: float) -> None:
        old, new = (msgspec.json.encode(value).decode() for value in (before, after))
        self._metrics.append_knob(self._trainer.step_number, name, old, new, who, seconds)

    def to_undo(self) -> tuple[int, ...]:
        """The steps that can be gone back to, oldest first."""
        there = set(list_checkpoints(self._checkpoints)) if self._checkpoints.is_dir() else set()
        return tuple(step for step in read_undo(self._checkpoints) if step in there)

    def undo(self, who: str) -> str:
        """Go back to before the last knob was turned, that of the same step included; in words.

        ``supersede`` is to follow. ValueError where none was; CheckpointError or StorageError, and
        nothing has changed, where the checkpoint or the log cannot be used.
        """
        steps = self.to_undo()
        if not steps:
            raise ValueError("no knob was turned that could be turned back")
        trainer, was = self._trainer, self._trainer.step_number
        before = self._values()
        self.go_back(load_checkpoint(self._checkpoints, steps[-1]).checkpoint)
        trainer.stand(trainer.arrived)
        self._left_to_undo = steps[:-1]
        turned = self._note_changes(before, who)
        words = f"from step {was:,} back to step {trainer.step_number:,}"
        return ": ".join(filter(None, (words, ", ".join(map(str, turned)))))

    def _values(self) -> dict[str, tuple[Any, Value]]:
        """Of each knob what it is turned to, of which the learning rate may only be the effect."""
        trainer = self._trainer
        return {
            name: (getattr(trainer.knobs, name, trainer.learning_rate_factor), knob.value(trainer))
            for name, knob in KNOBS.items()
        }

    def _note_changes(self, before: Mapping[str, tuple[Any, Value]], who: str) -> list[Turned]:
        turned, step = [], self._trainer.step_number
        made = self._metrics.rows_after(step - 1, 1) if step else []
        seconds = made[0].seconds if made else 0.0
        for name, (setting, value) in self._values().items():
            if setting != before[name][0]:
                turned.append(Turned(KNOBS[name].title, before[name][1], value))
                self._note(name, before[name][1], value, who, seconds)
        return turned

    def go_back(self, checkpoint: Checkpoint) -> None:
        """Bring the trainer to an earlier step; log and checkpoints still tell of later ones."""
        self._metrics.flush()
        self._trainer.restore(checkpoint)

    def supersede(self) -> None:
        """Remove what is later than the present step; may be tried again after a StorageError."""
        step = self._trainer.step_number
        for folder, last in ((self._checkpoints, step), (self._odd, step - 1)):
            if folder.is_dir():
                discard_after(folder, last)
        if self._left_to_undo is not None:
            write_undo(self._checkpoints, self._left_to_undo)
        self._metrics.truncate_after(step)
        self._left_to_undo = None

    @property
    def seconds(self) -> float:
        """That were trained until the last step of the log."""
        last = self._metrics.last()
        return last.seconds if last else 0.0

    def agree(self) -> None:
        """After a resume: have the log say what is in force.

        A knob may have been turned after the checkpoint, at its very step.
        """
        trainer = self._trainer
        logged: dict[str, Value] = msgspec.structs.asdict(Knobs.of(trainer.config))
        for event in knob_events(self._metrics):
            if event.name != "learning_rate" or event.step == trainer.step_number:
                logged[event.name] = turned_to(event)
        for name, value in logged.items():
            if name in KNOBS and not _equal(now := KNOBS[name].value(trainer), value):
                self._note(name, value, now, ON_RESUME, self.seconds)


def _equal(a: Value, b: Value) -> bool:
    """Whether they are, but for what two scalings of a learning rate may differ in."""
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-12)
    return a == b


def knob_events(log: MetricsReader, first: int = 0) -> Iterator[Event]:
    """Every turn of a knob after step ``first`` was made, in order."""
    last = 0
    while events := log.events_after(last, PAGE):
        yield from (event for event in events if event.kind == "knob" and event.step >= first)
        last = events[-1].id


def turned_to(event: Event) -> Any:
    """The value that a knob was turned to. ValueError where the log does not say."""
    return msgspec.json.decode(event.after)
