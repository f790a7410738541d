"""The two charts: the loss, and the norm of the gradient."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any

from textual.app import ComposeResult
from textual.reactive import var

from rnn_tui.training import protocol
from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.renderables.chart_data import (
    ChartData,
    Event,
    EventKind,
    Reference,
    line,
    training_curves,
)
from rnn_tui.tui.renderables.numbers import reading
from rnn_tui.tui.series import RECENT, Columns, Which
from rnn_tui.tui.widgets.chart import ChartWidget
from rnn_tui.tui.widgets.pane import Pane

CHART_SECONDS = 0.5
"""Between two drawings of a chart at least: it changes slowly and costs the most."""

ENOUGH_STEPS = 20
"""A column that covers so many steps has a mean that is steady by itself."""

WAITING = "waiting for the first step …"
"""What a chart says while it is empty."""

LANE: dict[str, EventKind] = {
    "saved": "saved",
    "learning rate": "learning rate",
    "resumed": "other",
}
"""Which events have a mark under the chart."""


class FocusableChart(ChartWidget, can_focus=True):
    """A chart that keys can reach."""


class ChartPane(Pane):
    """A chart over the steps of the run, whole or recent, with a linear or a logarithmic axis."""

    log_axis: var[bool] = var(False, init=False)
    which: var[Which] = var("whole", init=False)

    _drawn_at = -math.inf
    _drawn: tuple[int, int, int] = (-1, -1, -1)

    def compose(self) -> ComposeResult:
        """The chart."""
        yield FocusableChart(ChartData(empty=WAITING))

    def take(self, frame: Frame) -> None:
        """Draw when there is something new, and not too often."""
        now = time.monotonic()
        seen = len(frame.history.references), frame.history.last_event, frame.history.rows_seen
        if seen == self._drawn or now - self._drawn_at < CHART_SECONDS:
            return
        self._drawn_at, self._drawn = now, seen
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

    def range_of(self, history: History) -> tuple[int, int]:
        """The steps that are shown."""
        last = history.loss.last_step or 0
        first = history.loss.first_step or 0
        return (first if self.which == "whole" else max(first, last - RECENT + 1)), last

    def events(self, history: History, first: int) -> Iterable[Event]:
        """Marks for the lane."""
        return [
            Event(event.step, LANE[event.kind])
            for event in history.events
            if event.kind in LANE and event.step >= first
        ]


class LossPane(ChartPane):
    """Training and held-out loss, with the losses of simple models beside them."""

    number = 1
    label = "loss"

    def chart(self, history: History) -> ChartData:
        """Both losses, the reference lines and the events."""
        first, last = self.range_of(history)
        training = history.loss.columns(self.columns, first, last, self.which)
        held_out = history.held_out.columns(self.columns, first, last)
        axis = "log" if self.log_axis else "linear"
        self.entitle(
            f"{self.number} loss · nats per character · {axis}",
            f"{self.which} run · y axis · w recent"
            if self.which == "whole"
            else "recent · w whole",
        )
        curves = [*training_curves(steady(training), "train")]
        if len(held_out.steps):
            curves.append(line("held out", held_out.steps, held_out.maximum, "held out"))
        return self.over(
            first,
            last,
            curves=curves,
            references=[Reference(r.nats, r.name) for r in history.references],
            events=tuple(self.events(history, first)),
            fit_references=self.which == "whole",
        )


class NormPane(ChartPane):
    """The norm of the gradient before clipping, and where clipping begins."""

    number = 6
    label = "norm"

    def chart(self, history: History) -> ChartData:
        """The norm, and the limit as a line."""
        first, last = self.range_of(history)
        norm = history.gradient_norm.columns(self.columns, first, last, self.which)
        clip, status = history.welcome.clip, history.status
        share = clipped(history.welcome, status)
        self.entitle(f"{self.number} gradient norm · {share}")
        return self.over(
            first,
            last,
            curves=training_curves(steady(norm), ""),
            references=[Reference(clip, f"clip {reading(clip)}")] if clip else [],
            fit_references=False,
        )


def steady(columns: Columns) -> Columns:
    """The strong line: a moving average, or the mean where a column covers enough steps for one.

    A moving average over many steps lags behind a falling loss; a mean over a column does not.
    """
    steps = (columns.last_step - columns.first_step + 1) / max(len(columns.steps), 1)
    return columns._replace(smoothed=columns.mean) if steps >= ENOUGH_STEPS else columns


def clipped(welcome: protocol.Welcome, status: protocol.Status | None) -> str:
    """In words, how often the gradient was clipped of late."""
    if not welcome.clip:
        return "not clipped"
    share = status.clipped_share if status is not None else 0.0
    return f"clipped {share:.0%} of steps"
