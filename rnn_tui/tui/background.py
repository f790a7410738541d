"""Long work beside the screen: in a thread, with its progress, until somebody gives it up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from typing import Any


class GivenUpError(Exception):
    """Nobody wants the result any more."""


class Background:
    """Runs one generator at a time. ``report`` is told what is going on, and "" at the end.

    The thread does nothing but draw from the generator, which must not change what others read.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._stop = threading.Event()
        self.busy = ""
        """What is being done; empty if nothing is."""

    def begin(self, title: str) -> None:
        """From now on there is work, and it can be given up; ``run`` does it."""
        self.busy, self._stop = title, threading.Event()

    async def run(self, work: Generator[float, None, Any]) -> Any:
        """The result of a generator of progress, 0..1. Raises GivenUpError after ``give_up``."""
        stop, loop = self._stop, asyncio.get_running_loop()

        def draw() -> Any:
            told = -1
            try:
                while not stop.is_set():
                    percent = int(100 * next(work))
                    if percent != told:
                        loop.call_soon_threadsafe(self._progress, percent)
                    told = percent
            except StopIteration as done:
                return done.value
            raise GivenUpError

        try:
            return await asyncio.to_thread(draw)
        finally:
            self.busy = ""
            self._report("")

    def give_up(self) -> None:
        """The work ends at its next report of progress."""
        self._stop.set()

    def _progress(self, percent: int) -> None:
        if self.busy:
            self._report(f"{self.busy} {percent:3}%")
