"""What a breakpoint came to last: so that one can watch a quantity without stopping at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnn_tui.core.record import Operation
from rnn_tui.stepping.conditions import Condition, words

FARTHEST = 64
"""So many operations back is looked for one that a condition asks about: a few time steps."""


@dataclass(frozen=True)
class Watch:
    """A condition, and what it came to at the latest operation that it asks about."""

    text: str
    index: int | None = None
    """That operation, at the stop of now or before it; None if there was none of late."""
    reading: str = ""
    """The thresholds beside the actual values."""
    hit: bool = False


def watch(condition: Condition, trace: Sequence[Operation], index: int) -> Watch:
    """A function of the trace and the stop alone: the same on the way back."""
    for at in range(index, max(index - FARTHEST, -1), -1):
        reading = condition.test(trace[at], whole=True)
        if reading is not None:
            return Watch(str(condition), at, words(reading), reading.hit)
    return Watch(str(condition))
