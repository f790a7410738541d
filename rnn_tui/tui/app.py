"""The app: a terminal that watches one run."""

from __future__ import annotations

import asyncio
import contextlib
import math
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from functools import partial

from textual.app import SystemCommand
from textual.worker import Worker

from rnn_tui.runs import hints
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import StorageError
from rnn_tui.training.attaching import Attachment
from rnn_tui.training.client import Client, RefusedError, ServerGoneError
from rnn_tui.training.knob_messages import KnobsListed, ListKnobs
from rnn_tui.training.protocol import Event, LeaveRunning, Request, StartSample, Stop, Welcome
from rnn_tui.tui.feed import Feed
from rnn_tui.tui.sampling_in import SamplingIn
from rnn_tui.tui.screens.dashboard import DashboardScreen
from rnn_tui.tui.screens.leave import Choice, LeaveScreen
from rnn_tui.tui.stepping_in import SteppingIn
from rnn_tui.tui.terminal_app import TerminalApp
from rnn_tui.tui.widgets.sample_pane import SamplePane

STORAGE_STATUS = 4
"""The exit status when the run could not be saved as was asked."""

STOP_SECONDS = 10.0
"""How long the app waits for the trainer to save when it is told to stop."""


class RnnTuiApp(TerminalApp):
    """Shows the dashboard of one run.

    Args:
        connect: reaches the run's server; called again when the server is gone.
        directory: the run's; an unexpected error is written into its log.
        owner: whether the run ends with this app unless it is told otherwise.
        how_to: the command that does something with the run, such as ``resume`` or ``attach``.
    """

    CSS_PATH = "app.tcss"

    def __init__(
        self,
        connect: Callable[[], Awaitable[Client]],
        directory: RunDirectory,
        owner: bool = False,
        how_to: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(directory.log_file)
        self.directory, self.name_of_run = directory, directory.name
        self.owner = owner
        self.how_to = how_to or (lambda verb: f"rnn-tui {verb} {directory.name}")
        self.dashboard = DashboardScreen()
        self.feed = Feed(connect, self.dashboard)
        self.stepping_in = SteppingIn(self, self.feed, directory)
        self.sampling_in = SamplingIn(self, self.feed, directory)

    def more_commands(self) -> Iterable[SystemCommand]:
        """Every array by its name."""
        for pane, name in self.dashboard.arrays:
            show = partial(self.dashboard.show_array, pane, name)
            yield SystemCommand(f"{pane.label.capitalize()}: {name}", "show this array", show)

    async def on_mount(self) -> None:
        """Draw the frame first, then look for the run."""
        self.take_over_terminal()
        await self.push_screen(self.dashboard)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        _: Worker[None] = self.run_worker(self.feed.run, name="feed", exit_on_error=True)

    stopped: bool = False

    # -- the run -----------------------------------------------------------------------------

    @property
    def answered(self) -> float:
        """When the server answered last, monotonic."""
        return self.feed.answered

    async def what_helps(self) -> str:
        """What may be the matter with a trainer that does not answer, and what to do about it."""
        holder = None
        with contextlib.suppress(StorageError):
            holder = await asyncio.to_thread(self.directory.holder)
        if holder is None or holder.pid is None:
            return "the trainer may be suspended"
        return f"process {holder.pid} suspended? kill -CONT {holder.pid}"

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
            self._say_once(str(error))
            if isinstance(request, StartSample):
                self.dashboard.query_one(SamplePane).failed()
        else:
            if detail:
                self.notify(detail, timeout=2, markup=False)

    def _say_once(self, reason: str) -> None:
        """Why not; a key that is pressed again and again does not fill the screen with it."""
        said, self._refusal = self._refusal, (reason, time.monotonic())
        if said[0] != reason or self._refusal[1] - said[1] > self.NOTIFICATION_TIMEOUT:
            self.notify(reason, severity="warning", markup=False)
        else:
            self._refusal = said

    _refusal = ("", -math.inf)
    """What was refused last, and when it was said."""

    def step_through(self, welcome: Welcome) -> None:
        """Pause, and open the stepper on what the next training step will use."""
        if welcome.kind == "monitored":
            self._no_network("stepped through")
            return
        self.run_worker(self.stepping_in.step_through(welcome), exit_on_error=True)

    def step_at(self, welcome: Welcome, first: int, last: int) -> None:
        """Open the stepper on the step with the highest loss from ``first`` to ``last``."""
        if welcome.kind == "monitored":
            self._no_network("stepped through")
            return
        self.run_worker(self.stepping_in.step_at(first, last), exit_on_error=True)

    def _no_network(self, what: str) -> None:
        reason = f"a monitored run has no network here that could be {what}"
        self.notify(reason, severity="warning", markup=False)

    def open_sampler(self, welcome: Welcome) -> None:
        """Open the sampler on the weights of now, and let training go on."""
        if welcome.kind == "monitored":
            self._no_network("sampled from")
            return
        self.run_worker(self.sampling_in.sample(welcome), exit_on_error=True)

    def open_knobs(self) -> None:
        """List the knobs of the run, to turn them."""
        self.run_worker(self._open_knobs(), exit_on_error=True)

    def _happened(self) -> Collection[Event]:
        """The events of the run, as far as they have arrived."""
        frame = self.dashboard.frame
        return frame.history.events if frame is not None else ()

    async def _open_knobs(self) -> None:
        from rnn_tui.tui.screens.knobs import KnobsScreen  # not before: it takes time to load

        try:
            listed = await self.feed.ask(ListKnobs())
        except (RefusedError, ServerGoneError) as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        if isinstance(listed, KnobsListed) and self.screen is self.dashboard:
            await self.push_screen(KnobsScreen(listed, self.feed.ask, self._happened))

    def list_runs(self) -> None:
        """List the runs that lie beside this one."""
        from rnn_tui.tui.runs_app import beside  # not before: it takes time to load

        self.push_screen(beside(self.directory))

    # -- keys --------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Ask what becomes of the run; a second Ctrl+C saves and stops it."""
        if isinstance(self.screen, LeaveScreen):
            self.screen.dismiss("stop")
        elif self.feed.stored:
            self.exit()  # nobody is here who could be told anything
        elif self.feed.connected:
            self.push_screen(LeaveScreen(self.name_of_run, self.owner), self._leave)
        else:
            self.exit()

    async def _leave(self, choice: Choice | None) -> None:
        if choice == "stop":
            await self._part(Stop(), f"saved and stopped; go on with: {self.how_to('resume')}")
        elif choice == "leave":
            await self.stepping_in.give_back()
            await self._part(LeaveRunning(), f"goes on; return with: {self.how_to('attach')}")

    async def _part(self, request: Request, farewell: str) -> None:
        try:
            await asyncio.wait_for(self.feed.send(request), STOP_SECONDS)
        except RefusedError as error:  # nothing may be lost: the run is still there, and so are we
            self.notify(f"{error}; the run is still there", severity="error", markup=False)
        except ServerGoneError as error:
            self._end_unheard(str(error))
        except TimeoutError:
            self._end_unheard(f"the trainer did not answer: {await self.what_helps()}")
        else:
            self.stopped = isinstance(request, Stop)
            self.exit(f"run {self.name_of_run} {farewell}")

    def _end_unheard(self, complaint: str) -> None:
        """Nobody did what was to be done before leaving."""
        self.complaint = f"rnn-tui: {complaint}"
        self.exit(return_code=STORAGE_STATUS)

    # -- from the command line ---------------------------------------------------------------

    @classmethod
    def open_on(
        cls, directory: RunDirectory, process: subprocess.Popen[bytes] | None = None
    ) -> int:
        """Open the app on a run, on its own process if there is one; the exit status."""
        how_to = partial(hints.command, directory=directory)
        app = cls(Attachment(directory, process), directory, process is not None, how_to)
        farewell = app.run()
        app.say_farewell(farewell)
        if process is not None and app.stopped:
            _collect(process)
        return app.return_code or 0


def _collect(process: subprocess.Popen[bytes]) -> None:
    """Wait for a trainer that was told to stop, so that nothing is left behind."""
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        sys.stderr.write("rnn-tui: the trainer is still saving\n")
