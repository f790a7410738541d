"""What the app knows of a run: everything that has arrived, in bounded memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from rnn_tui.training import protocol
from rnn_tui.training.wire import unpack
from rnn_tui.tui.series import Series

SMOOTHING = 0.95
"""Decay of the moving averages on the charts: about the last twenty steps."""

MOST_EVENTS = 2_000
"""Events that are kept; the oldest are forgotten first."""


@dataclass
class History:
    """One run as seen from here."""

    welcome: protocol.Welcome
    status: protocol.Status | None = None
    loss: Series = field(default_factory=lambda: Series(SMOOTHING))
    gradient_norm: Series = field(default_factory=lambda: Series(SMOOTHING))
    held_out: Series = field(default_factory=lambda: Series(smoothing=0.0))
    events: deque[protocol.Event] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))
    references: list[protocol.ReferenceLine] = field(default_factory=list)
    last_event: int = 0
    rows_seen: int = 0

    def take(self, update: protocol.Update) -> None:
        """Add what is new in an answer."""
        self.status = update.status
        steps = unpack(update.rows.steps)
        self.rows_seen += len(steps)
        self.loss.extend(steps, unpack(update.rows.loss))
        self.gradient_norm.extend(steps, unpack(update.rows.gradient_norm))
        for point in update.held_out:
            self.held_out.append(point.step, point.loss)
        for event in update.events:
            self.events.append(event)
            self.last_event = event.id
        self.references.extend(update.references)

    def poll(self, **wishes: Any) -> protocol.Poll:
        """The request for what has not arrived yet."""
        return protocol.Poll(
            after_step=_last(self.loss),
            after_held_out=_last(self.held_out),
            after_event=self.last_event,
            references=len(self.references),
            **wishes,
        )


def _last(series: Series) -> int:
    return -1 if series.last_step is None else series.last_step


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
