"""The losses of the marked runs, or of the one that keys are about, beside what is said of it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var

from rnn_tui.tui.renderables.chart_data import ChartData
from rnn_tui.tui.run_charts import OverlayView, overlay_chart
from rnn_tui.tui.runs_list import RunsView
from rnn_tui.tui.widgets.chart import ChartWidget
from rnn_tui.tui.widgets.surroundings import is_dark, only_ascii

SMOOTHED = 20
"""The curves are smoothed over one part in so many of the steps of the longest run."""


class RunPreview(Vertical):
    """A small chart over the steps."""

    DEFAULT_CSS: ClassVar[str] = """
    RunPreview { border: round $foreground 22%; border-title-color: $foreground; padding: 0 1; }
    """

    view: var[RunsView | None] = var(None, init=False)

    _drawn: object = None

    def compose(self) -> ComposeResult:
        """The chart."""
        yield ChartWidget(ChartData(empty="no losses yet"))

    def watch_view(self, view: RunsView | None) -> None:
        """Draw other curves, if they are others and can be seen."""
        if view is None or not self.display:
            return
        colors = {name: view.color(name) for name in view.compared if name in view.curves}
        curves = tuple(view.curves[name] for name in colors)
        drawn = tuple((id(view.curves[name]), color) for name, color in colors.items())
        key = drawn, self.app.theme
        if key == self._drawn:
            return
        self._drawn = key
        longest = max((curve.steps[-1] for curve in curves if len(curve.steps)), default=0)
        shown = OverlayView(curves, colors, smoothing=int(longest / SMOOTHED))
        signs = only_ascii() or self.app.no_color
        self.query_one(ChartWidget).data = overlay_chart(shown, is_dark(self.app), signs)
        names = f"{len(colors)} marked runs" if view.marked else "loss"
        self.border_title = Content(f"{names} · by steps, smoothed · o compares")

    def on_show(self) -> None:
        """It can be seen from now on."""
        self.watch_view(self.view)
