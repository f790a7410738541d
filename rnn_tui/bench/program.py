"""A program in a terminal of its own that nobody sees: what it draws, and what it costs."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from rnn_tui.bench.terminal import Draw, Screen

COLUMNS: Final = 200
ROWS: Final = 50

ANSWERS: Final = (
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),  # marked updates are understood
    (b"\x1b[c", b"\x1b[?62;c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
)
"""What a terminal is asked, and what a present one says."""

_SURROUNDINGS: Final = ("RNN_TUI_", "TEXTUAL", "COLUMNS", "LINES", "NO_COLOR", "PYTHON")
"""Beginnings of the names of variables that would make the program another one."""

PACKAGE: Final = Path(__file__).resolve().parents[2]


class NoTerminalError(Exception):
    """There are no pseudo-terminals here."""


class Arrival(NamedTuple):
    """Bytes that were read at one time."""

    at: float
    bytes: int


def surroundings() -> dict[str, str]:
    """The environment of what is measured: a terminal of all colours, and no settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_SURROUNDINGS)}
    colours = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return {**kept, **colours, "PYTHONPATH": str(PACKAGE)}


def rnn_tui(*words: str) -> list[str]:
    """The command line of this very package."""
    return [sys.executable, "-m", "rnn_tui", *words]


class Program:
    """A program in a pseudo-terminal. It ends at the end of the ``with``, however that ends.

    Raises NoTerminalError where there is none.
    """

    def __init__(self, command: Sequence[str], columns: int = COLUMNS, rows: int = ROWS) -> None:
        self.screen = Screen(columns, rows)
        self.arrivals: list[Arrival] = []
        self.draws: list[Draw] = []
        self._master, slave = _terminal(columns, rows)
        self.began = time.perf_counter()
        try:
            self.process = subprocess.Popen(
                command, stdin=slave, stdout=slave, stderr=slave,
                start_new_session=True, env=surroundings(),
            )  # fmt: skip
        except BaseException:
            os.close(self._master)
            raise
        finally:
            os.close(slave)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        os.close(self._master)

    def end(self) -> None:
        """End it as closing its window would, and less gently where that takes too long."""
        for number, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            if self.process.poll() is not None:
                return
            self.process.send_signal(number)
            self.until(lambda: self.process.poll() is not None, seconds)

    def send(self, keys: str) -> None:
        """Press keys."""
        with contextlib.suppress(OSError):
            os.write(self._master, keys.encode())

    def read(self, seconds: float) -> bool:
        """Wait so long for output and take it in; whether there was any."""
        arrived: list[tuple[float, bytes]] = []
        while select.select([self._master], [], [], 0.0 if arrived else max(seconds, 0.0))[0]:
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # it has ended
                time.sleep(0.01)
                break
            arrived.append((time.perf_counter(), data))
        for at, data in arrived:  # not between two reads: the second would be late
            self.arrivals.append(Arrival(at, len(data)))
            self.draws += self.screen.feed(data, at)
            self._answer(data)
        return bool(arrived)

    def _answer(self, data: bytes) -> None:
        for question, answer in ANSWERS:
            if question in data:
                os.write(self._master, answer)

    def until(self, holds: Callable[[], object], seconds: float = 20.0) -> float | None:
        """The time at which something held, or None if it did not within so many seconds."""
        deadline = time.perf_counter() + seconds
        while not holds():
            left = deadline - time.perf_counter()
            if left <= 0:
                return None
            self.read(min(left, 0.1))
        return self.arrivals[-1].at if self.arrivals else time.perf_counter()

    def watch(self, seconds: float) -> None:
        """Let it run for so long."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.read(left)

    def cpu_seconds(self) -> float | None:
        """Processor time that it has used so far; not that of processes which it started."""
        return cpu_seconds(self.process.pid)


def _terminal(columns: int, rows: int) -> tuple[int, int]:
    try:
        import fcntl
        import pty
        import struct
        import termios

        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    except (ImportError, OSError) as error:
        raise NoTerminalError(f"no pseudo-terminal can be had: {error}") from error
    return master, slave


def cpu_seconds(pid: int, proc: Path = Path("/proc")) -> float | None:
    """Processor time of one process, user's and system's; None where the system does not tell."""
    try:
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
