"""The chart of the loss, with a cursor that reads it and goes to any of its steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var

from rnn_tui.text.visible import visible_line
from rnn_tui.training.protocol import Event
from rnn_tui.tui.history import History
from rnn_tui.tui.renderables.chart_data import ChartData, Reference, line, training_curves
from rnn_tui.tui.renderables.event_marks import mark_of
from rnn_tui.tui.renderables.numbers import reading
from rnn_tui.tui.series import Reading
from rnn_tui.tui.widgets.chart_pane import ChartPane, FocusableChart, steady
from rnn_tui.tui.widgets.status_bar import clip

MOST_READ = 4
"""Events that are read out at one place."""


def _key(keys: str, action: str, does: str, name: str) -> Binding:
    """A key that the footer has no room for."""
    return Binding(keys, action, does, show=False, id=name)


class LossPane(ChartPane):
    """Training and held-out loss, with the losses of simple models beside them.

    ``cursor`` is the step that is read out, or None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("left,h", "move(-1)", "cursor: back", "loss.left"),
        _key("right,l", "move(1)", "cursor: on", "loss.right"),
        _key("shift+left,H", "step(-1)", "cursor: one step back", "loss.back"),
        _key("shift+right,L", "step(1)", "cursor: one step on", "loss.on"),
        _key("home", "go(0)", "cursor: first step", "loss.first"),
        _key("end", "go(1)", "cursor: last step", "loss.last"),
        _key("enter", "ask", "step through the cursor's step", "loss.ask"),
        _key("escape", "no_cursor", "no cursor", "loss.no-cursor"),
    ]

    number = 1
    label = "loss"

    cursor: var[int | None] = var(None, init=False)

    class StepAsked(Message):
        """Somebody wants to go through the worst step from ``first`` to ``last``."""

        def __init__(self, first: int, last: int) -> None:
            super().__init__()
            self.first = first
            self.last = last

    def chart(self, history: History) -> ChartData:
        """Both losses, the reference lines and the events."""
        first, last = self.range_of(history)
        training = history.loss.columns(self.columns, first, last, self.which)
        held_out = history.held_out.columns(self.columns, first, last, self.which)
        self._head(history)
        curves = [*training_curves(steady(training), self._called(history.loss_name) or "train")]
        if len(held_out.steps):
            name = self._called(history.held_out_name) or "held out"
            curves.append(line("held out", held_out.steps, held_out.maximum, name))
        if history.welcome.kind == "monitored" and history.series and not history.loss_name:
            return ChartData(empty="no series is called loss; pane 6 has all others")
        return self.over(
            first,
            last,
            curves=curves,
            references=[Reference(r.nats, r.name) for r in history.references],
            events=self.events(history, first, last),
            fit_references=self.which == "whole",
            cursor=self.cursor,
        )

    @staticmethod
    def _called(name: str) -> str:
        return clip(visible_line(name), 16)

    def _head(self, history: History) -> None:
        """The title, and below what the cursor reads or which keys there are."""
        axis = "log" if self.log_axis else "linear"
        unit = "nats per character · " if history.welcome.kind == "trained" else ""
        keys = (
            f"{self.which} run · y axis · w recent" if self.which == "whole" else "recent · w whole"
        )
        read = clip(self.read_out(history), self.size.width - 4)
        self.entitle(f"{self.number} loss · {unit}{axis}", read or keys)

    # -- the cursor --------------------------------------------------------------------------

    def column(self, history: History) -> tuple[int, int]:
        """The first and the last step of the column that the cursor stands in."""
        first, last = self.range_of(history)
        at = min(max(self.cursor or first, first), last)
        width = (last - first + 1) / self._plot_columns
        if width <= 1:
            return at, at
        return max(first, math.ceil(at - width / 2)), min(last, math.floor(at + width / 2))

    @property
    def _plot_columns(self) -> int:
        return max(self.size.width - 9, 8)  # without the frame and the numbers of the axis

    def read_out(self, history: History) -> str:
        """What is known of the steps under the cursor; "" without one."""
        if self.cursor is None:
            return ""
        first, last = self.column(history)
        loss = history.loss.around(first, last)
        first, last = (first, last) if loss is None else (loss.first, loss.last)
        measured = history.held_out.around(first, last)
        parts = [_steps(first, last), _losses("loss", loss)]
        if measured is not None and first <= measured.first <= last:
            parts.append(_losses("held out", measured))
        parts += event_words([e for e in history.events if first <= e.step <= last])
        return " · ".join(filter(None, parts))

    def watch_cursor(self) -> None:
        """Another place."""
        self._redraw()

    def action_move(self, by: int) -> None:
        """One column on; the first time it comes from the side."""
        if self.frame is None:
            return
        first, last = self.range_of(self.frame.history)
        width = max(1, round((last - first + 1) / self._plot_columns))
        at = (first - 1 if by > 0 else last + 1) if self.cursor is None else self.cursor
        self._put(at + by * (1 if self.cursor is None else width))

    def action_step(self, by: int) -> None:
        """One step on."""
        if self.frame is not None:
            self._put((self.cursor or self.range_of(self.frame.history)[1]) + by)

    def action_go(self, end: int) -> None:
        """To the first or the last step."""
        if self.frame is not None:
            self._put(self.range_of(self.frame.history)[end])

    def action_no_cursor(self) -> None:
        """Take it away."""
        self.cursor = None

    @on(FocusableChart.Pointed)
    def point_at(self, event: FocusableChart.Pointed) -> None:
        """A click puts it there."""
        event.stop()
        chart = self.query_one(FocusableChart).chart
        place = chart.place_at(event.x) if chart is not None else None
        if place is not None:
            self._put(round(place))

    def _put(self, step: int) -> None:
        if self.frame is not None:
            first, last = self.range_of(self.frame.history)
            self.cursor = min(max(step, first), last)

    def action_ask(self) -> None:
        """Go through the step under the cursor; of several the one with the highest loss."""
        if self.frame is not None and self.cursor is not None:
            self.post_message(self.StepAsked(*self.column(self.frame.history)))


def _steps(first: int, last: int) -> str:
    return f"step {first:,}" if first == last else f"steps {first:,}–{last:,}"


def _losses(name: str, found: Reading | None) -> str:
    if found is None:
        return ""
    failed = f"{found.not_finite:,} not finite" if found.not_finite else ""
    if math.isnan(found.mean):
        return f"{name} {failed}"
    low, high = reading(found.low), reading(found.high)
    numbers = low if low == high else f"{low}–{high}"
    return ", ".join(filter(None, (f"{name} {numbers}", failed)))


def event_words(events: Sequence[Event]) -> Iterable[str]:
    """What happened, in words, the last first; of very many the last few."""
    for event in list(reversed(events))[:MOST_READ]:
        yield f"{mark_of(event.kind)} {_what(event)}"
    if len(events) > MOST_READ:
        yield f"{len(events) - MOST_READ:,} more"


def _what(event: Event) -> str:
    if event.kind == "knob":
        words = f"{event.name} {event.before} → {event.after}"
        return visible_line(f"{words} by {event.who}" if event.who else words)
    words = " ".join(filter(None, (event.kind, event.name)))
    return visible_line(f"{words}: {event.detail}" if event.detail else words)
