"""What a line chart shows: curves, reference lines, events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.tui.renderables.palette import Rgb
from rnn_tui.tui.series import Columns

Array = npt.NDArray[Any]
Role = Literal["raw", "smoothed", "held out"]


@dataclass(frozen=True, eq=False)
class Curve:
    """One line of a chart.

    steps: (n,), rising. low, high: (n,), the range at each; the same for a plain line. They may
    hold NaN and infinity, which are marked and not drawn.
    not_finite: (n,) counts of values that were not finite, where low and high leave them out.
    label: its name in the legend; "" keeps it out. reading: the number beside the name, the last
    finite one if not given.
    tint: its colour, where several runs are in one chart. sign: the letter that it is drawn with
    where there are no colours.
    """

    role: Role
    steps: Array
    low: Array
    high: Array
    label: str = ""
    reading: float | None = None
    not_finite: Array | None = None
    tint: Rgb | None = None
    sign: str = ""

    @property
    def broken(self) -> Array:
        """How many values at each step (n,) were not finite."""
        if self.not_finite is not None:
            return self.not_finite
        return (~(np.isfinite(self.low) & np.isfinite(self.high))).astype(np.int64)

    @property
    def last_reading(self) -> float | None:
        """The number of the legend."""
        if self.reading is not None:
            return self.reading if np.isfinite(self.reading) else None
        finite = self.high[np.isfinite(self.high)]
        return float(finite[-1]) if finite.size else None


def line(role: Role, steps: Any, values: Any, label: str = "") -> Curve:
    """A curve with one value (n,) at each step (n,)."""
    heights = np.asarray(values, np.float64)
    return Curve(role, np.asarray(steps, np.float64), heights, heights, label)


def training_curves(columns: Columns, label: str) -> tuple[Curve, Curve]:
    """The faint curve of every value, and the strong one of their moving average over it."""
    raw = Curve(
        "raw",
        columns.steps,
        columns.minimum,
        columns.maximum,
        not_finite=columns.not_finite,
    )
    known = np.isfinite(columns.smoothed)
    return raw, line("smoothed", columns.steps[known], columns.smoothed[known], label)


class Reference(NamedTuple):
    """A horizontal line that answers "is this number good?"."""

    value: float
    label: str


class Event(NamedTuple):
    """Something that happened at a step, of a kind that ``event_marks`` has a mark for."""

    step: float
    kind: str


@dataclass(frozen=True, eq=False)
class ChartData:
    """Everything that a chart shows.

    unit: of the numbers upward, written over the axis. first_step, last_step: the range drawn; what
    the curves have, if not given. fit_references: whether all reference lines must be seen.
    empty: what to say while there is nothing to draw. across: what the axis counts. cursor: a place
    on it that is marked. signs: whether curves are drawn with their signs.
    """

    curves: Sequence[Curve] = ()
    references: Sequence[Reference] = ()
    events: Sequence[Event] = ()
    unit: str = ""
    log: bool = False
    log_steps: bool = False
    first_step: float | None = None
    last_step: float | None = None
    fit_references: bool = True
    empty: str = "nothing measured yet"
    across: str = "steps"
    cursor: float | None = None
    signs: bool = False
