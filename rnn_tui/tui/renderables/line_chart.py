"""Line charts. The only file that knows plotext.

plotext draws axes and tick labels into a matrix of characters, which is read directly: no terminal
codes are written and parsed back. It is given a figure of its own for each drawing (the
module-level one is shared between threads) and finite numbers only (infinity raises). The curves,
at most two points a column of each, are drawn between its axes by ``chart_lines``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
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
from rnn_tui.tui.renderables.chart_data import ChartData
from rnn_tui.tui.renderables.chart_lines import BRAILLE, Plotted, dots, draw
from rnn_tui.tui.renderables.chart_looks import look_of, styles, tints
from rnn_tui.tui.renderables.chart_marks import (
    FAILED,
    add_references,
    lane,
    mark_cursor,
    mark_failures,
)
from rnn_tui.tui.renderables.chart_points import in_range, marked, reduced
from rnn_tui.tui.renderables.numbers import reading
from rnn_tui.tui.renderables.palette import LineColors

Array = npt.NDArray[Any]

_LABEL_WIDTH: Final = 5
_TITLE_FROM, _LANE_FROM, _STEPS_FROM, _VALUES_FROM = 6, 8, 5, 16
_NEARLY_ZERO: Final = 0.02  # an axis that begins this near to 0 begins at 0


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
        canvas = self._frame(steps, values)
        draw(canvas, self._plotted_curves(steps, values, canvas.columns), steps, values)
        canvas.name_axis(self.data.across)
        mark_failures(canvas, self._drawn, steps)
        add_references(canvas, self.data.references, values)
        if self.data.cursor is not None:
            mark_cursor(canvas, self.data.cursor, steps)
        self._plotted = steps, canvas
        return canvas

    def _frame(self, steps: Axis, values: Axis) -> Canvas:
        """The axes, with nothing between them."""
        show_steps, show_values = self._plot_height >= _STEPS_FROM, self.width >= _VALUES_FROM
        texts = [text.rjust(_LABEL_WIDTH) for _, text in values.labels] if show_values else []
        columns = self.width - show_values * (1 + max(map(len, texts), default=0))
        rows = self._plot_height - show_steps * (1 + bool(steps.labels))
        below = zip(_cells(steps, columns), (text for _, text in steps.labels), strict=True)
        return axes(
            self.width,
            self._plot_height,
            tuple(below) if show_steps else None,
            tuple(zip(_cells(values, rows), texts, strict=False)) if show_values else None,
            (columns, rows),
        ).copy()

    def _plotted_curves(self, steps: Axis, values: Axis, columns: int) -> Iterator[Plotted]:
        """The lines, the lower ones first, and then the marks on them."""
        looks = [look_of(self.data, self._drawn, place) for place in range(len(self._drawn))]
        looked = list(zip(self._drawn, looks, strict=True))
        for curve, look in sorted(looked, key=lambda pair: pair[1].layer):
            if curve.role == "held out" and curve.tint is not None:
                continue  # marks alone: a second line of the colour would be taken for the first
            signed = self.only_ascii or (self.data.signs and curve.sign)
            marker = look.plain_marker if signed else BRAILLE
            yield Plotted(*reduced(curve, steps, values, columns), marker, int(look.ink))
        for curve, look in looked:
            if curve.role == "held out":
                at = marked(curve, steps, values, columns)
                yield Plotted(*at, look.sign, int(look.ink), joined=False)

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
            parts.append(Segment(f"{FAILED} {broken:,}{failed}  ", self._style(Ink.ERROR)))
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
        marks = lane(self.data.events, self._steps, canvas.columns, self.only_ascii)
        margin = "events".ljust(canvas.left)[: canvas.left]
        names = Segment(margin, self._style(Ink.AXIS))
        return self._finished([names, Segment(marks, self._style(Ink.EVENT))])

    # Ink

    def _row(self, text: list[str], inks: list[Any]) -> Strip:
        segments, start = [], 0
        for ink, run in groupby(inks):
            end = start + sum(1 for _ in run)
            segments.append(Segment("".join(text[start:end]), self._style(ink)))
            start = end
        return self._finished(segments)

    def _finished(self, segments: list[Segment]) -> Strip:
        if self.only_ascii:
            segments = [Segment(plain(text), style) for text, style, _ in segments]
        return Strip(segments)

    def _style(self, color: Any) -> Style:
        """The style of an ink; what plotext draws in none of them, blanks, is faint."""
        return self._styles.get(color, self._styles[Ink.AXIS])


Ticks = tuple[tuple[int, str], ...]
"""Cells along an axis, and what is written there."""


@lru_cache(maxsize=64)
def axes(
    width: int, height: int, steps: Ticks | None, values: Ticks | None, plot: tuple[int, int]
) -> Canvas:
    """The axes around a plot of these columns and rows, which the ticks count; None: no axis.

    They are kept: while steps are added they hardly ever change.
    """
    figure = _figure_class()
    monitor = figure.monitor
    monitor.set_size([width, height])
    figure.axes_color("default")
    figure.canvas_color("default")
    figure.ticks_color(int(Ink.AXIS))
    figure.xaxes(steps is not None, False)
    figure.yaxes(values is not None, False)
    figure.xlim(0, max(plot[0] - 1, 1))
    figure.ylim(0, max(plot[1] - 1, 1))
    figure.xticks(*_unzipped(steps or ()))
    figure.yticks(*_unzipped(values or ()))
    figure.scatter([], [])  # else it takes its axes for useless
    monitor.build_plot()
    return _read(monitor.matrix)


def _cells(axis: Axis, cells: int) -> list[int]:
    return [int(cell) for cell in dots([place for place, _ in axis.labels], axis, cells)]


def _unzipped(ticks: Ticks) -> tuple[list[int], list[str]]:
    return [cell for cell, _ in ticks], [text for _, text in ticks]


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
