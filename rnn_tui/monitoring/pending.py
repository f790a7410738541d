"""What was logged and is not yet on its way to the disk: bounded, for any thread, never waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rnn_tui.monitoring.values import Array

MAX_UNITS = 500_000
"""How much may wait: a value is one unit, a call of ``log`` four more.

Some 30 MB, and as much again for what is on its way to the disk.
"""

MAX_ARRAY_BYTES = 64 << 20
MAX_ARRAYS = 1_000
_WAKE_UNITS = 50_000  # then the writer is woken before its time


class Call(NamedTuple):
    """One call of ``log``."""

    step: int
    seconds: float
    values: dict[str, float]


class Shown(NamedTuple):
    """One call of ``show``: a copy, ours alone."""

    name: str
    step: int
    seconds: float
    axes: tuple[str, ...]
    shape: tuple[int, ...]  # of what was shown; the copy may be thinned
    array: Array


class Noted(NamedTuple):
    """Something that happened, as ``rnn_tui.runs.rows.Event`` without its number."""

    step: int
    kind: str
    detail: str
    seconds: float
    name: str = ""


class Taken(NamedTuple):
    """All that waited."""

    calls: list[Call]
    shown: list[Shown]
    noted: list[Noted]


class Pending:
    """Filled by the training loop, emptied by the writer."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.RLock()  # a signal's handler may log while its thread is in here
        self._calls: list[Call] = []
        self._units = 0
        self._shown: dict[str, Shown] = {}
        self._array_bytes = 0
        self._noted: list[Noted] = []
        self._lost = _Lost()

    def add(self, call: Call) -> None:
        """Let values wait; where too many do already, they are counted and dropped."""
        units = 4 + len(call.values)
        with self._lock:
            if self._units + units > MAX_UNITS:
                self._lost.values += len(call.values)
                self._lost.at = call
                return
            self._calls.append(call)
            before, self._units = self._units, self._units + units
        if before < _WAKE_UNITS <= self._units:
            self._wake()

    def put(self, shown: Shown) -> None:
        """Let an array wait in the place of the one of the same name; drop it if many do."""
        with self._lock:
            former = self._shown.pop(shown.name, None)
            self._array_bytes -= former.array.nbytes if former else 0
            full = self._array_bytes + shown.array.nbytes > MAX_ARRAY_BYTES
            if full or len(self._shown) >= MAX_ARRAYS:
                self._lost.arrays += 1
                self._lost.at = shown
                return
            self._shown[shown.name] = shown
            self._array_bytes += shown.array.nbytes

    def note(self, noted: Noted) -> None:
        """Let an event wait."""
        with self._lock:
            self._noted.append(noted)

    def first_call(self) -> Call | None:
        """Return the call that waits longest, and let it wait."""
        with self._lock:
            return self._calls[0] if self._calls else None

    def take(self, arrays: bool = True) -> Taken:
        """Return all that waits, without the arrays if they are not wanted, and forget it."""
        with self._lock:
            calls, self._calls, self._units = self._calls, [], 0
            noted, self._noted = self._noted, []
            shown: list[Shown] = []
            if arrays:
                shown, self._shown, self._array_bytes = list(self._shown.values()), {}, 0
            lost, self._lost = self._lost, _Lost()
        return Taken(calls, shown, noted + lost.noted())


class _Lost:
    """What was dropped since the writer last came."""

    values = 0
    arrays = 0
    at: Call | Shown | None = None

    def noted(self) -> list[Noted]:
        if self.at is None:
            return []
        counted = [(self.values, "value"), (self.arrays, "array")]
        words = " and ".join(f"{n:,} {what}{'s' * (n != 1)}" for n, what in counted if n)
        detail = f"{words} dropped: they came faster than they could be written"
        return [Noted(self.at.step, "dropped", detail, self.at.seconds)]
