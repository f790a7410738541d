"""The losses of several runs as one chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rnn_tui.runs.curves import Across, RunCurve, ends
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.renderables.chart_data import ChartData, Curve
from rnn_tui.tui.renderables.palette import Rgb
from rnn_tui.tui.renderables.run_colors import hues, sign_of

Array = npt.NDArray[Any]

MOST_BANDS: Final = 2
"""Of so many runs every single loss is drawn behind the smoothed ones; more would hide them."""

_MINUTES_FROM: Final = 600.0
_HOURS_FROM: Final = 3 * 3600.0


@dataclass(frozen=True, eq=False)
class OverlayView:
    """What is laid over each other, and how. ``colors``: the numbers of the runs' colours."""

    curves: tuple[RunCurve, ...]
    colors: Mapping[str, int]
    across: Across = "steps"
    smoothing: int = 0  # steps; 0: none
    log: bool = False
    log_across: bool = False
    held_out: bool = True  # whether it is drawn too
    cursor: float | None = None  # a place on the axis, in its own unit (seconds)
    hidden: frozenset[str] = frozenset()  # names
    series: str = ""  # what is compared instead of the losses; from data

    @property
    def seen(self) -> tuple[RunCurve, ...]:
        """The runs that are drawn."""
        return tuple(curve for curve in self.curves if curve.name not in self.hidden)


def time_unit(seconds: float) -> tuple[float, str]:
    """The seconds of the unit that an axis of so many seconds is read in best, and its name."""
    if seconds >= _HOURS_FROM:
        return 3600.0, "hours"
    return (60.0, "minutes") if seconds >= _MINUTES_FROM else (1.0, "seconds")


def unit_of(view: OverlayView) -> tuple[float, str]:
    """What one on the axis of the chart is in units of the runs, and what it is called."""
    if view.across == "seconds" and not view.log_across:  # where 1 is where the axis begins
        return time_unit(ends(view.seen, "seconds")[1])
    return 1.0, view.across


def overlay_chart(view: OverlayView, dark: bool, signs: bool) -> ChartData:
    """The chart: of each run a curve, behind it every loss where that is readable, held-out too."""
    unit, name = unit_of(view)
    first, last = ends(view.seen, view.across)
    colors = hues(dark)
    curves = [part for curve in view.seen for part in _parts(curve, view, unit, colors, signs)]
    return ChartData(
        curves=curves,
        log=view.log,
        log_steps=view.log_across,
        first_step=first / unit,
        last_step=max(last / unit, first / unit + 1e-9),
        across=name,
        cursor=None if view.cursor is None else view.cursor / unit,
        signs=signs,
        empty=f"no {visible_line(view.series)} yet" if view.series else "no losses yet",
    )


def _parts(
    curve: RunCurve, view: OverlayView, unit: float, colors: Sequence[Rgb], signs: bool
) -> Iterator[Curve]:
    color = view.colors[curve.name]
    places, tint, sign = curve.over(view.across) / unit, colors[color], sign_of(color)
    own: dict[str, Any] = {"tint": tint, "sign": sign}
    if view.smoothing and len(view.seen) <= MOST_BANDS and not signs:
        yield Curve("raw", places, curve.low, curve.high, tint=tint, not_finite=curve.odd)
    smoothed = curve.smoothed(view.smoothing)
    known = np.isfinite(smoothed)
    odd = curve.odd[known] if known.any() else None
    if known.any() or not curve.odd.any():
        drawn = places[known], smoothed[known], smoothed[known]
        yield Curve("smoothed", *drawn, not_finite=np.zeros_like(odd), **own)
    if curve.odd.any():  # marked where they are, also where nothing else is
        nothing = np.full(len(places), np.nan)
        yield Curve("smoothed", places, nothing, nothing, not_finite=curve.odd, tint=tint)
    if view.held_out and len(curve.held_out):
        across = curve.held_out_over(view.across) / unit
        yield Curve("held out", across, curve.held_out, curve.held_out, **own)


@dataclass(frozen=True)
class Reading:
    """What is read off at the cursor, or at the end of a run where there is no cursor."""

    name: str
    color: int
    hidden: bool
    step: int | None = None
    loss: float | None = None  # as smoothed as the curve
    low: float | None = None
    high: float | None = None
    held_out: float | None = None
    best: float | None = None  # of all evaluations
    odd: int = 0  # losses that are NaN or infinite, of the whole run
    loss_name: str = "loss"

    @property
    def title(self) -> str:
        """The name, with what the run calls its loss where that is something else."""
        own = f" · {self.loss_name}" if self.loss_name not in ("", "loss") else ""
        return visible_line(self.name + own)


def readings(view: OverlayView) -> list[Reading]:
    """What is read off every run at once."""
    return [_reading(curve, view) for curve in view.curves]


def _reading(curve: RunCurve, view: OverlayView) -> Reading:
    known: dict[str, Any] = {}
    at, evaluated = _places(curve, view)
    if at is not None:
        known["step"] = int(curve.steps[at])
        for name, values in (
            ("loss", curve.smoothed(view.smoothing)),
            ("low", curve.low),
            ("high", curve.high),
        ):
            known[name] = _finite(values[at])
    if at is not None and evaluated is not None:
        known["held_out"] = _finite(curve.held_out[evaluated])
    finite = curve.held_out[np.isfinite(curve.held_out)]
    return Reading(
        curve.name,
        view.colors[curve.name],
        curve.name in view.hidden,
        best=float(finite.min()) if len(finite) else None,
        odd=int(curve.odd.sum()),
        loss_name="" if view.series else curve.loss_name,
        **known,
    )


def _places(curve: RunCurve, view: OverlayView) -> tuple[int | None, int | None]:
    if not len(curve.steps):
        return None, None
    if view.cursor is None:
        return len(curve.steps) - 1, len(curve.held_out) - 1 if len(curve.held_out) else None
    return curve.at(view.cursor, view.across), curve.held_out_at(view.cursor, view.across)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
