"""Which points of a curve are worth drawing at a width."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rnn_tui.tui.renderables.axis import Axis
from rnn_tui.tui.renderables.chart_data import Curve

Array = npt.NDArray[Any]

_MARKER_EVERY: Final = 6  # columns


def first_step(steps: Axis) -> float:
    """The step that the axis begins at; a logarithmic one takes what is before step 1 with it."""
    return float(
        10**steps.low if steps.log and steps.low > 0 else -np.inf if steps.log else steps.low
    )


def last_step(steps: Axis) -> float:
    """The step that the axis ends at."""
    return float(10**steps.high * (1 + 1e-12) if steps.log else steps.high)


def in_range(curve: Curve, steps: Axis) -> Array:
    """Which points of a curve (n,) lie on the axis."""
    return (curve.steps >= first_step(steps)) & (curve.steps <= last_step(steps))


def reduced(
    curve: Curve, steps: Axis, values: Axis, columns: int
) -> tuple[list[float], list[float]]:
    """The points of a curve for plotext: finite, on the scales, at most two in a column.

    Both ends of the range in a column are kept, on its left and right dots, the nearer end first:
    no spike is lost.
    """
    usable = np.isfinite(curve.low) & np.isfinite(curve.high) & in_range(curve, steps)
    if not usable.any():
        return [], []
    column = steps.cell(curve.steps[usable], columns, parts=2)
    starts = np.flatnonzero(np.r_[True, column[1:] != column[:-1]])
    low = values.place(np.minimum.reduceat(curve.low[usable], starts)).tolist()
    high = values.place(np.maximum.reduceat(curve.high[usable], starts)).tolist()
    places = steps.place(curve.steps[usable])[starts].tolist()
    xs: list[float] = []
    ys: list[float] = []
    for cell, x, bottom, top in zip(column[starts].tolist(), places, low, high, strict=True):
        if bottom == top:
            xs.append(x)
            ys.append(bottom)
            continue
        upward = not ys or abs(ys[-1] - bottom) <= abs(ys[-1] - top)
        xs += [steps.dot(2 * cell, 2 * columns), steps.dot(2 * cell + 1, 2 * columns)]
        ys += [bottom, top] if upward else [top, bottom]
    return xs, ys


def marked(
    curve: Curve, steps: Axis, values: Axis, columns: int
) -> tuple[list[float], list[float]]:
    """A few points of a curve, well apart and the last one among them, to put marks on."""
    usable = np.isfinite(curve.high) & in_range(curve, steps)
    column = steps.cell(curve.steps[usable], columns).tolist()
    chosen: list[int] = []
    for index in reversed(range(len(column))):
        if not chosen or column[chosen[-1]] - column[index] >= _MARKER_EVERY:
            chosen.append(index)
    xs = steps.place(curve.steps[usable][chosen])
    ys = values.place(curve.high[usable][chosen])
    return xs.tolist(), ys.tolist()


def failures(curves: list[Curve], steps: Axis, columns: int) -> list[tuple[int, int, int]]:
    """Where numbers were not finite: column, the column of the next one, how many."""
    counts = np.zeros(columns, np.int64)
    for curve in curves:
        bad = (curve.broken > 0) & in_range(curve, steps)
        np.add.at(counts, steps.cell(curve.steps[bad], columns), curve.broken[bad])
    where = np.flatnonzero(counts)
    ends = np.append(where, columns)[1:]
    return list(zip(where.tolist(), ends.tolist(), counts[where].tolist(), strict=True))
