"""A sweep that goes on in the background, whoever looks at it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from rnn_tui.core.sweep import SweepProgress, sweep

if TYPE_CHECKING:
    from rnn_tui.tui.screens.stepper import StepperScreen


class Sweeper:
    """At most one sweep over the trace that is walked through."""

    def __init__(self, screen: StepperScreen) -> None:
        self._screen = screen
        self._stop = threading.Event()
        self.progress: SweepProgress | None = None
        """What is known so far; None before anything is."""
        self.running = False
        self.trouble = ""
        """Why there is no sweep."""

    def begin(self) -> None:
        """Start, unless it runs already or is done; one that was given up starts anew."""
        found = self.progress
        if not self.running and (found is None or found.done < found.total):
            self.running, self.trouble, self._stop = True, "", threading.Event()
            self._screen.run_worker(self._run(self._stop), exit_on_error=True)

    def give_up(self) -> None:
        """End at the next block; what is known is kept."""
        self._stop.set()

    def forget(self) -> None:
        """The trace is another one now: what is known no longer holds."""
        self.give_up()
        self.progress, self.running = None, False

    async def _run(self, stop: threading.Event) -> None:
        stepper = self._screen.stepper
        assert stepper is not None  # noqa: S101 (the key works only then)
        blocks = sweep(stepper.trace)
        try:
            while not stop.is_set():
                found = await asyncio.to_thread(next, blocks, None)
                if found is None:
                    break
                if not stop.is_set():
                    self.progress = found
        except ValueError as error:
            self.trouble = str(error)
        finally:
            if stop is self._stop:
                self.running = False
