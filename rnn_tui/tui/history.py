"""What the app knows of a run: everything that has arrived, in bounded memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rnn_tui.runs.glances import HELD_OUT_NAMES, LOSS_NAMES
from rnn_tui.training import protocol
from rnn_tui.training.wire import unpack
from rnn_tui.tui.marks import Marks
from rnn_tui.tui.series import Series, Spans

SMOOTHING = 0.95
"""Decay of the moving averages on the charts: about the last twenty steps."""

MOST_EVENTS = 2_000
"""Events that are kept; the oldest are forgotten first."""

BACK = frozenset({"undone", "resumed"})
"""Events after which steps come anew that have come already."""


@dataclass
class History:
    """One run as seen from here; ``series`` are those of a monitored run, by name."""

    welcome: protocol.Welcome
    status: protocol.Status | None = None
    loss: Series = field(default_factory=lambda: Series(SMOOTHING))
    gradient_norm: Series = field(default_factory=lambda: Series(SMOOTHING))
    held_out: Series = field(default_factory=lambda: Series(smoothing=0.0))
    series: dict[str, Series] = field(default_factory=dict)
    events: deque[protocol.Event] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))
    marks: Marks = field(default_factory=Marks)
    references: list[protocol.ReferenceLine] = field(default_factory=list)
    last_event: int = 0
    rows_seen: int = 0

    def take(self, update: protocol.Update) -> None:
        """Add what is new in an answer."""
        known, self.status = self.status is not None, update.status
        if update.spans is not None:
            self.loss.extend_spans(_spans(update.spans.loss))
            self.gradient_norm.extend_spans(_spans(update.spans.gradient_norm))
            self.rows_seen += 1
        steps = unpack(update.rows.steps)
        self.rows_seen += len(steps)
        self.loss.extend(steps, unpack(update.rows.loss))
        self.gradient_norm.extend(steps, unpack(update.rows.gradient_norm))
        measured = update.held_out
        self.held_out.extend([point.step for point in measured], [point.loss for point in measured])
        self._take_monitored(update)
        for event in update.events:
            self.events.append(event)
            self.marks.add(event.step, event.kind)
            self.last_event = event.id
        if known and any(event.kind in BACK for event in update.events):
            self._begin_again()
        self.references.extend(update.references)

    def _begin_again(self) -> None:
        """The run went back: what it makes anew is asked for with all that was before."""
        self.loss, self.gradient_norm = Series(SMOOTHING), Series(SMOOTHING)
        self.held_out = Series(smoothing=0.0)
        self.series.clear()

    def _take_monitored(self, update: protocol.Update) -> None:
        """What only a monitored run has: any series, and arrays that come when they like."""
        for part in update.series:
            series = self.series.setdefault(part.name, Series(SMOOTHING))
            if part.spans is not None:
                series.extend_spans(_spans(part.spans))
            steps = unpack(part.steps)
            series.extend(steps, unpack(part.values))
            self.rows_seen += len(steps) or 1
        if update.series:
            self.loss = self.series.get(self.loss_name, self.loss)
            self.held_out = self.series.get(self.held_out_name, self.held_out)
        if update.parameters is not None:
            self.welcome = msgspec.structs.replace(self.welcome, parameters=update.parameters)

    @property
    def loss_name(self) -> str:
        """Which series is the loss of a monitored run; "" if none is called like one."""
        return next(filter(self.series.__contains__, LOSS_NAMES), "")

    @property
    def held_out_name(self) -> str:
        """The same for the loss on the held-out data."""
        return next(filter(self.series.__contains__, HELD_OUT_NAMES), "")

    def poll(self, **wishes: Any) -> protocol.Poll:
        """The request for what has not arrived yet."""
        monitored = self.welcome.kind == "monitored"
        return protocol.Poll(
            after_step=_last(self.loss),
            after_held_out=_last(self.held_out),
            after_event=self.last_event,
            after_series=tuple((name, _last(one)) for name, one in self.series.items())
            if monitored
            else (),
            references=len(self.references),
            **wishes,
        )


def _last(series: Series) -> int:
    return -1 if series.last_step is None else series.last_step


def _spans(sent: protocol.SpanColumns) -> Spans:
    return Spans(*(unpack(getattr(sent, name)) for name in Spans._fields))


@dataclass(frozen=True, eq=False)
class Frame:
    """One answer, with all that came before it: what the panes draw."""

    history: History
    update: protocol.Update

    def view(self, kind: protocol.ViewKind) -> protocol.ViewData | None:
        """The array of a pane, if it was asked for."""
        for data in self.update.views:
            if data.view.kind == kind:
                return data
        return None
