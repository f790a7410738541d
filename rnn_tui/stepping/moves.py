"""Where the keys lead: from one index of a trace to another, the same way forth and back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rnn_tui.core.record import Operation, Phase

TIMED: tuple[Phase, ...] = ("forward", "loss", "backward")
"""The phases that go through time."""


class Kind(NamedTuple):
    """What operations of the same kind share."""

    name: str
    layer: int | None


@dataclass(frozen=True, eq=False)
class Layout:
    """How the operations of a trace lie in time. Edits and faults leave it as it is.

    A group is what is done in one phase at one time step, without a break.
    """

    size: int
    starts: tuple[int, ...]
    """The first operation of each group."""
    phases: tuple[Phase, ...]
    times: tuple[int, ...]
    kinds: tuple[Kind, ...]
    """The kind of each operation."""
    turn: int
    """The mean loss: the last operation before the backward pass."""

    @classmethod
    def of(cls, operations: Sequence[Operation]) -> Layout:
        """Find the groups of a trace."""
        places = [(operation.phase, operation.t) for operation in operations]
        starts = [i for i in range(len(places)) if not i or places[i] != places[i - 1]]
        return cls(
            size=len(operations),
            starts=tuple(starts),
            phases=tuple(places[i][0] for i in starts),
            times=tuple(places[i][1] for i in starts),
            kinds=tuple(Kind(operation.name, operation.layer) for operation in operations),
            turn=places.index(("loss", 0)),
        )

    def group(self, index: int) -> int:
        """The number of the group that an operation belongs to."""
        return bisect_right(self.starts, index) - 1

    def members(self, group: int) -> range:
        """The operations of a group."""
        end = self.starts[group + 1] if group + 1 < len(self.starts) else self.size
        return range(self.starts[group], end)

    def step(self, index: int, by: int) -> int:
        """``by`` operations on, or as far as there are any."""
        return min(max(index + by, 0), self.size - 1)

    def time_step(self, index: int, by: int, wanted: Kind) -> int:
        """``by`` groups on: to its operation of the ``wanted`` kind, or else to its first.

        As in a text editor, where the cursor comes back to its column after a short line, the
        wanted kind is what one stood at before the first of several such moves: so that moving
        down and up again ends where it began.
        """
        group = min(max(self.group(index) + by, 0), len(self.starts) - 1)
        return self._in_group(group, wanted)

    def same_kind(self, index: int, by: int) -> int | None:
        """The next (1) or previous (-1) operation of the same kind and phase; None at the end."""
        phase, kind = self.phases[self.group(index)], self.kinds[index]
        i = index + by
        while 0 <= i < self.size and self.phases[self.group(i)] == phase:
            if self.kinds[i] == kind:
                return i
            i += by
        return None

    def at_time(self, index: int, t: int) -> int | None:
        """The operation of the same kind at time step ``t``, in the same phase if that has one.

        From the mean loss and everything after the backward pass: in the backward pass. None if
        there is no such time step.
        """
        phase = self.phases[self.group(index)]
        if phase not in TIMED or not self.times[self.group(index)]:
            phase = "backward"
        for group in range(len(self.starts)):
            if self.phases[group] == phase and self.times[group] == t:
                return self._in_group(group, self.kinds[index])
        return None

    def nearest(self, indices: Sequence[int], index: int) -> int:
        """Which of some ascending ``indices`` comes first at or after ``index``, or the last."""
        return indices[min(bisect_left(indices, index), len(indices) - 1)]

    def _in_group(self, group: int, wanted: Kind) -> int:
        members = self.members(group)
        return next((i for i in members if self.kinds[i] == wanted), members[0])
