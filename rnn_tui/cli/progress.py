"""The progress of a training without an app: a bar in a terminal, lines in a pipe."""

from __future__ import annotations

import math
import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.text import Text

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training.protocol import Status
from rnn_tui.training.session import Session

BAR_SECONDS = 0.1
LINE_SECONDS = 5.0


class Progress:
    """Shows loss, bits per character, pace and the time that is left, now and then."""

    def __init__(self, name: str, terminal: bool) -> None:
        self._name = name
        self._console = Console()
        self._every = BAR_SECONDS if terminal else LINE_SECONDS
        self._next = time.monotonic() + (0 if terminal else self._every)
        self._bar = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[numbers]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
            console=self._console,
            disable=not terminal,
            auto_refresh=False,
        )
        self._task: TaskID | None = None
        self._lines = not terminal

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def show(self, session: Session) -> None:
        """Called after every piece of work; draws when it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every
            self._draw(session.status(), session.steps)

    def close(self, status: Status) -> None:
        """The last state, whatever the time."""
        self._draw(status, 0 if self._task is None else None)
        self._bar.stop()

    def _draw(self, status: Status, steps: int | None) -> None:
        if self._lines:
            self._console.print(Text(numbers(status)))
            return
        if self._task is None:
            self._task = self._bar.add_task(self._name, total=steps or None)
        self._bar.update(self._task, completed=status.step, numbers=numbers(status))
        self._bar.refresh()

    def farewell(self, directory: RunDirectory, session: Session) -> str:
        """What is left behind, and how to go on."""
        return (
            f"run {directory.name}: saved step {session.saved_step:,} in {directory.path}\n"
            f"go on with: rnn-tui resume {directory.name}"
        )


def numbers(status: Status) -> str:
    """Step, loss and pace in words and units."""
    loss = status.smoothed_loss
    bits = loss / math.log(2)
    return (
        f"step {status.step:,}  loss {loss:.3f} nats  {bits:.3f} bits/char  "
        f"held out {status.held_out:.3f}  {status.characters_per_second / 1000:,.0f}k char/s"
    )
