"""The app: a terminal that watches one run."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker

from rnn_tui.runs import hints
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.text.visible import visible_line
from rnn_tui.training.client import Client, RefusedError, ServerGoneError, SocketClient
from rnn_tui.training.protocol import LeaveRunning, Request, StartSample, Stop
from rnn_tui.tui.feed import Feed
from rnn_tui.tui.filters import AsciiOnly, VisibleOnly
from rnn_tui.tui.screens.dashboard import DashboardScreen
from rnn_tui.tui.screens.leave import Choice, LeaveScreen
from rnn_tui.tui.themes import DARK, LIGHT
from rnn_tui.tui.widgets.sample_pane import SamplePane
from rnn_tui.tui.widgets.surroundings import only_ascii

STORAGE_STATUS = 4
"""The exit status when the run could not be saved as was asked."""

STOP_SECONDS = 10.0
"""How long the app waits for the trainer to save when it is told to stop."""

TERMINAL_CHECK_SECONDS = 1.0


class RnnTuiApp(App[str]):
    """Shows the dashboard of one run.

    Args:
        connect: reaches the run's server; called again when the server is gone.
        name_of_run: what the run is called.
        owner: whether the run ends with this app unless it is told otherwise.
        log_file: where an unexpected error is written.
        how_to: the command that does something with the run, such as ``resume`` or ``attach``.
    """

    CSS_PATH = "app.tcss"
    TITLE = "rnn-tui"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave", "leave", show=False, priority=True, id="app.leave-now"),
        Binding("ctrl+q", "leave", "leave", show=False, priority=True, id="app.leave-q"),
        Binding("ctrl+z", "suspend_process", "suspend", show=False, id="app.suspend"),
        Binding(
            "d", "toggle_dark", "light/dark", show=False, tooltip="light or dark", id="app.dark"
        ),
    ]

    def __init__(
        self,
        connect: Callable[[], Awaitable[Client]],
        name_of_run: str,
        owner: bool = False,
        log_file: Path | None = None,
        how_to: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.name_of_run = name_of_run
        self.owner = owner
        self.log_file = log_file
        self.how_to = how_to or (lambda verb: f"rnn-tui {verb} {name_of_run}")
        self.dashboard = DashboardScreen()
        self.feed = Feed(connect, self.dashboard)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: what the keys of the screen do, then what every app offers."""
        for key in screen.active_bindings.values():
            binding = key.binding
            if key.enabled and (binding.id or "").startswith("dashboard."):
                does = binding.tooltip or binding.description
                run = partial(screen.run_action, binding.action)
                yield SystemCommand(does.capitalize(), f"key: {self.get_key_display(binding)}", run)
        for pane, name in self.dashboard.arrays:
            show = partial(self.dashboard.show_array, pane, name)
            yield SystemCommand(f"{pane.label.capitalize()}: {name}", "show this array", show)
        for command in super().get_system_commands(screen):
            if command.title not in {"Quit", "Keys", "Maximize"}:
                yield command

    # -- life --------------------------------------------------------------------------------

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The net below every widget: what could act on the terminal is replaced."""
        last: list[LineFilter] = [AsciiOnly()] if only_ascii() else []
        return [*super().get_line_filters(), VisibleOnly(), *last]

    async def on_mount(self) -> None:
        """Draw the frame first, then look for the run."""
        self._begin_with_theme(os.environ.get("TEXTUAL_THEME", DARK.name))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end_by_signal, number)
        self.app_resume_signal.subscribe(self, lambda _: self.screen.refresh(layout=True))
        await self.push_screen(self.dashboard)
        self.call_after_refresh(self._begin)

    def _begin_with_theme(self, name: str) -> None:
        """Textual has taken the name over before the theme was known: have it looked up now."""
        self.set_reactive(App.theme, "textual-dark")
        self.theme = name if name in self.available_themes else DARK.name

    def watch_theme(self) -> None:
        """At once: a line that is drawn before that would keep the background of before."""
        self.refresh_css(animate=False)

    def _begin(self) -> None:
        _: Worker[None] = self.run_worker(self.feed.run, name="feed", exit_on_error=True)
        if not self.is_headless:
            self.set_interval(TERMINAL_CHECK_SECONDS, self._end_without_terminal)

    async def _shutdown(self) -> None:
        """Let go of the run before the panes are taken down that its answers would go to."""
        self.workers.cancel_all()
        await super()._shutdown()

    def _end_by_signal(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def _end_without_terminal(self) -> None:
        stdin = sys.__stdin__
        if stdin is None or not os.isatty(stdin.fileno()):
            self.exit(return_code=128 + signal.SIGHUP)

    def _fatal_error(self) -> None:
        """An unexpected error: the whole of it goes into the log, one line to the user."""
        report = traceback.format_exc()
        where = self.log_file or Path("rnn-tui-error.log")
        try:
            with where.open("a") as file:
                file.write(report)
        except OSError:
            where = Path(os.devnull)
        self.complaint = f"rnn-tui: an error that should not happen: it is described in {where}"
        self._close_messages_no_wait()

    complaint: str = ""
    stopped: bool = False

    # -- the run -----------------------------------------------------------------------------

    @property
    def answered(self) -> float:
        """When the server answered last, monotonic."""
        return self.feed.answered

    def wake(self) -> None:
        """Ask for a frame now."""
        self.feed.wake()

    def tell(self, request: Request) -> None:
        """Have the run's server do something; what it refuses is shown."""
        self.run_worker(self._tell(request), exit_on_error=True)

    async def _tell(self, request: Request) -> None:
        try:
            detail = await self.feed.send(request)
        except (RefusedError, ServerGoneError) as error:
            self.notify(str(error), severity="warning", markup=False)
            if isinstance(request, StartSample):
                self.dashboard.query_one(SamplePane).failed()
        else:
            if detail:
                self.notify(detail, timeout=2, markup=False)

    # -- keys --------------------------------------------------------------------------------

    def action_toggle_dark(self) -> None:
        """The other of our two themes."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def action_leave(self) -> None:
        """Ask what becomes of the run; a second Ctrl+C saves and stops it."""
        if isinstance(self.screen, LeaveScreen):
            self.screen.dismiss("stop")
        elif self.feed.connected:
            self.push_screen(LeaveScreen(self.name_of_run, self.owner), self._leave)
        else:
            self.exit()

    async def _leave(self, choice: Choice | None) -> None:
        if choice == "stop":
            await self._part(Stop(), f"saved and stopped; go on with: {self.how_to('resume')}")
        elif choice == "leave":
            await self._part(LeaveRunning(), f"goes on; return with: {self.how_to('attach')}")

    async def _part(self, request: Request, farewell: str) -> None:
        try:
            await asyncio.wait_for(self.feed.send(request), STOP_SECONDS)
        except RefusedError as error:  # nothing may be lost: the run is still there, and so are we
            self.notify(f"{error}; the run is still there", severity="error", markup=False)
        except (ServerGoneError, TimeoutError) as error:
            self.complaint = f"rnn-tui: {error or 'the trainer did not answer'}"
            self.exit(return_code=STORAGE_STATUS)
        else:
            self.stopped = isinstance(request, Stop)
            self.exit(f"run {self.name_of_run} {farewell}")

    async def action_quit(self) -> None:
        """The palette's way out is ours."""
        self.action_leave()

    # -- from the command line ---------------------------------------------------------------

    @classmethod
    def open_on(
        cls, directory: RunDirectory, process: subprocess.Popen[bytes] | None = None
    ) -> int:
        """Open the app on a run, on its own process if there is one; the exit status."""
        owner = process is not None

        async def connect() -> Client:
            return await SocketClient.connect(directory, owner, process)

        how_to = partial(hints.command, directory=directory)
        app = cls(connect, directory.name, owner, directory.log_file, how_to)
        farewell = app.run()
        if app.complaint:
            sys.stderr.write(visible_line(app.complaint) + "\n")
        elif farewell:
            sys.stdout.write(visible_line(farewell) + "\n")
        if process is not None and app.stopped:
            _collect(process)
        return app.return_code or 0


def _collect(process: subprocess.Popen[bytes]) -> None:
    """Wait for a trainer that was told to stop, so that nothing is left behind."""
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        sys.stderr.write("rnn-tui: the trainer is still saving\n")
