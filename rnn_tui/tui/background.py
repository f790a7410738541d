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

    async def run(self, title: str, work: Generator[float, None, Any]) -> Any:
        """The result of a generator of progress, 0..1. Raises GivenUpError after ``give_up``."""
        self.busy = title
        self._stop.clear()
        loop = asyncio.get_running_loop()

        def draw() -> Any:
            try:
                while not self._stop.is_set():
                    share = next(work)
                    loop.call_soon_threadsafe(self._progress, title, share)
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

    def _progress(self, title: str, share: float) -> None:
        if self.busy == title:
            self._report(f"{title} {share:4.0%}")
