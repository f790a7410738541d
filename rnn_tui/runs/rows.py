"""What the log of a run consists of, and how its numbers are kept in SQLite without loss."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

_NUMBERS = {int, float}


class Row(NamedTuple):
    """One update. ``step`` counts from 1; the loss is the mean in nats per character."""

    step: int
    loss: float
    gradient_norm: float  # before clipping
    scale: float  # what clipping multiplied the gradient by; 1: not clipped
    learning_rate: float
    characters: int  # seen since the start of the run
    seconds: float  # spent training since the start of the run, pauses excluded
    epoch: float  # passes over the text


class Span(NamedTuple):
    """The training losses of neighbouring steps, for a chart that has no room for each."""

    first: int  # step
    last: int  # step
    low: float | None  # of the finite losses; None if there is none
    high: float | None
    mean: float | None
    odd: int  # how many losses are NaN or infinite


class HeldOut(NamedTuple):
    """One evaluation on the held-out text; the mean loss in nats per character."""

    step: int
    loss: float


class Event(NamedTuple):
    """Something that happened: a change of the learning rate, a NaN, a save."""

    id: int
    step: int
    kind: str
    detail: str
    seconds: float


def stored(value: Any) -> int | float | str:
    """Return a number, of Python's or NumPy's types, as SQLite keeps it.

    SQLite turns NaN into NULL: what is not finite is stored as text.
    """
    if isinstance(value, int):
        return value
    number = float(value)
    return number if math.isfinite(number) else repr(number)


def row_of(*values: Any) -> Row:
    """Return a row as it was appended; TypeError or ValueError if it holds no numbers."""
    if _NUMBERS.issuperset(map(type, values)):
        return Row(*values)  # nearly always, and reading a million must not take long
    step, loss, norm, scale, rate, characters, seconds, epoch = values
    numbers = (float(loss), float(norm), float(scale), float(rate))
    return Row(int(step), *numbers, int(characters), float(seconds), float(epoch))


def held_out_of(step: Any, loss: Any) -> HeldOut:
    """Return an evaluation as it was appended; errors as for ``row_of``."""
    return HeldOut(int(step), float(loss))


def event_of(number: Any, step: Any, kind: Any, detail: Any, seconds: Any) -> Event:
    """Return an event as it was appended; errors as for ``row_of``."""
    return Event(int(number), int(step), str(kind), str(detail), float(seconds))
