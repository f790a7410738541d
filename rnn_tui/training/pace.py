"""How fast training goes, over the last seconds that were spent on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

SPAN = 2.0
"""Seconds that the pace is measured over."""


class Pace:
    """Characters per second."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._marks: deque[tuple[float, int]] = deque()
        self.restart()

    def restart(self) -> None:
        """Forget what was before: time that was spent paused is not counted."""
        self._marks.clear()
        self._total = 0
        self._marks.append((self._clock(), 0))

    def add(self, characters: int) -> None:
        """Count the characters of one step."""
        now = self._clock()
        self._total += characters
        if now - self._marks[-1][0] >= SPAN / 20:
            self._marks.append((now, self._total))
            while len(self._marks) > 2 and now - self._marks[1][0] > SPAN:
                self._marks.popleft()

    @property
    def per_second(self) -> float:
        """The pace, 0 before the first measurement."""
        (first, before), (last, after) = self._marks[0], self._marks[-1]
        return (after - before) / (last - first) if last > first else 0.0
