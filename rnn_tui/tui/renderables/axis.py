"""Axes of a chart: where a number lies, and which numbers are written beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rnn_tui.tui.renderables.numbers import (
    LARGEST,
    short_number,
    step_number,
    tick_step,
    ticks,
)

Array = npt.NDArray[Any]
Write = Callable[[float, float], str]
Labels = tuple[tuple[float, str], ...]

_SMALLEST: Final = 1e-290
_FLAT: Final = 1e-4  # a range this small beside its numbers would need very long labels
_LARGEST_POWER: Final = 308.0


@dataclass(frozen=True)
class Axis:
    """An axis from ``low`` to ``high``, both already on its (linear or decimal) scale."""

    low: float
    high: float
    log: bool
    labels: Labels  # place on the scale, text

    def place(self, values: Array) -> Array:
        """Numbers (n,) on the scale of the axis, kept between its ends; NaN stays NaN."""
        return _scaled(values, self.log).clip(self.low, self.high)

    def contains(self, value: float) -> bool:
        """Whether a number lies between the ends."""
        if not math.isfinite(value) or (self.log and value <= 0):
            return False
        return self.low <= float(_scaled(np.float64(value), self.log)) <= self.high

    def cell(self, values: Array, cells: int, parts: int = 1) -> Array:
        """The cell (n,), 0 to cells - 1, that each number (n,) falls into.

        parts: into how many dots a cell is divided; 1 for whole characters.
        """
        share = (self.place(values) - self.low) / (self.high - self.low)
        return np.floor(0.5 + (cells * parts - 1) * share).astype(np.int64) // parts

    def dot(self, index: int, dots: int) -> float:
        """The place on the scale of a dot, of so many along the axis."""
        return self.low + (self.high - self.low) * index / max(dots - 1, 1)


def _scaled(values: Any, log: bool) -> Array:
    numbers = np.asarray(values, np.float64).clip(-LARGEST, LARGEST)
    return np.log10(numbers.clip(_SMALLEST, None)) if log else numbers


def value_axis(values: Array, log: bool, most_labels: int) -> Axis:
    """The upward axis for finite numbers (n,)."""
    usable = values[values > 0] if log else values
    if not usable.size:
        usable = np.array([0.1, 1.0])
    placed = _scaled(usable, log)
    low, high = _widened(float(placed.min()), float(placed.max()))
    if not log:
        half = tick_step(low, high, most_labels) / 2
        low, high = math.floor(low / half + 1e-9) * half, math.ceil(high / half - 1e-9) * half
    return Axis(low, high, log, _labels(low, high, log, most_labels, short_number))


def step_axis(first: float, last: float, log: bool, most_labels: int) -> Axis:
    """The axis of steps; on a logarithmic one step 0 lies at step 1."""
    begin = max(first, 1.0) if log else first
    ends = _scaled(np.array([begin, max(last, begin + 1)]), log)
    low, high = _widened(float(ends[0]), float(ends[1]))
    labels = _labels(low, high, log, most_labels, _step_label)
    return Axis(low, high, log, labels if log else _whole(labels))


def _whole(labels: Labels) -> Labels:
    """There is no half step."""
    return tuple(label for label in labels if label[0] == int(label[0]))


def _step_label(value: float, _: float) -> str:
    return step_number(value)


def _widened(low: float, high: float) -> tuple[float, float]:
    """The same range, made wide enough to divide and to label when it is (nearly) one number."""
    room = max(abs(low), abs(high))
    if high - low > max(_FLAT * room, _SMALLEST):
        return low, high
    middle = (low + high) / 2
    margin = 0.05 * room if room > _SMALLEST else 1.0
    return middle - margin, middle + margin


def _labels(low: float, high: float, log: bool, most: int, write: Write) -> Labels:
    if not log:
        step = tick_step(low, high, most)
        return tuple((value, write(value, step)) for value in ticks(low, high, most))
    if high - low < 1:  # less than a decade: round numbers, unevenly spaced
        ends = 10**low, 10**high
        step = tick_step(*ends, most)
        inside = [value for value in ticks(*ends, most) if value > 0]
        return tuple((math.log10(value), write(value, step)) for value in inside)
    return tuple(
        (place, write(10 ** min(place, _LARGEST_POWER), 0.0)) for place in _decades(low, high, most)
    )


def _decades(low: float, high: float, most: int) -> list[float]:
    """Places of 1, 2, 5 times the powers of ten, or of powers alone, where there are many."""
    per_tick = (high - low) / max(most, 1)
    digits = (1, 2, 5) if per_tick <= 1 / 3 else (1, 3) if per_tick <= 1 / 2 else (1,)
    stride = max(math.ceil(per_tick), 1) if digits == (1,) else 1
    powers = range(math.floor(low), math.ceil(high) + 1)
    places = [
        power + math.log10(digit) for power in powers if power % stride == 0 for digit in digits
    ]
    return [place for place in places if low - 1e-9 <= place <= high + 1e-9]
