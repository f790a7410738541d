"""The help of the stepper: its keys, the commands in words, and the terms of the field."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from rnn_tui.core.flow import DEFINITIONS
from rnn_tui.stepping.commands import COMMANDS
from rnn_tui.stepping.explanations import GLOSSARY
from rnn_tui.tui.screens.help import keys_of


class StepperHelp(ModalScreen[None]):
    """One long page to scroll."""

    DEFAULT_CSS: ClassVar[str] = """
    StepperHelp { align: center middle; }
    StepperHelp VerticalScroll {
        width: 92; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; background: $surface; padding: 0 2;
    }
    StepperHelp Static { height: auto; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "dismiss", "Close", show=False, id="help.close"),
        Binding("j", "scroll_by(2)", "down", show=False, id="help.down"),
        Binding("k", "scroll_by(-2)", "up", show=False, id="help.up"),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        keys = [(key.keys, key.does) for key in keys_of(screen)]
        commands = [(command.usage, command.does) for command in COMMANDS.values()]
        self._parts = {
            "keys": keys,
            "commands, after : and in scripts": commands,
            "what the words mean": list(GLOSSARY.items()),
            "the flow of the gradient": list(DEFINITIONS.items()),
        }

    def compose(self) -> ComposeResult:
        """One table after the other."""
        with VerticalScroll() as scroll:
            scroll.border_title = Content("help")
            scroll.border_subtitle = Content("↑ ↓ scroll · esc closes")
            for title, rows in self._parts.items():
                yield Static(_table(title, rows))

    def action_scroll_by(self, lines: int) -> None:
        """Some lines on."""
        for page in self.query(VerticalScroll):  # none for a moment, at the beginning
            page.scroll_relative(y=lines, animate=False, immediate=True)


def _table(title: str, rows: list[tuple[str, str]]) -> Table:
    table = Table(
        box=None, padding=(0, 2, 0, 0), title=Text(title, "bold underline"), title_justify="left"
    )
    table.show_header = False
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for left, right in rows:
        table.add_row(Text(left), Text(right))
    return table
