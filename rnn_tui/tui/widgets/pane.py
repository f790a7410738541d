"""A pane of the dashboard: a frame with a title around what it draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.rates import rates

SLACK = 0.015
"""Seconds that a drawing may be too early: the next frame would come much too late for it."""


class Pane(Vertical):
    """One subject of the dashboard.

    ``frame`` is what the screen hands down; a pane that cannot be seen asks for nothing and draws
    nothing. The title is shown as it is: nothing in it is markup.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Pane {
        border: round $foreground 22%;
        border-title-color: $foreground;
        border-subtitle-color: $text-muted;
        padding: 0 1;
    }
    Pane:focus-within { border: round $primary; border-title-style: bold; }
    """

    kind_of_rate: ClassVar[str] = "text"
    """Which of the ``rates`` says how often it is drawn."""

    number: ClassVar[int] = 0
    label: ClassVar[str] = ""

    frame: var[Frame | None] = var(None, init=False)

    drawn_at = -math.inf
    _drawn_of: object = None

    def compose(self) -> ComposeResult:
        """Nothing by itself."""
        yield from ()

    def entitle(self, title: str | Sequence[str], subtitle: str = "") -> None:
        """Set the title and the subtitle, as plain text; of several titles the first that fits."""
        if not isinstance(title, str):
            room = self.size.width - 2
            title = next((text for text in title if cell_len(text) <= room), title[-1])
        if str(self.border_title or "") != title:
            self.border_title = Content(title)
        if str(self.border_subtitle or "") != subtitle:
            self.border_subtitle = Content(subtitle)

    @property
    def on_screen(self) -> bool:
        """Whether any of it can be seen."""
        return self.display and bool(self.region.area) and self.is_on_screen

    @property
    def period(self) -> float:
        """Seconds from one drawing to the next at least."""
        seconds: float = getattr(rates(), self.kind_of_rate)
        return seconds

    def is_due(self, history: History, now: float) -> bool:
        """Whether it is time to draw, and there is something that was not drawn.

        ``now``: when the frame was asked for, monotonic, as in ``has_drawn``.
        """
        rested = now - self.drawn_at >= self.period - SLACK
        return rested and self.is_behind(history)

    def is_behind(self, history: History) -> bool:
        """Whether there is something that was not drawn."""
        return self._drawn_of != self.subject(history)

    def subject(self, history: History) -> object:
        """What it draws is the same as long as this is."""
        status = history.status
        step = status.step if status is not None else -1
        return id(history), step, len(history.references), history.last_event, history.rows_seen

    def has_drawn(self, frame: Frame, began: float) -> None:
        """Remember what, and when the frame was asked for: the next is not later by what it took.

        ``began``: monotonic.
        """
        self.drawn_at, self._drawn_of = began, self.subject(frame.history)

    def watch_frame(self, frame: Frame | None) -> None:
        """Hand what arrived to the widgets that draw it."""
        if frame is not None and self.on_screen:
            self.take(frame)

    def take(self, frame: Frame) -> None:
        """Use a frame; only called while the pane can be seen."""

    def on_resize(self) -> None:
        """Draw the last frame at the new size."""
        self.watch_frame(self.frame)

    @on(events.Click)
    def come_here(self) -> None:
        """A click on the border goes to the pane too."""
        if not self.has_focus_within:
            self.screen.set_focus(self.entrance)

    def action_turn(self, by: int) -> None:
        """Show the next or the previous of what there is to choose from."""

    @property
    def entrance(self) -> Widget:
        """Where the focus goes when one comes to this pane."""
        return next(widget for widget in self.query("*") if widget.focusable)


def neighbour(panes: Sequence[Pane], focused: Widget | None, by: int) -> tuple[Pane, Widget]:
    """The widget that tab goes to, hidden ones too, with its pane."""
    ring = [(pane, widget) for pane in panes for widget in pane.query("*") if widget.focusable]
    at = next((i for i, (_, widget) in enumerate(ring) if widget is focused), -1)
    return ring[(at + by) % len(ring)]
