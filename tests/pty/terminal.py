"""A program in a real terminal: its screen, all the bytes it wrote, and the modes it left on."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

ROOT = Path(__file__).parents[2]

LEADER = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal the one that controls the program, as a login does."""

UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]")

COLORS = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}

MODES = {
    "alternate screen": (b"\x1b[?1049h", b"\x1b[?1049l"),
    "mouse": (b"\x1b[?1003h", b"\x1b[?1003l"),
    "hidden cursor": (b"\x1b[?25l", b"\x1b[?25h"),
    "bracketed paste": (b"\x1b[?2004h", b"\x1b[?2004l"),
}


def _without_size(environ: Mapping[str, str]) -> dict[str, str]:
    """The terminal says how large it is; pytest's workers have the size of another one."""
    return {name: value for name, value in environ.items() if name not in {"COLUMNS", "LINES"}}


class Terminal:
    """A pty with a program in it. All waiting has a deadline and a condition."""

    def __init__(
        self, command: Sequence[str], columns: int = 80, rows: int = 24, **environment: str
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.settings = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            [sys.executable, "-c", LEADER, *command],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            cwd=ROOT,
            env={**_without_size(os.environ), **COLORS, **environment},
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal, as closing its window does."""
        for descriptor in (self.master, self.slave):
            if descriptor >= 0:
                os.close(descriptor)
        self.master = self.slave = -1

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read(self, seconds: float = 0.05) -> None:
        """Take in what was written meanwhile."""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            self.raw += data
            self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", data))
            seconds = 0.0

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def until(self, condition: str | Callable[[], Any], seconds: float = 20.0) -> None:
        """Wait for a text on the screen, or for anything else; AssertionError with the screen."""
        deadline = time.monotonic() + seconds
        while not (condition in self.text if isinstance(condition, str) else condition()):
            assert time.monotonic() < deadline, f"{condition!r} did not come:\n{self.text}"
            self.read()

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = 15.0) -> int:
        """Wait for the program's end; its exit status as a shell would give it."""
        self.until(lambda: self.process.poll() is not None, seconds)
        self.read()
        status = self.process.returncode
        return status if status >= 0 else 128 - status

    @property
    def farewell(self) -> str:
        """What stands on the usual screen after the app's own was left."""
        after = bytes(self.raw).rpartition(b"\x1b[?1049l")[2]
        return re.sub(rb"\x1b\[[<-?]?[0-9;]*[a-zA-Z]", b"", after).decode()

    @property
    def left_on(self) -> list[str]:
        """What the program did not turn off again."""
        names = [n for n, (on, off) in MODES.items() if self.raw.rfind(on) > self.raw.rfind(off)]
        if termios.tcgetattr(self.slave) != self.settings:
            names.append("terminal settings")
        return names
