"""The stepper: one pass of backpropagation through time, operation by operation, both ways.

Keys are commands (``stepping.commands``); what a command needs time for is computed in a thread,
while the walk goes on, and taken over when it is done.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import Context
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Footer

from rnn_tui.core.work import Task
from rnn_tui.stepping.commands import Answer, carry_out
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.stepping.view import View
from rnn_tui.stepping.window import Window
from rnn_tui.tui.background import Background, GivenUpError
from rnn_tui.tui.housekeeping import Housekeeping
from rnn_tui.tui.player import Player
from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.stepper_actions import ACTIONS
from rnn_tui.tui.screens.stepper_dialogs import DIALOG_OF_COMMAND, DIALOGS
from rnn_tui.tui.screens.stepper_keys import KEYS
from rnn_tui.tui.sweeper import Sweeper
from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.prompt_line import PromptLine
from rnn_tui.tui.widgets.stepper.operation_list import OperationList
from rnn_tui.tui.widgets.stepper.operation_pane import OperationPane
from rnn_tui.tui.widgets.stepper.stepper_board import StepperBoard
from rnn_tui.tui.widgets.stepper.stepper_header import StepperHeader
from rnn_tui.tui.widgets.stepper.time_strip import TimeStrip

TIDY_SECONDS = 0.5
"""After a key, so long nothing is tidied up."""

EDITS_WOULD_GO = "the edits would be lost: esc again, or q, leaves"

_ACTIONS_OF_KEYS = {"do", "ask", "dialog", "act", "leave"}


class StepperScreen(Screen[None]):
    """Walks through one row of a window. It is dismissed when one leaves."""

    AUTO_FOCUS: ClassVar[str | None] = ""  # the keys are the screen's
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    view: var[View | None] = var(None, init=False)
    stepper: Stepper | None = None
    """The walk; None until the window is traced."""

    def __init__(self, window: Window, row: int | None = None) -> None:
        super().__init__()
        self._window, self._row = window, window.suspect or 0 if row is None else row
        self._background, self.player = Background(self._report), Player(self, self._play_on)
        self._housekeeping, self._asked_at = Housekeeping(), 0.0
        self.sweep = Sweeper(self)
        self.prompt = PromptLine()  # the line at the bottom

    def compose(self) -> ComposeResult:
        """Where one is, the panes, what happened, the keys."""
        yield StepperHeader()
        yield StepperBoard()
        yield self.prompt
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Trace the window; the frame is shown already."""
        self.run_worker(self._open(), exit_on_error=True)
        self.set_interval(TIDY_SECONDS, self._tidy)

    async def _open(self) -> None:
        row = self._window if self._window.batch == 1 else self._window.one_row(self._row)
        try:
            self._background.begin("tracing")
            trace = await self._background.run(row.tracing())
        except GivenUpError:
            self.dismiss(None)
            return
        self.stepper, said = (stepper := Stepper(self._window, self._row, trace)), stepper.message
        self._housekeeping.keep()
        self.stepper.message = said or "→ goes on, ? explains the keys and the words"
        self.show()

    def on_unmount(self) -> None:
        """Nobody waits for an answer any more."""
        self._background.give_up()
        self.sweep.give_up()
        tidy, alone = self._housekeeping.let_go, Context()  # which does not hold this screen
        asyncio.get_running_loop().call_later(TIDY_SECONDS, tidy, context=alone)

    # -- what is shown ----------------------------------------------------------------------------

    def show(self) -> None:
        """Draw the walk as it stands."""
        if self.stepper is not None:
            self.view = self.stepper.view(self.player.playing)

    def watch_view(self, view: View | None) -> None:
        """Hand it down."""
        if view is None:
            return
        self.query_one(StepperHeader).view = view
        self.query_one(StepperBoard).view = view
        if not self.prompt.asking:
            self.prompt.say(view.message)

    def _tidy(self) -> None:
        """Collect garbage while nobody waits for anything."""
        if time.monotonic() - self._asked_at > TIDY_SECONDS:
            self._housekeeping.after_frame(busy=False)

    def _report(self, work: str) -> None:
        if self.is_attached:
            self.query_one(StepperHeader).work = work

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a command is written the keys of the screen are letters of it."""
        letter = self.prompt.asking and action in _ACTIONS_OF_KEYS
        return not letter and super().check_action(action, parameters)

    # -- commands, and the line in which they are written ---------------------------------------

    def action_do(self, line: str) -> None:
        """Carry out a command."""
        self.do(line)

    def do(self, line: str) -> bool:
        """Carry out a command; whether it could be."""
        return self.ask(lambda stepper: carry_out(stepper, line))

    def go(self, index: int) -> None:
        """Jump to an operation."""
        self.ask(lambda stepper: stepper.jump(index))

    def ask(self, question: Callable[[Stepper], Answer | None]) -> bool:
        """Do something with the walk; whether it could be done."""
        stepper = self.stepper
        if stepper is None:
            return False
        stepper.message, self._asked_at = "", time.monotonic()
        try:
            answer = question(stepper)
        except StepperError as error:
            self.prompt.complain(error)
            return False
        if isinstance(answer, Task):
            return self.begin(answer)
        self.tell(answer or "")
        return True

    def begin(self, task: Task, then: Callable[[Any], None] | None = None) -> bool:
        """Work on a task in the background; ``then`` gets what was found. False: it is busy."""
        if busy := self._background.busy:
            self.prompt.say(f"still at work: {busy}; esc gives it up", trouble=True)
            return False
        self._background.begin(task.title)
        self.run_worker(self._perform(task, then), exit_on_error=True)
        return True

    async def _perform(self, task: Task, then: Callable[[Any], None] | None) -> None:
        try:
            found = await self._background.run(task.work)
            before = self.stepper.trace if self.stepper else None
            answer = task.apply(found)
        except StepperError as error:
            self.prompt.say(str(error), trouble=True)
            return
        except GivenUpError:
            self.prompt.say(f"{task.title}: given up")
            return
        if self.stepper is not None and self.stepper.trace is not before:
            self.sweep.forget()
            self._housekeeping.keep()
        self.tell(answer)
        if then is not None:
            then(found)

    def tell(self, answer: str) -> None:
        """A line is shown below, a list on its own."""
        if "\n" in answer:
            self.app.push_screen(ChoiceScreen("answer", answer.split("\n")))
        elif self.stepper is not None:
            self.stepper.message = answer
        self.show()

    def action_ask(self, beginning: str) -> None:
        """Have a command written."""
        if self.stepper is not None:
            self.pause()
            self.prompt.ask(beginning)

    @on(PromptLine.Entered)
    def carry_out_line(self, event: PromptLine.Entered) -> None:
        """A command was written: one that is none may be mended."""
        dialog = DIALOG_OF_COMMAND.get(event.line)
        if dialog or self.do(event.line):
            self._close_prompt()
        if dialog:
            self.action_dialog(dialog)

    @on(PromptLine.GivenUp)
    def _close_prompt(self) -> None:
        self.set_focus(None)
        self.prompt.done()
        self.show()

    def choose(
        self,
        title: str,
        lines: list[str],
        act: Callable[[int], Any],
        chosen: int = 0,
        does: str = "",
    ) -> None:
        """Have one of some lines chosen."""

        def answered(answer: int | None) -> None:
            if answer is not None:
                act(answer)

        self.app.push_screen(ChoiceScreen(title, lines, chosen, does), answered)

    # -- keys with more to them -------------------------------------------------------------------

    def action_dialog(self, name: str) -> None:
        """Open a window of its own."""
        if self.stepper is not None:
            self.pause()
            DIALOGS[name](self, self.stepper)

    def action_act(self, name: str, first: int | None = None, second: int | None = None) -> None:
        """What is neither a command nor a question. Only arguments that have a name arrive."""
        if self.stepper is not None:
            given = (number for number in (first, second) if number is not None)
            ACTIONS[name](self, self.stepper, *given)

    def _play_on(self, by: int) -> None:
        stepper = self.stepper
        if stepper is None or not self.is_current:
            return
        before = stepper.index
        stepper.step(by)
        if stepper.index == before:
            self.pause()
        self.show()

    def pause(self) -> None:
        """Play no further."""
        if self.player.playing:
            self.player.pause()
            self.tell("")

    def action_leave(self, sure: bool = True) -> None:
        """Give up what is being computed, or leave; unless sure, not without a word for edits."""
        would_lose = self.stepper is not None and self.stepper.edits
        if self._background.busy:
            self._background.give_up()
        elif would_lose and not sure and self.prompt.said != EDITS_WOULD_GO:
            self.prompt.say(EDITS_WOULD_GO, trouble=True)
        else:
            self.dismiss(None)

    # -- the mouse --------------------------------------------------------------------------------

    @on(TimeStrip.Chosen)
    def go_to_time(self, event: TimeStrip.Chosen) -> None:
        """A character was clicked."""
        self.do(f"time {event.t}")

    @on(OperationList.Chosen)
    def go_to_operation(self, event: OperationList.Chosen) -> None:
        """An operation was clicked."""
        self.go(event.index)

    @on(OperationPane.RowChosen)
    def select_row(self, event: OperationPane.RowChosen) -> None:
        """An operand or one of its numbers was clicked."""
        self.ask(lambda stepper: stepper.select(event.operand, event.element))

    @on(OperationPane.OriginAsked)
    def go_to_origin(self, event: OperationPane.OriginAsked) -> None:
        """An operand or the result was clicked twice: the same as enter on it."""
        if self.ask(lambda stepper: stepper.select(event.operand)):
            self.action_dialog("origin")

    @on(PaneTabs.Chosen)
    def choose_pane(self, event: PaneTabs.Chosen) -> None:
        """A tab was clicked."""
        self.action_act("pane", event.number)
