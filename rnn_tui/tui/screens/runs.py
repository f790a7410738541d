"""The runs screen: every run there is, to be compared, renamed, deleted, opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.reactive import var
from textual.widgets import Footer, Input
from textual.worker import Worker

from rnn_tui.core.work import Answer
from rnn_tui.runs.curves import RunCurve
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.glances import Glance, Glances
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.run_curves import RunCurves
from rnn_tui.tui.runs_list import RunsList, RunsView
from rnn_tui.tui.screens.commanded import CommandedScreen
from rnn_tui.tui.screens.runs_actions import ACTIONS, carry_out
from rnn_tui.tui.screens.runs_keys import AHEAD, KEYS
from rnn_tui.tui.widgets.prompt_line import PromptLine
from rnn_tui.tui.widgets.runs.run_detail import RunDetail
from rnn_tui.tui.widgets.runs.run_preview import RunPreview
from rnn_tui.tui.widgets.runs.runs_header import RunsHeader
from rnn_tui.tui.widgets.runs.runs_pane import RunsPane

LOOK_SECONDS = 2.0
"""Between two looks at the folder; longer where a look takes long."""

PATIENCE = 10
"""A look may take one part in so many of the time."""

CHUNK_SECONDS = 0.2
"""For which runs, or curves, are read before those that there are are shown."""

FIND = "filter "

Opens = Callable[[Glance], Answer | None]


class RunsScreen(CommandedScreen):
    """Lists the runs of ``folder``.

    Args:
        folder: where the runs are.
        opens: opens a run, or says why it cannot, or raises RunError.
        watched: the name of the run that the app shows, if it lies there.
    """

    AUTO_FOCUS: ClassVar[str | None] = "RunsPane"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    DEFAULT_CSS: ClassVar[str] = """
    RunsScreen RunsPane { height: 1fr; }
    RunsScreen #about { height: 7; }
    RunsScreen RunPreview { display: none; }
    RunsScreen.-wide #about { height: 12; }
    RunsScreen.-wide RunPreview { display: block; width: 1fr; }
    """

    view: var[RunsView | None] = var(None, init=False)

    def __init__(self, folder: Path, opens: Opens, watched: str = "") -> None:
        super().__init__(RunError)
        self.runs = RunsList(folder, watched)
        self.opens = opens
        self._glances, self._curves = Glances(folder), RunCurves()
        self._looking = self._reading = False
        self._look_at = 0.0
        self._wanted_before = ""

    def compose(self) -> ComposeResult:
        """Which folder, the runs, the one that keys are about, what happened, the keys."""
        yield RunsHeader()
        yield RunsPane()
        with Horizontal(id="about"):
            yield RunDetail()
            yield RunPreview()
        yield self.prompt
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Look at the folder now, and again and again."""
        self.show()
        self.set_interval(LOOK_SECONDS / 4, self._look_if_due)
        self.look_again()

    def on_resize(self) -> None:
        """The losses have room beside the words, or have not; other runs are seen."""
        width, height = self.app.size
        self.set_class(width >= 100 and height >= 28, "-wide")
        self.call_after_refresh(self._read_soon)

    # -- the folder -------------------------------------------------------------------------------

    def look_again(self) -> None:
        """Look at the folder as soon as possible."""
        self._look_at = 0.0
        self._look_if_due()

    def _look_if_due(self) -> None:
        if not self._looking and time.monotonic() >= self._look_at and self.is_attached:
            self._looking = True
            _: Worker[None] = self.run_worker(self._look, exit_on_error=True)

    async def _look(self) -> None:
        began = time.monotonic()
        self._look_at = began + LOOK_SECONDS
        try:
            await self._look_through()
            self.runs.trouble = ""
        except RunError as error:
            self.runs.trouble = str(error)
        finally:
            self._looking = False
        took = time.monotonic() - began
        self._look_at = max(self._look_at, began + PATIENCE * took) if self._look_at else 0.0
        self.show()

    async def _look_through(self) -> None:
        """Show the runs that were found so far while there are more."""
        while self.is_attached:
            found = await asyncio.to_thread(self._glances.look, CHUNK_SECONDS)
            self.runs.take(found, self._glances.complete)
            if self._glances.complete:
                break
            self.show()

    def _read_soon(self) -> None:
        """Read the curves of the runs that are seen, if they are not known yet."""
        if self._reading or not self._glances.complete or not self.is_attached:
            return  # first the list, then its curves
        if self._curves.missing(self._seen()):
            self._reading = True
            _: Worker[None] = self.run_worker(self._read, exit_on_error=True)

    async def _read(self) -> None:
        try:
            while self.is_attached and (missing := self._curves.missing(self._seen())):
                found = await asyncio.to_thread(self._curves.read, missing, CHUNK_SECONDS)
                self._curves.keep(found)
                self.show()
        finally:
            self._reading = False

    def _seen(self) -> list[Glance]:
        """The runs whose curves can be seen: those of the chart first."""
        view = self.view
        if view is None:
            return []
        seen = [*self.runs.named(view.compared), *self.query_one(RunsPane).seen]
        return list({run.name: run for run in seen if run.state != "broken"}.values())

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def curves(self) -> dict[str, RunCurve]:
        """The small curves that are known."""
        return dict(self._curves.all)

    def show(self) -> None:
        """Draw the list as it stands."""
        if not self.is_attached:
            return
        view = self.view = self.runs.view(self._curves.all)
        for pane in (*self.query(RunsPane), *self.query(RunDetail), *self.query(RunPreview)):
            pane.view = view
        header = self.query_one(RunsHeader)
        marked = f" · {len(view.marked)} marked" if view.marked else ""
        header.title = f" runs   {visible_line(str(view.folder))}{marked}"
        header.right = f"● {view.training} training " if view.training else ""
        self._curves.seen(self._seen())
        self._read_soon()

    def say(self, text: str, trouble: bool = False) -> None:
        """Say what happened, at the bottom."""
        self.prompt.say(text, trouble)

    def report(self, work: str) -> None:
        """In the line above."""
        if self.is_attached:
            self.query_one(RunsHeader).work = visible_line(work)

    def changed(self, change: Callable[[], str]) -> str:
        """Change the list, and draw it."""
        said = change()
        self.show()
        return said

    # -- what is done -----------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where something is written, the keys that lead there are letters of it."""
        return not (action in AHEAD and self.prompt.asking) and super().check_action(
            action, parameters
        )

    def command(self, line: str) -> Answer | None:
        """Carry out a command. Raises RunError."""
        return carry_out(self, line)

    def action_act(self, name: str) -> None:
        """What takes no words."""
        self.ask(lambda: ACTIONS[name](self))

    def action_find(self) -> None:
        """Have words written that runs are found by; the list follows every letter."""
        self._wanted_before = self.runs.wanted
        self.prompt.ask(FIND + self.runs.wanted, len(self.runs.wanted))

    def action_tag(self) -> None:
        """Have the tags written, beginning with those that there are."""
        self.ask(lambda: self.prompt.ask(" ".join(("tag", *self.runs.run.tags, ""))))

    def action_rename(self) -> None:
        """Have the new name written over the old one."""
        self.ask(lambda: self.prompt.ask(f"rename {self.runs.run.name}", len(self.runs.run.name)))

    @on(Input.Changed)
    def find_at_once(self, event: Input.Changed) -> None:
        """The list follows what is written."""
        if self.prompt.asking and event.value.startswith(FIND):
            self.runs.filter(event.value.removeprefix(FIND))
            self.show()

    @on(PromptLine.GivenUp)
    def find_as_before(self) -> None:
        """The line was left: all is as it was before."""
        if self.query_one(Input).value.startswith(FIND):
            self.runs.filter(self._wanted_before)
            self.show()

    def line_closed(self) -> None:
        """Back to the list."""
        self.set_focus(self.query_one(RunsPane))

    def action_leave(self) -> None:
        """Give up what is being done, or leave."""
        if not self.errands.give_up():
            self.dismiss(None)

    @on(RunsPane.Moved)
    def move(self, event: RunsPane.Moved) -> None:
        """Another run."""
        self.runs.go(event.place)
        self.show()

    @on(RunsPane.Scrolled)
    def read_more(self) -> None:
        """Other runs are seen."""
        self._read_soon()

    @on(RunsPane.Marked)
    def mark_clicked(self) -> None:
        """A mark was clicked."""
        self.action_act("mark")

    @on(RunsPane.Opened)
    def open_clicked(self) -> None:
        """A run was clicked twice."""
        self.action_act("open")

    @on(RunsPane.Sorted)
    def sort_clicked(self, event: RunsPane.Sorted) -> None:
        """A heading was clicked."""
        self.ask(lambda: self.changed(lambda: self.runs.sort(event.order)))
