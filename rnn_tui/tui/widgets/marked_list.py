"""A list of which some lines can be marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from rnn_tui.text.visible import visible_line

_LEAST_WIDTH = 8


class MarkedList(OptionList):
    """Lines to mark some of; where ``most`` is 0, only to take."""

    DEFAULT_CSS: ClassVar[str] = """
    MarkedList {
        height: auto; max-height: 6; width: 1fr; border: none; padding: 0; background: transparent;
    }
    MarkedList:focus { border: none; background: transparent; background-tint: transparent; }
    MarkedList > .option-list--option { padding: 0; }
    MarkedList > .option-list--option-highlighted {
        background: transparent; color: $foreground; text-style: none;
    }
    MarkedList:focus > .option-list--option-highlighted {
        background: $primary; color: $background; text-style: bold;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take what is marked, or this line", show=False, id="marked.take"),
        Binding("space", "select", "mark the line, or not", show=False, id="marked.mark"),
        Binding("j", "cursor_down", "the line below", show=False, id="marked.down"),
        Binding("k", "cursor_up", "the line above", show=False, id="marked.up"),
    ]

    class Changed(Message):
        """Other lines are marked, or another one is highlighted."""

    class Full(Message):
        """No more than ``most`` may be marked."""

        def __init__(self, most: int) -> None:
            super().__init__()
            self.most = most

    class Taken(Message):
        """This is it."""

    def __init__(self, lines: Sequence[str], most: int, *, id: str, classes: str = "") -> None:  # noqa: A002
        self._words, self._most = [visible_line(line) for line in lines], most
        self._marked: set[int] = set()
        options = (Option(self._shown(place)) for place in range(len(lines)))
        super().__init__(*options, id=id, classes=classes, markup=False)

    @property
    def taken(self) -> tuple[int, ...]:
        """The lines that are marked, or where none is, the one that is highlighted."""
        if not self._most:
            return ()
        return tuple(sorted(self._marked)) or ((self.highlighted or 0),)

    def on_mount(self) -> None:
        """Begin at the first."""
        self.highlighted = 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Also in a terminal that is too narrow for a single letter."""
        return super().get_content_height(container, viewport, max(width, _LEAST_WIDTH))

    def action_take(self) -> None:
        """Answer with it."""
        self.post_message(self.Taken())

    def action_cursor_up(self) -> None:
        """A line up, or to what is above."""
        if self.highlighted:
            super().action_cursor_up()
        else:
            self.screen.focus_previous()

    def action_cursor_down(self) -> None:
        """A line down, or to what is below."""
        if self.highlighted is not None and self.highlighted < len(self._words) - 1:
            super().action_cursor_down()
        else:
            self.screen.focus_next()

    @on(OptionList.OptionHighlighted)
    def tell(self, event: OptionList.OptionHighlighted) -> None:
        """While none is marked, the highlighted line is what would be taken."""
        event.stop()
        self.post_message(self.Changed())

    @on(OptionList.OptionSelected)
    def toggle(self, event: OptionList.OptionSelected) -> None:
        """Mark it, or take its mark away; a click does so, too."""
        event.stop()
        place = event.option_index
        if not self._most:
            self.action_take()
        elif place not in self._marked and len(self._marked) == self._most:
            self.post_message(self.Full(self._most))
        else:
            self._marked ^= {place}
            self.replace_option_prompt_at_index(place, self._shown(place))
            self.post_message(self.Changed())

    def _shown(self, place: int) -> Content:
        mark = ("[x] " if place in self._marked else "[ ] ") if self._most else ""
        return Content(mark + self._words[place])
