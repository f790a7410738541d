"""Running to where a condition holds, in either direction."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rnn_tui.core.record import Operation
from rnn_tui.stepping.conditions import Condition, Reading

_BETWEEN = 64
"""Operations that are tested between two reports of progress."""


@dataclass(frozen=True)
class Hit:
    """Where the run stopped, by which of the conditions (the first that holds), and why."""

    index: int
    condition: int
    reading: Reading


def run_to(
    trace: Sequence[Operation], index: int, direction: int, conditions: Sequence[Condition]
) -> Generator[float, None, Hit | None]:
    """Run from the operation after ``index`` (``direction`` 1) or before it (-1) to the next hit.

    Yields progress from 0 to 1, often enough to stop in between, and returns the hit, or None if
    the end or the start was reached. Never stops at ``index`` itself.
    """
    ahead = range(index + 1, len(trace)) if direction > 0 else range(index - 1, -1, -1)
    for done, here in enumerate(ahead):
        if done % _BETWEEN == 0:
            yield done / len(ahead)
        for number, condition in enumerate(conditions):
            reading = condition.test(trace[here])
            if reading is not None and reading.hit:
                return Hit(here, number, reading)
    return None
