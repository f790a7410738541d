"""Leaving: the question what becomes of the run."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

Choice: TypeAlias = Literal["stop", "leave", "cancel"]


class LeaveScreen(ModalScreen[Choice]):
    """Stop the run, leave it running, or stay."""

    DEFAULT_CSS: ClassVar[str] = """
    LeaveScreen { align: center middle; }
    LeaveScreen Vertical {
        width: 62; max-width: 100%; height: auto;
        border: round $primary; background: $surface; padding: 1 2;
    }
    LeaveScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,ctrl+c", "choose('stop')", "save and stop", id="leave.stop"),
        Binding("l", "choose('leave')", "leave it running", id="leave.leave"),
        Binding("escape,c,q", "choose('cancel')", "stay", id="leave.cancel"),
    ]

    def __init__(self, name: str, owner: bool) -> None:
        super().__init__()
        self._name_of_run = name
        self._owner = owner

    def compose(self) -> ComposeResult:
        """The three ways, each with its key; a click chooses too."""
        leave = "leave it running" if self._owner else "leave; it goes on as before"
        with Vertical() as box:
            box.border_title = Content(f"leave {self._name_of_run}?")
            yield Way("s", "save a checkpoint and stop the run", "stop")
            yield Way("l", f"{leave} (rnn-tui attach {self._name_of_run} returns)", "leave")
            yield Way("esc", "stay here", "cancel")

    def action_choose(self, choice: Choice) -> None:
        """Answer."""
        self.dismiss(choice)


class Way(Static):
    """One answer."""

    def __init__(self, key: str, text: str, choice: Choice) -> None:
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=4, justify="right")
        row.add_column()
        row.add_row(Text(key, "bold"), Text(text))
        super().__init__(row)
        self._choice: Choice = choice

    def on_click(self) -> None:
        """The same as the key."""
        if isinstance(self.screen, LeaveScreen):
            self.screen.dismiss(self._choice)
