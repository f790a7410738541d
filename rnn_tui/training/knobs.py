"""Knobs: the settings that may be turned while a run is trained, and what turning each one does.

A knob acts from the next step on. What a knob may be is what the setting of its name may be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec

from rnn_tui.runs.configuration import RunConfig, check_memory
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.settings import FIELDS
from rnn_tui.text.batches import Place
from rnn_tui.text.errors import CorpusError
from rnn_tui.training.making import make_run_schedule

if TYPE_CHECKING:
    from rnn_tui.training.trainer import Trainer

Value: TypeAlias = float | int | str


class Knobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The values in force, but for the learning rate, which ``learning_rate_factor`` makes.

    ``schedule`` is a name, with a number of steps behind it where that was given with it.
    """

    clip: float
    clip_value: float
    schedule: str
    window: int

    @classmethod
    def of(cls, config: RunConfig) -> Knobs:
        """Those that a run begins with."""
        return cls(config.clip, config.clip_value, config.schedule, config.window)


class Standing(NamedTuple):
    """All that turning knobs can change: the values, and where a new window leads in the text."""

    knobs: Knobs
    learning_rate_factor: float
    place: Place

    def to_text(self) -> str:
        """As JSON."""
        return msgspec.json.encode(tuple(self)).decode()

    @classmethod
    def from_text(cls, text: object) -> Standing:
        """What ``to_text`` wrote. ValueError for anything else."""
        knobs, factor, place = msgspec.json.decode(str(text), type=_STANDING)
        return cls(knobs, factor, Place(*place))


_STANDING = tuple[Knobs, float, tuple[int, int, int]]


class Knob(NamedTuple):
    """How a setting is read off a trainer, and how it is turned."""

    title: str
    value: Callable[[Trainer], Value]
    turn: Callable[[Trainer, Any], None]
    """ValueError, ConfigError or CorpusError for what cannot be; then nothing is changed."""
    does: str
    """What is not said by the help of the setting."""


def turn(trainer: Trainer, name: str, value: object) -> None:
    """Turn a knob; ValueError for one that there is not, and for what it cannot be turned to."""
    knob = KNOBS.get(name)
    if knob is None:
        raise ValueError(f"{name[:60]!r} cannot be turned: there are {', '.join(KNOBS)}")
    try:
        if name != "schedule":  # which may have a number behind it
            value = FIELDS[name].converted(value, f"the {knob.title}")
        knob.turn(trainer, value)
    except (ConfigError, CorpusError) as error:
        raise ValueError(str(error)) from None


def _set(name: str) -> Callable[[Trainer, Any], None]:
    def apply(trainer: Trainer, value: Any) -> None:
        trainer.knobs = msgspec.structs.replace(trainer.knobs, **{name: value})

    return apply


def _turn_learning_rate(trainer: Trainer, rate: float) -> None:
    """Scale what is left of the schedule so that the next step uses ``rate``."""
    planned = trainer.schedule.at(trainer.step_number)
    if planned <= 0:
        raise ValueError("the schedule has brought the learning rate to 0: it cannot be scaled")
    if not math.isfinite(rate / planned):
        raise ValueError(f"the schedule has brought the learning rate to {planned:g}: too far")
    trainer.learning_rate_factor = rate / planned


def _turn_schedule(trainer: Trainer, words: object) -> None:
    """The rate of the next step stays as it is, and changes from there as the schedule says.

    Where the old schedule has come to 0 the rate is the new one's own.
    """
    words = " ".join(str(words).split())
    schedule = make_run_schedule(trainer.config, words)
    planned, rate = schedule.at(trainer.step_number), trainer.learning_rate
    if planned <= 0:
        raise ValueError(
            f"the {schedule.name} schedule is over at step {trainer.step_number:,}: "
            f"write a later end, as in: {schedule.name} {2 * trainer.step_number}"
        )
    trainer.schedule = schedule
    if rate > 0 and math.isfinite(rate / planned):
        trainer.learning_rate_factor = rate / planned
    _set("schedule")(trainer, words)


def _turn_window(trainer: Trainer, window: int) -> None:
    """Each row reads on at the symbol where it stopped, with the state that it has carried there.

    That is so until the text begins again: see ``Batches.change_window``. The held-out loss is
    measured with the window of the configuration throughout, so that it can be compared.
    """
    config = msgspec.structs.replace(trainer.config, window=window)
    check_memory(config, trainer.architecture.inputs)
    place = trainer.arrived.place  # turned there and back again is not turned
    trainer.batches.go_to(place, trainer.arrived.knobs.window)
    try:
        trainer.batches.change_window(window)
    finally:
        trainer.set_window(trainer.batches.window)


KNOBS: Mapping[str, Knob] = {
    "learning_rate": Knob(
        "learning rate",
        lambda trainer: trainer.learning_rate,
        _turn_learning_rate,
        "of the next step; the schedule goes on from there",
    ),
    "schedule": Knob(
        "schedule",
        lambda trainer: trainer.knobs.schedule,
        _turn_schedule,
        "constant, step or cosine, and steps if need be: cosine 20000",
    ),
    "clip": Knob(
        "norm limit",
        lambda trainer: trainer.knobs.clip,
        _set("clip"),
        FIELDS["clip"].help,
    ),
    "clip_value": Knob(
        "value limit",
        lambda trainer: trainer.knobs.clip_value,
        _set("clip_value"),
        FIELDS["clip_value"].help,
    ),
    "window": Knob(
        "window",
        lambda trainer: trainer.knobs.window,
        _turn_window,
        "time steps; the place in the text and the state stay",
    ),
}
"""Every knob by the name of its setting."""
