"""A line to type in that shows whatever is pasted into it, and whose keys act in their order."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.ordered_keys import act_in_order


class VisibleInput(Input):
    """Signs in place of characters that act on the terminal: their widths are known."""

    def validate_value(self, value: str) -> str:
        """The text as it can be shown."""
        return visible_line(value)

    async def _on_key(self, event: events.Key) -> None:
        await act_in_order(self, event)
