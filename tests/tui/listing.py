"""The list of runs inside the test: real folders with the same numbers and times everywhere."""

from __future__ import annotations

import atexit
import math
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from rnn_tui.runs import facts, glances
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create, create_monitored
from rnn_tui.runs.managing import set_tags
from rnn_tui.runs.metrics import MetricsLog, Row
from rnn_tui.tui.runs_app import RunsApp
from rnn_tui.tui.screens.overlay import OverlayScreen
from rnn_tui.tui.widgets.runs.overlay_chart import OverlayChart
from rnn_tui.tui.widgets.runs.overlay_readings import OverlayReadings
from rnn_tui.tui.widgets.runs.runs_pane import RunsPane
from tests.runs.conftest import Text
from tests.tui.opened import Screened, running

TEXT = Text("tale", b"once upon a time " * 20)


def trained(
    folder: Path, name: str, made: int = 100, loss: float = 1.5, odd: int = 0, **settings: Any
) -> RunDirectory:
    """A run whose loss falls to ``loss``; step ``odd`` is not finite."""
    run = create(folder, name, merge(settings), TEXT)
    with MetricsLog(run.metrics_file) as log:
        for step in range(1, made + 1):
            value = math.nan if step == odd else loss + 2.5 * math.exp(-step / 20)
            log.append(Row(step, value, 1.0, 1.0, 1e-3, 640 * step, step / 50, step / 10))
            if step % 20 == 0:
                log.append_held_out(step, loss + 0.1 + 2.5 * math.exp(-step / 20))
    return run


def monitored(folder: Path, name: str, steps: int = 50) -> RunDirectory:
    """A run of another program."""
    run = create_monitored(folder, name, b'{"lr": 0.1, "model": {"width": 64}}')
    with MetricsLog(run.metrics_file) as log:
        for step in range(steps):
            log.append_point("train_loss", step, 3.0 - step / 50, step / 5)
            if step % 10 == 0:
                log.append_point("val_loss", step, 3.2 - step / 50, step / 5)
    return run


def four_runs(folder: Path) -> None:
    """Three of ours, which differ in some settings, and the newest, of another program."""
    trained(folder, "amber-owl", hidden=64, seed=1)
    set_tags(trained(folder, "brave-fox", 80, 1.2, odd=40, hidden=128), ["good"])
    trained(folder, "calm-newt", 60, 1.8, hidden=128, optimizer="sgd", steps=60)
    monitored(folder, "other-loop")


@cache
def _four_runs() -> Path:
    """They are made once, and copied."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        with_fixed_times(patch, first=0)
        four_runs(folder)
    return folder


class Listing(Screened):
    """The app, and what can be seen of it."""

    def __init__(self, app: RunsApp, pilot: Pilot[str]) -> None:
        super().__init__(app, app._runs, pilot)
        self.folder = app._runs.runs.folder

    @property
    def names(self) -> list[str]:
        """The runs that are listed, in order."""
        assert self.screen.view is not None
        return [run.name for run in self.screen.view.runs]

    @property
    def run(self) -> str:
        """The run that keys are about."""
        return self.screen.runs.run.name

    @property
    def marked(self) -> list[str]:
        assert self.screen.view is not None
        return list(self.screen.view.marked)

    @property
    def pane(self) -> RunsPane:
        return self.screen.query_one(RunsPane)

    @property
    def overlay(self) -> OverlayScreen:
        assert isinstance(self.app.screen, OverlayScreen)
        return self.app.screen

    @property
    def chart(self) -> OverlayChart:
        return self.overlay.query_one(OverlayChart)

    @property
    def readings(self) -> OverlayReadings:
        return self.overlay.query_one(OverlayReadings)

    @property
    def busy(self) -> bool:
        """Whether something is read."""
        return bool(self.screen._reading or self.screen.errands.busy)

    async def write(self, text: str) -> None:
        """Write on the line that has the focus."""
        await self.press(*(_KEYS.get(letter, letter) for letter in text))

    async def lay_over(self, *names: str) -> None:
        """Lay runs over each other."""
        for name in names:
            self.screen.runs.go(self.names.index(name))
            await self.do("mark")
        await self.do("overlay")
        await self.until(lambda: isinstance(self.app.screen, OverlayScreen))
        await self.until(lambda: self.overlay._begun)
        await self.rest()


_KEYS = {
    " ": "space",
    "#": "number_sign",
    "-": "minus",
    "=": "equals_sign",
    "!": "exclamation_mark",
}


def with_fixed_times(patch: pytest.MonkeyPatch, first: int = 10) -> None:
    """Every run is made an hour after the one before, and has the same size."""
    made = count(first)
    moment = "2026-01-02T{:02}:04:05.000006+00:00"  # hours beyond 23 sort as well
    patch.setattr(facts, "_now", lambda: moment.format(next(made)))
    patch.setattr(glances, "size_and_time", lambda _: (1_500_000, "2026-01-03T03:04:05+00:00"))


@asynccontextmanager
async def listed(
    folder: Path,
    size: tuple[int, int] = (120, 35),
    make: Callable[[Path], None] = four_runs,
    **given: Any,
) -> AsyncIterator[Listing]:
    """The app on a folder that ``make`` has filled; the folder is called "runs" on the screen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with_fixed_times(patch)
        if make is four_runs:
            shutil.copytree(_four_runs(), "runs")
        else:
            make(Path("runs"))
        app = RunsApp(Path("runs"), log_file=Path(os.devnull), **given)
        async with running(app, size) as pilot:
            opened = Listing(app, pilot)
            await opened.until(lambda: opened.screen._glances.complete and opened.screen.view.known)
            await opened.rest()
            yield opened
