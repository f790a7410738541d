"""Writing: texts go on by themselves beside the screen, so many characters a second."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

from rnn_tui.sampling.sampler import Sampler

TICK_SECONDS = 0.05
"""Between two times that something is written."""

BUSY_SECONDS = 0.02
"""Of them that may be spent on it: keys come first. Whatever takes longer is followed by a rest
that is as long."""

AT_ONCE = 4000
"""Characters at most in one go."""


class Writer:
    """Draws what is due whenever it is time, and has it shown; it rests while nothing is."""

    def __init__(self, owner: Widget, sampler: Sampler, show: Callable[[], None]) -> None:
        self._owner, self._sampler, self._show = owner, sampler, show
        self._timer: Timer | None = None
        self._drawn_at = self._due = self._rested_at = 0.0

    def begin(self) -> None:
        """Write, if there is something to be written."""
        if self._timer is None and self._sampler.writing:
            self._drawn_at, self._due = time.monotonic(), 1.0
            self._timer = self._owner.set_interval(TICK_SECONDS, self._tick)

    def hurry(self) -> None:
        """Write now what is due: something has changed that somebody wants to see."""
        if self._timer is not None:
            self._tick()

    def _tick(self) -> None:
        now = time.monotonic()
        if now < self._rested_at:
            return
        since, self._drawn_at = now - self._drawn_at, now
        speed = self._sampler.speed
        self._due = min(self._due + speed * since, speed * 4 * TICK_SECONDS) if speed else AT_ONCE
        count = int(self._due)
        if count:
            self._due -= self._sampler.advance(count, BUSY_SECONDS).characters
            self._rest_after(now)
            self._show()
        if not self._sampler.writing:
            self._rest()

    def _rest_after(self, began: float) -> None:
        """Of a large network one character may take longer than the share of a tick."""
        now = time.monotonic()
        took = now - began
        self._rested_at = now + took if took > BUSY_SECONDS else now

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = None
