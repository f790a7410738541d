"""Line charts. The only file that knows plotext.

plotext draws curves, axes and tick labels into a matrix of characters, which is read directly: no
terminal codes are written and parsed back. It is given a figure of its own for each drawing (the
module-level one is shared between threads), finite numbers only (infinity raises), and at most two
points a column (its time is proportional to the points).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from plotext._figure import _figure_class
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rnn_tui.tui.renderables.axis import Axis, step_axis, value_axis
from rnn_tui.tui.renderables.characters import plain
from rnn_tui.tui.renderables.chart_data import EVENT_MARKS, ChartData, Curve, Role
from rnn_tui.tui.renderables.numbers import reading
from rnn_tui.tui.renderables.palette import LineColors, ink

Array = npt.NDArray[Any]

# plotext takes small integers as colours; here they only name an ink.
_RAW, _SMOOTHED, _HELD_OUT, _AXIS, _REFERENCE, _ERROR, _EVENT, _TEXT = range(1, 9)
_LABEL_WIDTH: Final = 5
_TITLE_FROM, _LANE_FROM, _STEPS_FROM, _VALUES_FROM = 6, 8, 5, 16
_NEARLY_ZERO: Final = 0.02  # an axis that begins this near to 0 begins at 0
_FAILED: Final = "✗"
_STEPS: Final = " steps"


class _Look(NamedTuple):
    ink: int
    plain_marker: str
    sign: str


_LOOKS: Final[dict[Role, _Look]] = {
    "raw": _Look(_RAW, ".", "─"),
    "smoothed": _Look(_SMOOTHED, "*", "━"),
    "held out": _Look(_HELD_OUT, "o", "◇"),
}


@dataclass
class _Canvas:
    """Characters and inks, row by row from the top, and where the curves are on them."""

    text: list[list[str]]
    inks: list[list[Any]]
    left: int
    columns: int
    rows: int

    def free(self, row: int, start: int, end: int) -> bool:
        """Whether nothing but a reference line is drawn on these cells of the plot."""
        cells = self.inks[row][self.left + start : self.left + end]
        return all(cell not in _DRAWN for cell in cells)

    def write(self, row: int, start: int, text: str, color: int) -> None:
        """Put text on cells of the plot."""
        begin = self.left + start
        end = begin + len(text)
        self.text[row][begin:end] = text
        self.inks[row][begin:end] = [color] * len(text)


_DRAWN: Final = frozenset({_RAW, _SMOOTHED, _HELD_OUT, _ERROR, _TEXT})


class LineChart:
    """The picture of a chart at one size: ``strips()`` gives ``height`` strips of ``width`` cells.

    only_ascii draws dots and letters, for terminals without braille.
    """

    def __init__(
        self,
        data: ChartData,
        colors: LineColors,
        width: int,
        height: int,
        only_ascii: bool = False,
    ) -> None:
        self.data = data
        self.colors = colors
        self.width = width
        self.height = height
        self.only_ascii = only_ascii
        self._drawn = [curve for curve in data.curves if len(curve.steps)]
        self._title = height >= _TITLE_FROM
        self._lane = height >= _LANE_FROM and bool(data.events)
        self._plot_height = height - self._title - self._lane

    def strips(self) -> list[Strip]:
        """The lines of the chart, from the top."""
        if self.width < 1 or self.height < 1:
            return [Strip([]) for _ in range(self.height)]
        if not self._drawn:
            return self._nothing()
        canvas = self._plot()
        lines = [self._title_line()] if self._title else []
        lines += [
            self._row(text, inks) for text, inks in zip(canvas.text, canvas.inks, strict=True)
        ]
        if self._lane:
            lines.append(self._lane_line(canvas))
        return [line.adjust_cell_length(self.width, self._style(_AXIS)) for line in lines]

    def _nothing(self) -> list[Strip]:
        blank = Strip([Segment(" " * self.width, self._style(_AXIS))], self.width)
        lines = [blank] * self.height
        start = max((self.width - len(self.data.empty)) // 2, 0)
        words = Segment(" " * start + self.data.empty, self._style(_AXIS))
        lines[self.height // 2] = Strip([words]).adjust_cell_length(self.width, words.style)
        return lines

    # Axes

    @property
    def _steps(self) -> Axis:
        first, last = self.data.first_step, self.data.last_step
        if last is None:
            last = max(float(curve.steps[-1]) for curve in self._drawn)
        if first is None:
            first = min(float(curve.steps[0]) for curve in self._drawn)
            first = 0.0 if 0 < first < _NEARLY_ZERO * last else first
        return step_axis(first, last, self.data.log_steps, max(self.width // 9, 1))

    def _values(self, steps: Axis) -> Axis:
        heights = [np.empty(0)]
        for curve in self._drawn:
            seen = _in_range(curve, steps)
            heights += [curve.low[seen], curve.high[seen]]
        if self.data.fit_references:
            heights.append(np.array([reference.value for reference in self.data.references]))
        every = np.concatenate(heights)
        finite = every[np.isfinite(every)]
        return value_axis(finite, self.data.log, max(self._plot_height // 4, 2))

    # The plot

    def _plot(self) -> _Canvas:
        steps = self._steps
        values = self._values(steps)
        canvas = self._curves(steps, values)
        _name_steps(canvas)
        self._mark_failures(canvas, steps)
        self._add_references(canvas, values)
        return canvas

    def _curves(self, steps: Axis, values: Axis) -> _Canvas:
        figure = _figure_class()
        monitor = figure.monitor
        monitor.set_size([self.width, self._plot_height])
        show_steps, show_values = self._plot_height >= _STEPS_FROM, self.width >= _VALUES_FROM
        figure.axes_color("default")
        figure.canvas_color("default")
        figure.ticks_color(_AXIS)
        figure.xaxes(show_steps, False)
        figure.yaxes(show_values, False)
        figure.xlim(steps.low, steps.high)
        figure.ylim(values.low, values.high)
        figure.xticks(*_ticks(steps, show_steps, 0))
        figure.yticks(*_ticks(values, show_values, _LABEL_WIDTH))
        for curve in self._drawn:
            self._draw(figure, curve, steps, values)
        monitor.build_plot()
        return _read(monitor.matrix)

    def _draw(self, figure: Any, curve: Curve, steps: Axis, values: Axis) -> None:
        look = _LOOKS[curve.role]
        xs, ys = reduced(curve, steps, values, self.width)
        marker = look.plain_marker if self.only_ascii else "braille"
        figure.plot(xs, ys, marker=marker, color=look.ink)
        if curve.role == "held out" and len(xs) * 3 <= self.width:
            figure.scatter(xs, ys, marker=look.sign, color=look.ink)

    def _mark_failures(self, canvas: _Canvas, steps: Axis) -> None:
        """A cross at the top where numbers were not finite, and how many where there is room."""
        for start, end, count in _failures(self._drawn, steps, canvas.columns):
            canvas.write(0, start, _FAILED, _ERROR)
            digits = str(count)
            if count > 1 and start + 1 + len(digits) <= end:
                canvas.write(0, start + 1, digits, _ERROR)

    def _add_references(self, canvas: _Canvas, values: Axis) -> None:
        seen = [line for line in self.data.references if values.contains(line.value)]
        rows = [
            canvas.rows - 1 - int(values.cell(np.array([line.value]), canvas.rows)[0])
            for line in seen
        ]
        for row in rows:
            for column in range(canvas.columns):
                if canvas.free(row, column, column + 1):
                    canvas.write(row, column, "┈", _REFERENCE)
        for row, line in zip(rows, seen, strict=True):
            _place_label(canvas, row, f" {line.label} ")

    # Around the plot

    def _title_line(self) -> Strip:
        unit = [Segment(self.data.unit, self._style(_AXIS))]
        legend = self._legend()
        room = self.width - Strip(legend).cell_length - Strip(unit).cell_length
        if room < 2:
            unit, room = [], self.width - Strip(legend).cell_length
        return self._finished([*unit, Segment(" " * max(room, 0), self._style(_AXIS)), *legend])

    def _legend(self) -> list[Segment]:
        parts: list[Segment] = []
        broken = sum(int(curve.broken.sum()) for curve in self._drawn)
        if broken:
            parts.append(Segment(f"{_FAILED} {broken:,} not finite  ", self._style(_ERROR)))
        for curve in self._drawn:
            if curve.label:
                value = curve.last_reading
                number = "" if value is None else f" {reading(value)}"
                look = _LOOKS[curve.role]
                parts.append(Segment(f"{look.sign} ", self._style(look.ink)))
                parts.append(Segment(f"{curve.label}{number}  ", self._style(_TEXT)))
        if parts:
            parts[-1] = Segment(parts[-1].text.rstrip(), parts[-1].style)
        return parts

    def _lane_line(self, canvas: _Canvas) -> Strip:
        """The marks of the events, each under its column."""
        cells = [" "] * canvas.columns
        steps = self._steps
        for kind, mark in EVENT_MARKS.items():
            at = np.array([event.step for event in self.data.events if event.kind == kind])
            inside = at[(at >= _first(steps)) & (at <= _last(steps))]
            for column in steps.cell(inside, canvas.columns).tolist():
                cells[column] = mark
        margin = "events".ljust(canvas.left)[: canvas.left]
        names = Segment(margin, self._style(_AXIS))
        return self._finished([names, Segment("".join(cells), self._style(_EVENT))])

    # Ink

    def _row(self, text: list[str], inks: list[Any]) -> Strip:
        cells = zip(inks, text, strict=True)
        return self._finished(
            [
                Segment("".join(cell[1] for cell in run), self._style(color))
                for color, run in groupby(cells, key=_ink_of)
            ]
        )

    def _finished(self, segments: list[Segment]) -> Strip:
        if self.only_ascii:
            segments = [Segment(plain(text), style) for text, style, _ in segments]
        return Strip(segments)

    def _style(self, color: Any) -> Style:
        colors = self.colors
        foreground = {
            _RAW: colors.raw,
            _SMOOTHED: colors.smoothed,
            _HELD_OUT: colors.held_out,
            _ERROR: colors.error,
            _EVENT: colors.event,
            _TEXT: colors.text,
        }.get(color, colors.faint)
        return ink(foreground, colors.background, bold=color == _ERROR)


def reduced(
    curve: Curve, steps: Axis, values: Axis, columns: int
) -> tuple[list[float], list[float]]:
    """The points of a curve for plotext: finite, on the scales, at most two in a column.

    Both ends of the range in a column are kept, nearer one first, so that no spike is lost.
    """
    usable = np.isfinite(curve.low) & np.isfinite(curve.high) & _in_range(curve, steps)
    if not usable.any():
        return [], []
    places = steps.place(curve.steps[usable])
    column = steps.cell(curve.steps[usable], columns)
    starts = np.flatnonzero(np.r_[True, column[1:] != column[:-1]])
    low = values.place(np.minimum.reduceat(curve.low[usable], starts)).tolist()
    high = values.place(np.maximum.reduceat(curve.high[usable], starts)).tolist()
    xs: list[float] = []
    ys: list[float] = []
    for x, bottom, top in zip(places[starts].tolist(), low, high, strict=True):
        upward = not ys or abs(ys[-1] - bottom) <= abs(ys[-1] - top)
        ends = [bottom] if bottom == top else [bottom, top] if upward else [top, bottom]
        xs += [x] * len(ends)
        ys += ends
    return xs, ys


def _first(steps: Axis) -> float:
    return float(
        10**steps.low if steps.log and steps.low > 0 else -np.inf if steps.log else steps.low
    )


def _last(steps: Axis) -> float:
    return float(10**steps.high * (1 + 1e-12) if steps.log else steps.high)


def _in_range(curve: Curve, steps: Axis) -> Array:
    return (curve.steps >= _first(steps)) & (curve.steps <= _last(steps))


def _ticks(axis: Axis, shown: bool, width: int) -> tuple[list[float], list[str]]:
    if not shown:
        return [], []
    return [place for place, _ in axis.labels], [text.rjust(width) for _, text in axis.labels]


def _read(matrix: Any) -> _Canvas:
    """What plotext has drawn; its rows begin at the bottom."""
    area = matrix.Rows_canvas
    return _Canvas(
        text=matrix.marker[::-1],
        inks=matrix.fullground[::-1],
        left=matrix.Cols_canvas.start,
        columns=len(matrix.Cols_canvas),
        rows=len(area),
    )


def _name_steps(canvas: _Canvas) -> None:
    """Say what the axis counts, at its end, where no number stands."""
    if len(canvas.text) - canvas.rows < 2:
        return
    end = canvas.columns - len(_STEPS)
    below = canvas.text[-1][canvas.left :]
    if end > 0 and "".join(below[end - 1 :]).isspace():
        canvas.write(-1, end, _STEPS, _AXIS)


def _failures(curves: list[Curve], steps: Axis, columns: int) -> list[tuple[int, int, int]]:
    """Where numbers were not finite: column, the column of the next one, how many."""
    counts = np.zeros(columns, np.int64)
    for curve in curves:
        bad = (curve.broken > 0) & _in_range(curve, steps)
        np.add.at(counts, steps.cell(curve.steps[bad], columns), curve.broken[bad])
    where = np.flatnonzero(counts)
    ends = np.append(where, columns)[1:]
    return list(zip(where.tolist(), ends.tolist(), counts[where].tolist(), strict=True))


def _place_label(canvas: _Canvas, row: int, label: str) -> None:
    """Write a label as far to the right as nothing else is; leave it out if there is no place."""
    width = cell_len(label)
    for start in range(canvas.columns - width, -1, -1):
        if canvas.free(row, start, start + width):
            canvas.write(row, start, label, _TEXT)
            return


def _ink_of(cell: tuple[Any, str]) -> Any:
    return cell[0]
