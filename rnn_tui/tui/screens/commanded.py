"""A screen whose keys are commands: a line to write them in, work in the background, answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from textual import on
from textual.screen import Screen
from textual.worker import Worker

from rnn_tui.core.work import Answer, Task
from rnn_tui.tui.errands import Errands
from rnn_tui.tui.housekeeping import Housekeeping
from rnn_tui.tui.widgets.prompt_line import PromptLine

TIDY_SECONDS = 0.5
"""After a key, so long nothing is tidied up."""


class CommandedScreen(Screen[None]):
    """What is refused with one of ``refusals`` is said at the bottom."""

    def __init__(self, *refusals: type[Exception]) -> None:
        super().__init__()
        self.prompt = PromptLine()  # the line at the bottom
        self.errands = Errands(self, self.report, self.say, refusals)
        self._refusals = refusals
        self._housekeeping, self._asked_at = Housekeeping(), 0.0

    def command(self, line: str) -> Answer | None:
        """Carry out a command. Raises one of the refusals."""
        raise NotImplementedError

    def report(self, work: str) -> None:
        """Show what is being done in the background."""
        raise NotImplementedError

    def say(self, text: str, trouble: bool = False) -> None:
        """Say what came of it."""
        raise NotImplementedError

    def line_closed(self) -> None:
        """Give the focus back to what had it before the line."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Collect garbage now and then."""
        self.set_interval(TIDY_SECONDS, self._tidy)

    def on_unmount(self) -> None:
        """Nobody waits for an answer any more."""
        self.errands.give_up()
        tidy, alone = self._housekeeping.let_go, Context()  # which does not hold this screen
        asyncio.get_running_loop().call_later(TIDY_SECONDS, tidy, context=alone)

    def _tidy(self) -> None:
        """Collect garbage while nobody waits for anything."""
        if time.monotonic() - self._asked_at > TIDY_SECONDS:
            self._housekeeping.after_frame(busy=False)

    def run_beside(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do what waits for something, beside the rest; where the app ends first, not at all."""
        _: Worker[None] = self.run_worker(work, exit_on_error=True)

    def ask(self, question: Callable[[], Answer | None]) -> bool:
        """Do something; whether it could be done."""
        self._asked_at = time.monotonic()
        try:
            answer = question()
        except self._refusals as error:
            if self.prompt.asking:
                self.prompt.complain(error)
            else:
                self.say(str(error), trouble=True)
            return False
        if isinstance(answer, Task):
            return self.errands.begin(answer)
        if answer is not None:
            self.say(answer)
        return True

    def do(self, line: str) -> bool:
        """Carry out a command; whether it could be."""
        return self.ask(lambda: self.command(line))

    def action_do(self, line: str) -> None:
        """Carry out a command."""
        self.do(line)

    def action_ask(self) -> None:
        """Have a command written."""
        self.prompt.ask("")

    @on(PromptLine.Entered)
    def carry_out_line(self, event: PromptLine.Entered) -> None:
        """A command was written: one that is none may be mended."""
        if self.do(event.line):
            self.close_line()

    @on(PromptLine.GivenUp)
    def close_line(self) -> None:
        """No command is written any more."""
        self.prompt.done()
        self.line_closed()
