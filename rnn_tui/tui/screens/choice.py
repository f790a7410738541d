"""A list of things to choose one of, or only to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.console import Group
from rich.padding import Padding
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from rnn_tui.text.visible import visible_line

_LEAST_WIDTH = 8
_INDENT = 3


class _Listed(OptionList):
    """A list that stands terminals which are too narrow for a single letter."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Nothing is broken into lines of no length: that cannot be done."""
        return super().get_content_height(container, viewport, max(width, _LEAST_WIDTH))


class ChoiceScreen(ModalScreen[int | None]):
    """Shows ``lines``; the answer is the number of the chosen one, from 0, or None."""

    DEFAULT_CSS: ClassVar[str] = """
    ChoiceScreen { align: center middle; }
    ChoiceScreen OptionList {
        width: auto; min-width: 44; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    ChoiceScreen OptionList:focus { border: round $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "close", show=False, id="choice.close"),
        Binding("j", "down", "the line below", show=False, id="choice.down"),
        Binding("k", "up", "the line above", show=False, id="choice.up"),
    ]

    def __init__(self, title: str, lines: Sequence[str], chosen: int = 0, does: str = "") -> None:
        super().__init__()
        self._title, self._lines, self._chosen = title, lines, chosen
        self._does = f"enter {does} · esc closes" if does else "esc closes"

    def compose(self) -> ComposeResult:
        """The list."""
        listed = _Listed(*(Option(_shown(line)) for line in self._lines), markup=False)
        listed.border_title = Content(self._title)
        listed.border_subtitle = Content(self._does)
        yield listed

    def on_mount(self) -> None:
        """Begin at what is chosen now."""
        listed = self.query_one(OptionList)
        listed.highlighted = self._chosen
        listed.focus()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(event.option_index)

    def action_down(self) -> None:
        """One line down."""
        for listed in self.query(OptionList):  # none for a moment, at the beginning
            listed.action_cursor_down()

    def action_up(self) -> None:
        """One line up."""
        for listed in self.query(OptionList):
            listed.action_cursor_up()


def _shown(line: str) -> Group:
    """The first line as it is, what explains it fainter and indented below."""
    first, *others = map(visible_line, line.split("\n"))
    below = (Padding(Text(other, "dim"), (0, 0, 0, _INDENT)) for other in others)
    return Group(Text(first), *below)
