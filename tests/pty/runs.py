"""A run, and the terminals that are on it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnn_tui.runs.directory import RunDirectory
from tests.pty.terminal import ROOT, Terminal

TINY = ROOT / "assets" / "tiny.txt"
SMALL = ("--hidden", "16", "--batch", "4", "--window", "16", "--seed", "1", "--name", "otter")


class Run:
    """The run otter in a folder of its own, whether it has begun or not."""

    def __init__(self, folder: Path) -> None:
        self.runs = folder / "runs"
        self.directory = RunDirectory(self.runs / "otter")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "rnn_tui", *words, "--runs", str(self.runs)]

    def terminal(self, *words: str, columns: int = 120, rows: int = 35) -> Terminal:
        return Terminal(self.command(*words), columns, rows)

    def start(
        self,
        text: Path = TINY,
        *options: str,
        columns: int = 80,
        rows: int = 24,
        **environment: str,
    ) -> Terminal:
        """The app on the new run, as soon as it draws what is trained."""
        words = self.command(str(text), *SMALL, *options)
        terminal = Terminal(words, columns, rows, **environment)
        terminal.until("● training")
        terminal.until("━ train")
        return terminal

    def attach(self) -> Terminal:
        """The app on the run that somebody trains, as soon as it draws."""
        terminal = self.terminal("attach", "otter")
        terminal.until("● training")
        terminal.until("━ train")
        return terminal

    @property
    def pid(self) -> int:
        """Of the process that trains it."""
        holder = self.directory.holder()
        assert holder is not None
        assert holder.pid is not None
        return holder.pid

    @property
    def trained(self) -> bool:
        """Whether a process has the run."""
        return self.directory.path.exists() and self.directory.holder() is not None

    @property
    def saved(self) -> bool:
        return any(self.directory.checkpoints.iterdir())

    def save(self, terminal: Terminal) -> None:
        terminal.type("\x13")
        terminal.until("saved step")

    def stop(self, terminal: Terminal) -> None:
        terminal.type("q")
        terminal.until("save a checkpoint and stop")
        terminal.type("s")
        assert terminal.end() == 0

    def leave_running(self, terminal: Terminal) -> None:
        terminal.type("q")
        terminal.until("leave it running")
        terminal.type("l")
        assert terminal.end() == 0


@contextmanager
def run_in(folder: Path) -> Iterator[Run]:
    """A run whose trainer does not outlive the test."""
    run = Run(folder)
    try:
        yield run
    finally:
        if run.trained:
            pid = run.pid
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGKILL)
