"""Playing: the walk goes on by itself, either way, at a chosen speed."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

SPEEDS = (1, 2, 4, 8, 16, 30)
"""Operations a second."""

START = 2
"""Which of them it begins with."""


class Player:
    """Calls ``step`` with -1 or 1 as often as its speed says, while it plays."""

    def __init__(self, owner: Widget, step: Callable[[int], None]) -> None:
        self._owner, self._step = owner, step
        self._timer: Timer | None = None
        self._speed = START
        self._direction = 1
        self.playing = 0
        """-1, 0 or 1."""

    def play(self, direction: int | None = None) -> None:
        """Go on by itself, the way of last time unless another is said."""
        self._direction = self.playing = direction or self._direction
        self._wind()

    def pause(self) -> None:
        """Stand still."""
        self.playing = 0
        self._wind()

    def faster(self, by: int) -> None:
        """The next speed, or the one before."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        self._wind()

    @property
    def words(self) -> str:
        """Which way, and how fast."""
        way = "backwards" if self._direction < 0 else "forwards"
        return f"{way}, {SPEEDS[self._speed]} operations a second: space stops, - and + change it"

    def _wind(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = None
        if self.playing:
            self._timer = self._owner.set_interval(1 / SPEEDS[self._speed], self._tick)

    def _tick(self) -> None:
        if self.playing:
            self._step(self.playing)
