"""A line chart as a widget."""

from __future__ import annotations

from typing import ClassVar

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.tui.renderables.chart_data import ChartData
from rnn_tui.tui.renderables.line_chart import LineChart
from rnn_tui.tui.renderables.palette import line_colors
from rnn_tui.tui.widgets.surroundings import only_ascii, surroundings


class ChartWidget(Widget):
    """Shows ``data``. It is drawn once for each data, size and theme, when it is on the screen."""

    DEFAULT_CSS: ClassVar[str] = "ChartWidget { height: 1fr; width: 1fr; }"

    data: reactive[ChartData] = reactive(ChartData())

    def __init__(self, data: ChartData | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._drawn_for: object = None
        self._strips: list[Strip] = []
        self.chart: LineChart | None = None  # the one that was drawn last
        if data is not None:
            self.set_reactive(ChartWidget.data, data)

    def render_line(self, y: int) -> Strip:
        """One line of the chart."""
        width, height = self.size
        background, dark = surroundings(self)
        drawn_for = self.data, width, height, background, dark
        if drawn_for != self._drawn_for:
            colors = line_colors(background, dark)
            self.chart = LineChart(self.data, colors, width, height, only_ascii())
            self._strips = self.chart.strips()
            self._drawn_for = drawn_for
        return self._strips[y] if y < len(self._strips) else Strip.blank(width)
