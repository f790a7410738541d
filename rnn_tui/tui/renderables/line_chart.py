"""Line charts. The only file that knows plotext.

plotext draws curves, axes and tick labels into a matrix of characters, which is read directly: no
terminal codes are written and parsed back. It is given a figure of its own for each drawing (the
module-level one is shared between threads), finite numbers only (infinity raises), and at most two
points a column (its time is proportional to the points).
"""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from plotext._figure import _figure_class
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rnn_tui.tui.renderables.axis import Axis, step_axis, value_axis
from rnn_tui.tui.renderables.characters import plain
from rnn_tui.tui.renderables.chart_canvas import Canvas, Ink
from rnn_tui.tui.renderables.chart_data import ChartData, Curve
from rnn_tui.tui.renderables.chart_looks import Look, look_of, styles, tints
from rnn_tui.tui.renderables.chart_points import (
    failures,
    first_step,
    in_range,
    last_step,
    marked,
    reduced,
)
from rnn_tui.tui.renderables.event_marks import RANK, mark_of
from rnn_tui.tui.renderables.numbers import reading
from rnn_tui.tui.renderables.palette import LineColors

Array = npt.NDArray[Any]

_LABEL_WIDTH: Final = 5
_TITLE_FROM, _LANE_FROM, _STEPS_FROM, _VALUES_FROM = 6, 8, 5, 16
_NEARLY_ZERO: Final = 0.02  # an axis that begins this near to 0 begins at 0
_FAILED: Final = "✗"


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
        self._styles = styles(colors) | tints(self._drawn, colors)
        self._plotted: tuple[Axis, Canvas] | None = None
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
        return [line.adjust_cell_length(self.width, self._style(Ink.AXIS)) for line in lines]

    def _nothing(self) -> list[Strip]:
        blank = Strip([Segment(" " * self.width, self._style(Ink.AXIS))], self.width)
        lines = [blank] * self.height
        start = max((self.width - len(self.data.empty)) // 2, 0)
        words = Segment(" " * start + self.data.empty, self._style(Ink.AXIS))
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
            seen = in_range(curve, steps)
            heights += [curve.low[seen], curve.high[seen]]
        if self.data.fit_references:
            heights.append(np.array([reference.value for reference in self.data.references]))
        every = np.concatenate(heights)
        finite = every[np.isfinite(every)]
        return value_axis(finite, self.data.log, max(self._plot_height // 3, 2))

    # The plot

    def _plot(self) -> Canvas:
        steps = self._steps
        values = self._values(steps)
        canvas = self._curves(steps, values)
        canvas.name_axis(self.data.across)
        self._mark_failures(canvas, steps)
        self._add_references(canvas, values)
        self._mark_cursor(canvas, steps)
        self._plotted = steps, canvas
        return canvas

    def _curves(self, steps: Axis, values: Axis) -> Canvas:
        figure = _figure_class()
        monitor = figure.monitor
        monitor.set_size([self.width, self._plot_height])
        show_steps, show_values = self._plot_height >= _STEPS_FROM, self.width >= _VALUES_FROM
        numbers = _ticks(values, show_values, _LABEL_WIDTH)
        columns = self.width - show_values * (1 + max(map(len, numbers[1]), default=0))
        figure.axes_color("default")
        figure.canvas_color("default")
        figure.ticks_color(int(Ink.AXIS))
        figure.xaxes(show_steps, False)
        figure.yaxes(show_values, False)
        figure.xlim(steps.low, steps.high)
        figure.ylim(values.low, values.high)
        figure.xticks(*_ticks(steps, show_steps, 0))
        figure.yticks(*numbers)
        looks = [look_of(self.data, self._drawn, place) for place in range(len(self._drawn))]
        looked = list(zip(self._drawn, looks, strict=True))
        for curve, look in sorted(looked, key=lambda pair: pair[1].layer):
            self._draw(figure, curve, look, steps, values, columns)
        for curve, look in looked:
            if curve.role == "held out":
                xs, ys = marked(curve, steps, values, columns)
                figure.scatter(xs, ys, marker=look.sign, color=int(look.ink))
        monitor.build_plot()
        return _read(monitor.matrix)

    def _draw(
        self, figure: Any, curve: Curve, look: Look, steps: Axis, values: Axis, columns: int
    ) -> None:
        if curve.role == "held out" and curve.tint is not None:
            return  # marks alone: a second line of the same colour would be taken for the first
        xs, ys = reduced(curve, steps, values, columns)
        signed = self.only_ascii or (self.data.signs and curve.sign)
        marker = look.plain_marker if signed else "braille"
        figure.plot(xs, ys, marker=marker, color=int(look.ink))

    def _mark_failures(self, canvas: Canvas, steps: Axis) -> None:
        """A cross at the top where numbers were not finite, and how many where there is room."""
        for start, end, count in failures(self._drawn, steps, canvas.columns):
            canvas.write(0, start, _FAILED, Ink.ERROR)
            digits = str(count)
            if count > 1 and start + 1 + len(digits) <= end:
                canvas.write(0, start + 1, digits, Ink.ERROR)

    def _mark_cursor(self, canvas: Canvas, steps: Axis) -> None:
        """A line upward beside the curves, not over them."""
        if self.data.cursor is None:
            return
        column = int(steps.cell(np.array([self.data.cursor]), canvas.columns)[0])
        for row in range(canvas.rows):
            if canvas.free(row, column, column + 1):
                canvas.write(row, column, "│", Ink.TEXT)

    def place_at(self, x: int) -> float | None:
        """What the axis counts below a cell of the chart's width; None before it was drawn."""
        if self._plotted is None:
            return None
        steps, canvas = self._plotted
        column = min(max(x - canvas.left, 0), canvas.columns - 1)
        place = steps.dot(column, canvas.columns)
        return float(10**place if steps.log else place)

    def cell_of(self, place: float) -> int:
        """The cell of the chart's width that a place on the axis lies in, once it was drawn."""
        if self._plotted is None:
            return 0
        steps, canvas = self._plotted
        return canvas.left + int(steps.cell(np.array([place]), canvas.columns)[0])

    def _add_references(self, canvas: Canvas, values: Axis) -> None:
        seen = [line for line in self.data.references if values.contains(line.value)]
        rows = [
            canvas.rows - 1 - int(values.cell(np.array([line.value]), canvas.rows)[0])
            for line in seen
        ]
        for row in rows:
            for column in range(canvas.columns):
                if canvas.free(row, column, column + 1):
                    canvas.write(row, column, "┈", Ink.REFERENCE)
        for row, line in zip(rows, seen, strict=True):
            beside = [near for near in (row - 1, row + 1) if near not in rows]
            canvas.place_label([row, *beside], f" {line.label} ")

    # Around the plot

    def _title_line(self) -> Strip:
        unit = [Segment(self.data.unit, self._style(Ink.AXIS))]
        legend = self._legend(" not finite", len(self._drawn))
        for numbers in range(len(self._drawn), -1, -1):  # rather none than the half of one
            if Strip(legend).cell_length <= self.width:
                break
            legend = self._legend("", numbers)
        room = self.width - Strip(legend).cell_length - Strip(unit).cell_length
        if room < 2:
            unit, room = [], self.width - Strip(legend).cell_length
        return self._finished([*unit, Segment(" " * max(room, 0), self._style(Ink.AXIS)), *legend])

    def _legend(self, failed: str, numbers: int) -> list[Segment]:
        """The names of the curves, and the last values of the first few."""
        parts: list[Segment] = []
        broken = sum(int(curve.broken.sum()) for curve in self._drawn)
        if broken:
            parts.append(Segment(f"{_FAILED} {broken:,}{failed}  ", self._style(Ink.ERROR)))
        for place, curve in enumerate(self._drawn):
            if curve.label:
                value = curve.last_reading if place < numbers else None
                number = "" if value is None else f" {reading(value)}"
                look = look_of(self.data, self._drawn, place)
                parts.append(Segment(f"{look.sign} ", self._style(look.ink)))
                parts.append(Segment(f"{curve.label}{number}  ", self._style(Ink.TEXT)))
        if parts:
            parts[-1] = Segment(parts[-1].text.rstrip(), parts[-1].style)
        return parts

    def _lane_line(self, canvas: Canvas) -> Strip:
        """The marks of the events, each under its column."""
        cells = [" "] * canvas.columns
        steps = self._steps
        for kind in sorted({event.kind for event in self.data.events}, key=_rank):
            mark = mark_of(kind, self.only_ascii)
            at = np.array([event.step for event in self.data.events if event.kind == kind])
            inside = at[(at >= first_step(steps)) & (at <= last_step(steps))]
            for column in steps.cell(inside, canvas.columns).tolist():
                cells[column] = mark
        margin = "events".ljust(canvas.left)[: canvas.left]
        names = Segment(margin, self._style(Ink.AXIS))
        return self._finished([names, Segment("".join(cells), self._style(Ink.EVENT))])

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
        """The style of an ink; what plotext draws in none of them, blanks, is faint."""
        return self._styles.get(color, self._styles[Ink.AXIS])


def _ticks(axis: Axis, shown: bool, width: int) -> tuple[list[float], list[str]]:
    if not shown:
        return [], []
    return [place for place, _ in axis.labels], [text.rjust(width) for _, text in axis.labels]


def _read(matrix: Any) -> Canvas:
    """What plotext has drawn; its rows begin at the bottom."""
    area = matrix.Rows_canvas
    return Canvas(
        text=matrix.marker[::-1],
        inks=matrix.fullground[::-1],
        left=matrix.Cols_canvas.start,
        columns=len(matrix.Cols_canvas),
        rows=len(area),
    )


def _rank(kind: str) -> int:
    return RANK.get(kind, -1)


def _ink_of(cell: tuple[Any, str]) -> Any:
    return cell[0]
