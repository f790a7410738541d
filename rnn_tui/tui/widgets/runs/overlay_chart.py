"""The losses of several runs over each other, with a cursor that reads them all."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var

from rnn_tui.runs.curves import ends, shared_series
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.renderables.chart_data import ChartData
from rnn_tui.tui.renderables.numbers import step_number
from rnn_tui.tui.run_charts import OverlayView, overlay_chart, unit_of
from rnn_tui.tui.widgets.chart import ChartWidget
from rnn_tui.tui.widgets.surroundings import is_dark, only_ascii

READING: Final = "reading the losses …"


class OverlayChart(Vertical):
    """A chart of the view, in a frame that says what is drawn."""

    DEFAULT_CSS: ClassVar[str] = """
    OverlayChart {
        height: 1fr; border: round $foreground 22%; border-title-color: $foreground; padding: 0 1;
    }
    """

    class Pointed(Message):
        """The mouse points at a place of the axis, in units of the runs."""

        def __init__(self, place: float) -> None:
            super().__init__()
            self.place = place

    view: var[OverlayView | None] = var(None, init=False)

    def compose(self) -> ComposeResult:
        """The chart."""
        yield ChartWidget(ChartData(empty=READING))

    def on_mount(self) -> None:
        """The colours of the runs are others in another theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.watch_view(self.view))

    @property
    def chart(self) -> ChartWidget:
        """What draws it."""
        return self.query_one(ChartWidget)

    def watch_view(self, view: OverlayView | None) -> None:
        """Draw it."""
        if view is None:
            return
        signs = only_ascii() or self.app.no_color
        self.chart.data = overlay_chart(view, is_dark(self.app), signs)
        room = self.size.width - 2
        title = next((text for text in _titles(view) if cell_len(text) <= room), "loss")
        self.border_title = Content(title)
        self.border_subtitle = Content("[ ] another series" * bool(shared_series(view.curves)))

    def on_resize(self) -> None:
        """Another title may fit."""
        self.watch_view(self.view)

    def beside(self, place: float | None, columns: int) -> float | None:
        """The place so many columns further; from no place the end of the axis."""
        drawn, view = self.chart.chart, self.view
        if drawn is None or view is None:
            return None
        unit = unit_of(view)[0]
        first, last = ends(view.seen, view.across)
        if place is None:
            return last if columns < 0 else first
        found = drawn.place_at(drawn.cell_of(place / unit) + columns)
        return None if found is None else min(max(found * unit, first), last)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there."""
        self._point(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """With the button held down the cursor follows."""
        if event.button:
            self._point(event)

    def _point(self, event: events.MouseEvent) -> None:
        drawn, view = self.chart.chart, self.view
        if drawn is None or view is None:
            return
        found = drawn.place_at(event.screen_x - self.chart.region.x)
        if found is not None:
            event.stop()
            first, last = ends(view.seen, view.across)
            self.post_message(self.Pointed(min(max(found * unit_of(view)[0], first), last)))


def _titles(view: OverlayView) -> tuple[str, ...]:
    axis = "log" if view.log else "linear"
    smoothed = f" · smoothed over {step_number(view.smoothing)} steps" if view.smoothing else ""
    dots = " · ◇ held out" if view.held_out and not view.series else ""
    by = f"by {view.across}{', log' if view.log_across else ''}"
    what = visible_line(view.series) or "loss"
    ours = all(curve.characters.any() for curve in view.seen)  # by others: in a unit of theirs
    counted = ours and not view.series
    per_character, nats = ("nats per character · ", "nats · ") if counted else ("", "")
    return (
        f"{what} · {per_character}{axis} · {by}{smoothed}{dots}",
        f"{what} · {nats}{axis} · {by}{smoothed}{dots}",
        f"{what} · {axis} · {by}{smoothed}",
        f"{what} · {by}",
        what,
    )
