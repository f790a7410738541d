"""The list of runs as an app of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.glances import Glance
from rnn_tui.runs.hints import command
from rnn_tui.tui.housekeeping import Housekeeping
from rnn_tui.tui.screens.runs import RunsScreen
from rnn_tui.tui.terminal_app import TerminalApp


class RunsApp(TerminalApp):
    """Lists the runs of a folder; leaving the list ends it, and so does opening a run.

    ``refused`` says why a run cannot be opened; empty where it can.
    """

    CSS_PATH = "app.tcss"

    def __init__(
        self,
        folder: Path,
        refused: Callable[[RunDirectory], str] = lambda _: "",
        log_file: Path | None = None,
    ) -> None:
        super().__init__(log_file)
        self._refused = refused
        self._runs = RunsScreen(folder, self._open)
        self.chosen: RunDirectory | None = None
        """The run that is to be opened."""

    async def on_mount(self) -> None:
        """The list, and nothing else."""
        self.take_over_terminal()
        await self.push_screen(self._runs, lambda _: self.exit())

    def _open(self, run: Glance) -> str | None:
        directory = RunDirectory(run.summary.path)
        refusal = self._refused(directory)
        if refusal:
            return refusal
        self.chosen = directory
        self.exit()
        return None


def open_runs(
    folder: Path, refused: Callable[[RunDirectory], str]
) -> tuple[int, RunDirectory | None]:
    """List the runs in the terminal; the exit status, and the run that is to be opened, if any."""
    app, housekeeping = RunsApp(folder, refused), Housekeeping()
    housekeeping.hold()
    try:
        farewell = app.run()
    finally:
        housekeeping.end()
    app.say_farewell(farewell)
    return app.return_code or 0, app.chosen


def beside(watched: RunDirectory) -> RunsScreen:
    """The list of the runs that lie beside one that an app shows: that one is left for no other."""

    def opens(run: Glance) -> str | None:
        if run.name == watched.name:
            screen.dismiss(None)
            return None
        return f"in another terminal: {command('attach', RunDirectory(run.summary.path))}"

    screen = RunsScreen(watched.path.parent, opens, watched.name)
    return screen
