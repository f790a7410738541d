"""A pane of the dashboard: a frame with a title around what it draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from rnn_tui.training.protocol import View
from rnn_tui.tui.history import Frame


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

    number: ClassVar[int] = 0
    label: ClassVar[str] = ""

    frame: var[Frame | None] = var(None, init=False)

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

    def views(self) -> tuple[View, ...]:
        """What to ask the server for, given the size of now."""
        return ()

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
