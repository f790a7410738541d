"""A line to type in that shows whatever is pasted into it."""

from __future__ import annotations

from textual.widgets import Input

from rnn_tui.text.visible import visible_line


class VisibleInput(Input):
    """Signs in place of characters that act on the terminal: their widths are known."""

    def validate_value(self, value: str) -> str:
        """The text as it can be shown."""
        return visible_line(value)
