"""The line at the bottom: what happened, or a command that is being written."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label, Static

from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.visible_input import VisibleInput

LONGEST = 1000
"""Characters in a command."""


class PromptLine(Vertical):
    """Says what happened; with ``ask`` it takes a command instead, until it is carried out."""

    DEFAULT_CSS: ClassVar[str] = """
    PromptLine { height: auto; max-height: 5; width: 1fr; }
    PromptLine #said { height: auto; max-height: 2; min-height: 1; width: 1fr; padding: 0 1; }
    PromptLine #said.-trouble { color: $error; max-height: 4; }
    PromptLine.-asking #said { display: none; }
    PromptLine.-asking #said.-trouble { display: block; }
    PromptLine Horizontal { height: 1; width: 1fr; display: none; background: $panel; }
    PromptLine.-asking Horizontal { display: block; }
    PromptLine Horizontal Label { width: 3; padding: 0 1; color: $primary; text-style: bold; }
    PromptLine Input { height: 1; width: 1fr; border: none; padding: 0; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "leave the line", id="prompt.leave"),
        Binding("up", "recall(-1)", "before", tooltip="the command before", id="prompt.before"),
        Binding("down", "recall(1)", "after", tooltip="the command after", id="prompt.after"),
    ]

    class Entered(Message):
        """A command was written."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class GivenUp(Message):
        """The line was left."""

    def __init__(self) -> None:
        super().__init__()
        self._history: list[str] = []
        self._place = 0
        self._draft = ""

    said = ""
    """What it says."""

    def compose(self) -> ComposeResult:
        """What happened, and where commands are written."""
        yield Static(markup=False, id="said")
        with Horizontal():
            yield Label(":", markup=False)
            yield VisibleInput(
                placeholder="a command; help lists them, esc leaves",
                compact=True,
                select_on_focus=False,
                max_length=LONGEST,
            )

    @property
    def asking(self) -> bool:
        """Whether a command is being written."""
        return self.has_class("-asking")

    def say(self, text: str, trouble: bool = False) -> None:
        """Show one or two lines of text, as they are."""
        self.said = text
        for said in self.query("#said").results(Static):  # none while the screen is left
            said.set_class(trouble, "-trouble")
            said.update(Content("\n".join(visible_line(line) for line in text.split("\n"))))

    def ask(self, beginning: str, chosen: int = 0) -> None:
        """Have a command written that begins so; the last ``chosen`` characters are selected."""
        self.say("")
        self.add_class("-asking")
        line = self.query_one(Input)
        line.value = beginning
        self.screen.set_focus(line)  # at once: keys that wait already belong to the line
        line.cursor_position = len(beginning)
        if chosen:
            line.selection = type(line.selection)(len(beginning) - chosen, len(beginning))
        self._place = len(self._history)

    def complain(self, error: Exception) -> None:
        """Say why a command cannot be carried out; the cursor goes to its ``column``, if any."""
        self.say(str(error), trouble=True)
        column = getattr(error, "column", 0)
        if self.asking and column:
            line = self.query_one(Input)
            verb = re.match(r"\s*\S*\s*", line.value)
            line.cursor_position = column - 1 + (verb.end() if verb else 0)

    def done(self) -> None:
        """The command was carried out."""
        self.remove_class("-asking")

    @on(Input.Submitted)
    def enter(self, event: Input.Submitted) -> None:
        """Hand the command on; the line stays until it is known to have been one."""
        event.stop()
        line = event.value.lstrip()
        if not line:
            self.action_give_up()
            return
        if line not in self._history[-1:]:
            self._history.append(line)
        self.post_message(self.Entered(line))

    def action_give_up(self) -> None:
        """Leave the line."""
        self.say("")
        self.post_message(self.GivenUp())

    def action_recall(self, by: int) -> None:
        """An earlier command, or a later one."""
        line, latest = self.query_one(Input), len(self._history)
        if self._place == latest:
            self._draft = line.value
        self._place = min(max(self._place + by, 0), latest)
        recalled = self._history[self._place] if self._place < latest else self._draft
        line.value = recalled
        line.cursor_position = len(recalled)
