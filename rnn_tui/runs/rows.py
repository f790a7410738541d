"""What the log of a run consists of, and how its numbers are kept in SQLite without loss."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

_NUMBERS = {int, float}

KINDS = {
    "reset": "the carried state was set to zero",
    "text end": "the end of the text was reached; the next step begins it again",
    "held out": "the loss on the held-out text was measured",
    "saved": "a checkpoint was written",
    "knob": "somebody changed a setting of the running training",
    "clipped": "many of the last gradients were scaled down",
    "not finite": "a value was NaN or infinite",
    "attached": "somebody began to watch",
    "detached": "somebody stopped watching",
    "resumed": "the training went on from a checkpoint",
    "paused": "the training was paused",
    "continued": "the training went on after a pause",
    "undone": "the training went back to before the last change of a setting",
    "checkpoint skipped": "a checkpoint could not be written",
    "dropped": "values came faster than the disk took them; some are missing",
    "failed": "the program that trains ended with an error",
    "note": "something worth knowing",
}
"""The kinds of events, and what each is in words."""

ITEM_BYTES = {
    "bool": 1,
    **{f"int{8 * size}": size for size in (1, 2, 4, 8)},
    **{f"uint{8 * size}": size for size in (1, 2, 4, 8)},
    **{f"float{8 * size}": size for size in (2, 4, 8)},
}
"""The types of number that a stored array may have, little-endian, and their sizes."""


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
    finite: int  # how many are


class RowSpan(NamedTuple):
    """Both metrics of neighbouring steps."""

    loss: Span
    gradient_norm: Span


class Stretch(NamedTuple):
    """Neighbouring values of a loss or a series, with how far the run was behind the last."""

    first: int  # step
    last: int  # step
    low: float | None  # of the finite values; None if there is none
    high: float | None
    mean: float | None
    odd: int  # how many values are NaN or infinite
    characters: int  # seen by the network; 0 where nobody counts them
    seconds: float  # spent training


class HeldOut(NamedTuple):
    """One evaluation on the held-out text; the mean loss in nats per character."""

    step: int
    loss: float


class Event(NamedTuple):
    """Something that happened, of one of the ``KINDS``.

    For a knob: ``name`` is the setting, ``before`` and ``after`` its values as JSON, ``who`` turned
    it, and ``step`` the last one that was made with the value before. Otherwise empty, but for the
    ``name`` of the series or array that an event is about.
    """

    id: int
    step: int
    kind: str
    detail: str
    seconds: float
    name: str = ""
    before: str = ""
    after: str = ""
    who: str = ""


class Point(NamedTuple):
    """One value of a named series of a monitored run; ``seconds`` since the run began."""

    step: int
    value: float
    seconds: float


class StoredArray(NamedTuple):
    """The latest array of a name, without NumPy: ``data`` in C order, little-endian."""

    name: str
    step: int
    dtype: str  # one of ITEM_BYTES
    shape: tuple[int, ...]
    axes: tuple[str, ...]  # what each axis counts; empty: not said
    data: bytes
    seconds: float


class ListedArray(NamedTuple):
    """What is to be said of an array without reading its numbers."""

    name: str
    step: int
    shape: tuple[int, ...]
    axes: tuple[str, ...]


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


def row_span_of(first: Any, last: Any, *numbers: Any) -> RowSpan:
    """Return a span of the rows from its ends and five numbers for each metric."""
    return RowSpan(Span(first, last, *numbers[:5]), Span(first, last, *numbers[5:]))


def held_out_of(step: Any, loss: Any) -> HeldOut:
    """Return an evaluation as it was appended; errors as for ``row_of``."""
    return HeldOut(int(step), float(loss))


def event_of(
    number: Any, step: Any, kind: Any, detail: Any, seconds: Any, *more: str | None
) -> Event:
    """Return an event as it was appended; errors as for ``row_of``. Layout 1 has no ``more``."""
    said = (str(part or "") for part in more)
    return Event(int(number), int(step), str(kind), str(detail), float(seconds), *said)


def point_of(step: Any, value: Any, seconds: Any) -> Point:
    """Return a value of a series as it was appended; errors as for ``row_of``."""
    return Point(int(step), float(value), float(seconds))


def array_of(
    name: str, step: Any, dtype: str, shape: str, axes: str, data: bytes, seconds: Any
) -> StoredArray:
    """Return an array as it was put; ValueError or TypeError where its parts do not agree."""
    sizes, names = _numbers(shape), _names(axes)
    size = ITEM_BYTES.get(dtype, 0)
    if not size or min(sizes, default=0) < 0 or math.prod(sizes) * size != len(data):
        raise ValueError(f"array {name!r} has {len(data)} bytes for {dtype} of {sizes}")
    if names and len(names) != len(sizes):
        raise ValueError(f"array {name!r} has {len(sizes)} axes and {len(names)} names of them")
    return StoredArray(str(name), int(step), dtype, sizes, names, data, float(seconds))


def listed_array_of(name: str, step: Any, shape: str, axes: str) -> ListedArray:
    """Return what is known of an array; errors as for ``array_of``."""
    return ListedArray(str(name), int(step), _numbers(shape), _names(axes))


def _numbers(shape: str) -> tuple[int, ...]:
    return tuple(int(size) for size in json.loads(shape))


def _names(axes: str) -> tuple[str, ...]:
    return tuple(str(axis) for axis in json.loads(axes))
