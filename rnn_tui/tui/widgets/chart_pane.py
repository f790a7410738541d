"""What the charts share, and the one of the norm of the gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.reactive import var

from rnn_tui.text.visible import visible_line
from rnn_tui.training import protocol
from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.marks import one_a_column
from rnn_tui.tui.renderables.chart_data import (
    ChartData,
    Event,
    Reference,
    training_curves,
)
from rnn_tui.tui.renderables.numbers import reading
from rnn_tui.tui.series import RECENT, Columns, Series, Which
from rnn_tui.tui.widgets.chart import ChartWidget
from rnn_tui.tui.widgets.pane import Pane

ENOUGH_STEPS = 20
"""A column that covers so many steps has a mean that is steady by itself."""

WAITING = "waiting for the first step …"
"""What a chart says while it is empty."""


class FocusableChart(ChartWidget, can_focus=True):
    """A chart that keys and the pointer can reach."""

    class Pointed(Message):
        """A place of the chart was clicked."""

        def __init__(self, x: int) -> None:
            super().__init__()
            self.x = x

    def on_click(self, event: events.Click) -> None:
        """Say where."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self.post_message(self.Pointed(offset.x))


class ChartPane(Pane):
    """A chart over the steps of the run, whole or recent, with a linear or a logarithmic axis."""

    log_axis: var[bool] = var(False, init=False)
    which: var[Which] = var("whole", init=False)

    kind_of_rate = "chart"

    def compose(self) -> ComposeResult:
        """The chart."""
        yield FocusableChart(ChartData(empty=WAITING))

    def take(self, frame: Frame) -> None:
        """Draw."""
        self._draw(frame)

    def _redraw(self) -> None:
        if self.frame is not None and self.on_screen:
            self._draw(self.frame)

    def _draw(self, frame: Frame) -> None:
        self.query_one(FocusableChart).data = self.chart(frame.history)

    def chart(self, history: History) -> ChartData:
        """What to draw."""
        raise NotImplementedError

    @property
    def columns(self) -> int:
        """How many columns the chart has."""
        return max(self.size.width, 8)

    def watch_log_axis(self) -> None:
        """Another axis."""
        self._redraw()

    def watch_which(self) -> None:
        """Another part of the run."""
        self._redraw()

    def on_resize(self) -> None:
        """The number of columns is another one."""
        self._redraw()

    def over(self, first: int, last: int, **parts: Any) -> ChartData:
        """A chart of the steps that are shown, with what both charts have in common."""
        return ChartData(
            log=self.log_axis, first_step=first, last_step=last, empty=WAITING, **parts
        )

    def range_of(self, history: History, series: Series | None = None) -> tuple[int, int]:
        """The steps that are shown: those of the loss, or of another series."""
        series = series or history.loss
        last, first = series.last_step or 0, series.first_step or 0
        return (first if self.which == "whole" else max(first, last - RECENT + 1)), last

    def events(self, history: History, first: int, last: int) -> tuple[Event, ...]:
        """Marks for the lane: at most two a column of the chart, however many events there are."""
        recent = (Event(event.step, event.kind) for event in history.events)
        events = history.marks if self.which == "whole" else recent
        return one_a_column(events, 2 * self.columns, first, last)


class NormPane(ChartPane):
    """The norm of the gradient before clipping, and where clipping begins.

    Of a run that another program trains: one of its series, whatever it is.
    """

    number = 6
    label = "norm"

    choice: var[int] = var(0, init=False)

    def chart(self, history: History) -> ChartData:
        """The norm, and the limit as a line."""
        if history.welcome.kind == "monitored":
            return self._series(history)
        first, last = self.range_of(history)
        norm = history.gradient_norm.columns(self.columns, first, last, self.which)
        clip = history.status.clip if history.status is not None else history.welcome.clip
        self.entitle(f"{self.number} gradient norm · {clipped(history.status)}")
        return self.over(
            first,
            last,
            curves=training_curves(steady(norm), ""),
            references=[Reference(clip, f"clip {reading(clip)}")] if clip else [],
            fit_references=False,
        )

    def _series(self, history: History) -> ChartData:
        names = other_series(history)
        if not names:
            self.entitle(f"{self.number} other series")
            return ChartData(empty="nothing but losses is logged")
        name = names[self.choice % len(names)]
        series, shown = history.series[name], visible_line(name)
        count = f"{self.choice % len(names) + 1} of {len(names)}"
        self.entitle(f"{self.number} {shown} · {count}", "[ ] another" * (len(names) > 1))
        first, last = self.range_of(history, series)
        columns = series.columns(self.columns, first, last, self.which)
        return self.over(first, last, curves=training_curves(steady(columns), ""))

    def watch_choice(self) -> None:
        """Another series."""
        self._redraw()

    def action_turn(self, by: int) -> None:
        """Another series, where there are any."""
        names = other_series(self.frame.history) if self.frame is not None else ()
        if names:
            self.choice = (self.choice + by) % len(names)


def other_series(history: History) -> Sequence[str]:
    """The series of a monitored run that the loss chart does not show."""
    shown = {history.loss_name, history.held_out_name}
    return [name for name in history.series if name not in shown]


def steady(columns: Columns) -> Columns:
    """The strong line: a moving average, or the mean where a column covers enough steps for one.

    A moving average over many steps lags behind a falling loss; a mean over a column does not.
    """
    steps = (columns.last_step - columns.first_step + 1) / max(len(columns.steps), 1)
    return columns._replace(smoothed=columns.mean) if steps >= ENOUGH_STEPS else columns


def clipped(status: protocol.Status | None) -> str:
    """In words, how often the gradient was clipped of late, if it is clipped at all now."""
    if status is None or not status.clip:
        return "not clipped"
    return f"clipped {status.clipped_share:.0%} of steps"
