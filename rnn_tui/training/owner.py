"""The process that a run belongs to: when it is gone, the run saves and ends."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from rnn_tui.runs.lock import start_time

GRACE = 2.0
"""Seconds after the owner's connection broke before the run saves and ends."""

FIRST_GRACE = 30.0
"""Seconds for the owner to connect for the first time."""

LOOK_SECONDS = 0.5
"""Between two looks at the owner's process: outside Linux a look starts another one."""


@dataclass(frozen=True)
class Owner:
    """The process that a run belongs to, and when that process began."""

    pid: int
    started: str | None

    @classmethod
    def of(cls, pid: int) -> Owner:
        """The process that has this number now."""
        return cls(pid, start_time(pid))

    def alive(self) -> bool:
        """Whether that very process lives; a later one with its number does not count."""
        return _exists(self.pid) and start_time(self.pid) == self.started


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it is somebody else's, so there is one
    return True


class Ownership:
    """Whether the run still has its owner; without one it is on its own and goes on."""

    def __init__(self, owner: Owner | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.owner = owner
        self._clock = clock
        self._connections: set[int] = set()
        self._deadline = clock() + FIRST_GRACE
        self._next_look = 0.0

    def connected(self, connection: int) -> None:
        """The owner is at the other end of this connection."""
        if self.owner is not None:
            self._connections.add(connection)

    def disconnected(self, connection: int) -> None:
        """A connection broke; with the owner's last one its time begins to run."""
        if connection in self._connections:
            self._connections.discard(connection)
            self._deadline = self._clock() + GRACE

    def give_up(self, connection: int) -> None:
        """The run goes on without an owner, if it is the owner who says so."""
        if connection in self._connections:
            self.owner = None

    def gone(self) -> bool:
        """Whether the owner is not there any more, and will not come back."""
        if self.owner is None or self._connections:
            return False
        now = self._clock()
        if now > self._deadline:
            return True
        if now < self._next_look:
            return False
        self._next_look = now + LOOK_SECONDS
        return not self.owner.alive()
