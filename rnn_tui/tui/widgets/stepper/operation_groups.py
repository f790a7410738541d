"""The operations of a trace, folded: by phase, and within a pass by time step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final, NamedTuple

from rnn_tui.core.record import Operation, Phase
from rnn_tui.core.trace import Trace

PASSES: Final = ("forward", "backward")
"""The phases that are folded by time step; the others are one group each."""

PHASE_WORDS: Final[dict[Phase, str]] = {
    "forward": "forward",
    "loss": "loss",
    "backward": "backward",
    "sum": "sums over time",
    "clip": "clipping",
    "update": "update",
}


class Entry(NamedTuple):
    """A line of the list while it is folded: operations ``start`` up to ``stop``."""

    phase: Phase
    t: int
    """The time step of a group within a pass, else 0."""
    start: int
    stop: int
    heading: bool
    """Whether it names a pass, whose groups follow; it cannot be opened itself."""


class Row(NamedTuple):
    """A line of the list: an entry, or an operation of the one that is open."""

    entry: Entry
    operation: int | None
    """Its index; None for the line of the entry."""


def entries_of(trace: Trace) -> tuple[Entry, ...]:
    """All lines while everything is folded, from one look at each operation."""
    found: list[Entry] = []
    for (phase, t), group in groupby(trace, key=_group):
        if phase in PASSES and (not found or found[-1].phase != phase):
            found.append(Entry(phase, 0, 0, 0, heading=True))
        members = list(group)
        found.append(Entry(phase, t, members[0].index, members[-1].index + 1, heading=False))
    return tuple(
        entry._replace(start=found[at + 1].start, stop=found[at + 1].stop)
        if entry.heading
        else entry
        for at, entry in enumerate(found)
    )


def _group(operation: Operation) -> tuple[Phase, int]:
    return operation.phase, operation.t if operation.phase in PASSES else 0


class Folded(NamedTuple):
    """The list with one group open: a line is found by its number, without making the others."""

    entries: Sequence[Entry]
    open: int
    """Which entry is open."""

    @property
    def height(self) -> int:
        """How many lines there are."""
        entry = self.entries[self.open]
        return len(self.entries) + entry.stop - entry.start

    def row(self, number: int) -> Row:
        """What stands on a line, from 0."""
        entry = self.entries[self.open]
        size = entry.stop - entry.start
        if number <= self.open:
            return Row(self.entries[number], None)
        if number <= self.open + size:
            return Row(entry, entry.start + number - self.open - 1)
        return Row(self.entries[number - size], None)

    def line_of(self, index: int) -> int:
        """The line of an operation of the open group."""
        return self.open + 1 + index - self.entries[self.open].start

    def first_line(self, index: int, height: int) -> int:
        """What to show at the top: the heading of the open group stays where it is.

        It depends on the operation and the height alone, so that the same stop always looks alike.
        """
        line = self.line_of(index)
        top = self.open - height // 4
        top = max(top, line - height + min(3, height))
        return max(min(top, self.height - height), 0)
