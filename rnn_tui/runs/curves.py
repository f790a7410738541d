"""The losses of runs of any length, reduced to what a chart has room for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.glances import held_out_of, loss_of, stamp
from rnn_tui.runs.metrics import MetricsReader
from rnn_tui.runs.metrics_file import BLOCK
from rnn_tui.runs.rows import HeldOut, Stretch

Array = npt.NDArray[Any]
Across = Literal["steps", "characters", "seconds"]

ACROSS: Final[tuple[Across, ...]] = ("steps", "characters", "seconds")
"""What runs can be compared over."""

MOST_POINTS: Final = 2_000
"""Points of a curve; more steps than that are taken together."""

FIRST_SMOOTHING: Final = 100
"""Curves begin smoothed over one part in so many of the steps of the longest run, about."""

_ROUNDING: Final = 1 + 1e-9  # a place on an axis may have become a column and a place again
_PAGE: Final = 10_000


@dataclass(frozen=True, eq=False)
class RunCurve:
    """The losses of one run, or another series; n stretches of neighbouring steps, m evaluations.

    What is drawn at a stretch lies at its last step. NaN where no value of it is finite.
    """

    name: str
    steps: Array  # (n,)  the last step of each stretch
    firsts: Array  # (n,)  the first one
    characters: Array  # (n,)  seen by then
    seconds: Array  # (n,)  trained by then
    low: Array  # (n,)
    high: Array  # (n,)
    mean: Array  # (n,)
    odd: Array  # (n,)  values that are NaN or infinite
    held_out_steps: Array  # (m,)
    held_out: Array  # (m,)
    loss_name: str = "loss"  # what the run calls it; from data
    series: str = ""  # which of the run's series this is; empty: the loss. From data
    names: tuple[str, ...] = ()  # of all series of a run of another program; from data
    damaged: str = ""  # what is to be said of a log of which only a part can be read

    def over(self, across: Across) -> Array:
        """Where the stretches lie (n,) on an axis."""
        places: Array = getattr(self, across)
        return places

    def held_out_over(self, across: Across) -> Array:
        """Where the evaluations lie (m,) on an axis: between the stretches around them."""
        if across == "steps" or not len(self.steps):
            return self.held_out_steps
        return np.interp(self.held_out_steps, self.steps, self.over(across))

    def smoothed(self, steps: float) -> Array:
        """The moving average (n,) of the means over about so many steps; 0: the means themselves.

        Each value counts exp(-d / steps) of the one d steps later (an exponential average that does
        not mind gaps), and the weights sum to one from the first value on. NaN does not enter.
        """
        return self.mean if steps <= 0 else _averaged(self.steps, self.mean, steps)

    def at(self, place: float, across: Across) -> int | None:
        """The stretch that is read off at a place of the axis: the last one up to there."""
        places = self.over(across)
        index = _last_up_to(places, place)
        over = index == len(places) - 1 and place > places[-1] * _ROUNDING
        return None if over else index

    def held_out_at(self, place: float, across: Across) -> int | None:
        """The evaluation that is read off at a place of the axis: the last one up to there."""
        return _last_up_to(self.held_out_over(across), place)


def _last_up_to(places: Array, place: float) -> int | None:
    index = int(np.searchsorted(places, place * _ROUNDING, side="right")) - 1
    return index if index >= 0 else None


def _averaged(places: Array, values: Array, scale: float) -> Array:
    result, weighted, weight, before = np.empty(len(values)), 0.0, 0.0, None
    for index, (place, value) in enumerate(zip(places.tolist(), values.tolist(), strict=True)):
        if value == value:  # not NaN
            kept = math.exp(-(place - before) / scale) if before is not None else 0.0
            weighted, weight = weighted * kept + value, weight * kept + 1.0
            before = place
        result[index] = weighted / weight if weight else math.nan
    return result


def read_curve(run: RunDirectory, most: int = MOST_POINTS, series: str = "") -> RunCurve:
    """Return the losses of a run in at most about ``most`` stretches, none where there are none.

    ``series`` is another series, which only runs of other programs may have, instead of the losses.

    StorageError or CorruptRunError where its log cannot be read. A million steps take 0.5 s.
    """
    found = stamp(run.metrics_file)
    if found is None or not found.size:
        return curve_of(run.name, [], [])
    kind = run.facts().kind
    with MetricsReader(run.metrics_file) as metrics:
        curve = _READERS[kind](run.name, metrics, most, series)
        return replace(curve, damaged=metrics.damaged)


def _read_trained(name: str, metrics: MetricsReader, most: int, series: str) -> RunCurve:
    first, last = metrics.rows_after(-1, 1), metrics.last()
    if last is None or series:
        return replace(curve_of(name, [], []), series=series)
    width = _width(first[0].step, last.step, most)
    if width >= BLOCK:
        width = -(-width // BLOCK) * BLOCK  # these are known without reading every row
    return curve_of(name, metrics.stretches(width), _evaluations(metrics))


def _evaluations(metrics: MetricsReader) -> list[HeldOut]:
    found = page = metrics.held_out_after(-1, _PAGE)
    while len(page) == _PAGE:
        page = metrics.held_out_after(page[-1].step, _PAGE)
        found += page
    return found


def _read_monitored(name: str, metrics: MetricsReader, most: int, series: str) -> RunCurve:
    names = metrics.series_names()
    loss, held_out = loss_of(names), None if series else held_out_of(names)
    shown = (series if series in names else None) if series else loss
    curve = curve_of(
        name,
        _series(metrics, shown, most),
        [HeldOut(part.last, _low(part)) for part in _series(metrics, held_out, most)],
        loss or "",
    )
    return replace(curve, series=series, names=tuple(names))


def _series(metrics: MetricsReader, series: str | None, most: int) -> list[Stretch]:
    if series is None:
        return []
    first, last = metrics.points_after(series, -1, 1), metrics.last_point(series)
    if last is None or not first:
        return []
    return metrics.point_stretches(series, _width(first[0].step, last.step, most))


def _width(first: int, last: int, most: int) -> int:
    return max(1, -(-(last - first + 1) // most))


_READERS = {"trained": _read_trained, "monitored": _read_monitored}


def _low(part: Stretch) -> float:
    return math.nan if part.low is None else part.low


def curve_of(
    name: str, stretches: Sequence[Stretch], held_out: Sequence[HeldOut], loss_name: str = "loss"
) -> RunCurve:
    """Return the curve that these make; of many evaluations in a row the lowest are kept."""
    parts = [list(part) for part in zip(*stretches, strict=True)] or [[] for _ in Stretch._fields]
    columns = dict(zip(Stretch._fields, (_numbers(part) for part in parts), strict=True))
    kept = _thinned(held_out, MOST_POINTS)
    return RunCurve(
        name=name,
        steps=columns["last"],
        firsts=columns["first"],
        characters=np.maximum.accumulate(columns["characters"]),
        seconds=np.maximum.accumulate(columns["seconds"]),
        low=columns["low"],
        high=columns["high"],
        mean=columns["mean"],
        odd=columns["odd"],
        held_out_steps=_numbers([one.step for one in kept]),
        held_out=_numbers([one.loss for one in kept]),
        loss_name=loss_name,
    )


def _numbers(values: Sequence[float | None]) -> Array:
    return np.array([math.nan if value is None else value for value in values], np.float64)


def _thinned(evaluations: Sequence[HeldOut], most: int) -> list[HeldOut]:
    together = max(1, -(-len(evaluations) // most))
    groups = (
        evaluations[start : start + together] for start in range(0, len(evaluations), together)
    )
    return [min(group, key=lambda one: (math.isnan(one.loss), one.loss)) for group in groups]


def sparkline(curve: RunCurve, cells: int) -> tuple[float | None, ...]:
    """Return the mean losses of up to ``cells`` equal parts of the steps.

    NaN where any of them is not finite; None where there is none at all.
    """
    if not len(curve.steps):
        return ()
    cells = min(cells, len(curve.steps))
    first, last = curve.firsts[0], curve.steps[-1]
    cell = ((curve.steps - first) * cells // max(last - first + 1, 1)).astype(np.int64)
    finite = np.isfinite(curve.mean)
    odd = np.bincount(cell, curve.odd, minlength=cells)
    count = np.bincount(cell[finite], minlength=cells)
    total = np.bincount(cell[finite], curve.mean[finite], minlength=cells)
    parts = zip(total.tolist(), count.tolist(), odd.tolist(), strict=True)
    return tuple(
        math.nan if broken else part / number if number else None for part, number, broken in parts
    )


def smoothing_levels(curves: Sequence[RunCurve]) -> tuple[int, ...]:
    """Return over how many steps it makes sense to smooth curves: 0, then 1, 2, 5, 10 ... times."""
    longest = max((curve.steps[-1] for curve in curves if len(curve.steps)), default=0)
    levels = (factor * 10**power for power in range(1, 13) for factor in (1, 2, 5))
    return 0, *(level for level in levels if level <= max(longest / 4, 10))


def first_smoothing(curves: Sequence[RunCurve]) -> int:
    """Return what curves are smoothed over at first: so small a part of the longest, about."""
    levels = smoothing_levels(curves)
    longest = max((curve.steps[-1] for curve in curves if len(curve.steps)), default=0)
    return min(levels, key=lambda level: abs(level - longest / FIRST_SMOOTHING))


def ends(curves: Sequence[RunCurve], across: Across) -> tuple[float, float]:
    """Return where an axis begins and ends that all curves lie on."""
    places = [curve.over(across) for curve in curves if len(curve.steps)]
    if not places:
        return 0.0, 1.0
    return min(float(place[0]) for place in places), max(float(place[-1]) for place in places)


def shared_series(curves: Sequence[RunCurve]) -> tuple[str, ...]:
    """Return the series that all runs of other programs have among these, but for their losses."""
    others = [curve for curve in curves if curve.names]
    losses = {curve.loss_name for curve in others}
    first = others[0].names if others else ()
    return tuple(
        name
        for name in first
        if name not in losses and all(name in curve.names for curve in others)
    )
