"""The mouse wheel, for whatever lists lines."""

from __future__ import annotations

from typing import Final

from textual import events

LINES: Final = 3
"""That one notch of the wheel is."""


class Wheel:
    """To be mixed into a widget or a screen."""

    def wheel(self, event: events.MouseEvent, lines: int) -> None:
        """Look so many lines further down, up for a negative number."""
        raise NotImplementedError

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look further up."""
        event.stop()
        self.wheel(event, -LINES)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look further down."""
        event.stop()
        self.wheel(event, LINES)
