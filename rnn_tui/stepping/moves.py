"""Where the keys lead: from one index of a trace to another, the same way forth and back."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rnn_tui.core.record import Operation, Phase
from rnn_tui.stepping.formulas import at_step

TIMED: tuple[Phase, ...] = ("forward", "loss", "backward")
"""The phases that go through time."""

_NUMBER = re.compile(r"[0-9]{1,9}")


class Kind(NamedTuple):
    """What operations of the same kind share."""

    name: str
    layer: int | None


@dataclass(frozen=True, eq=False)
class Layout:
    """How the operations of a trace lie in time. Edits and faults leave it as it is.

    A group is what is done in one phase at one time step, without a break.
    """

    starts: tuple[int, ...]
    """The first operation of each group."""
    phases: tuple[Phase, ...]
    """The phase of each group."""
    times: tuple[int, ...]
    """The time step of each group; 0 where there is none."""
    kinds: tuple[Kind, ...]
    """The kind of each operation."""
    symbols: tuple[str, ...]
    """What the formula of each operation calls its result: ``dz_t``."""
    turn: int
    """The mean loss: the last operation before the backward pass."""

    @classmethod
    def of(cls, operations: Sequence[Operation]) -> Layout:
        """Find the groups of a trace."""
        places = [(operation.phase, operation.t) for operation in operations]
        starts = [i for i in range(len(places)) if not i or places[i] != places[i - 1]]
        symbols = {o.formula: o.symbol for o in _first_of_each_formula(operations)}
        return cls(
            starts=tuple(starts),
            phases=tuple(places[i][0] for i in starts),
            times=tuple(places[i][1] for i in starts),
            kinds=tuple(Kind(operation.name, operation.layer) for operation in operations),
            symbols=tuple(symbols[operation.formula] for operation in operations),
            turn=places.index(("loss", 0)),
        )

    @property
    def size(self) -> int:
        """How many operations there are."""
        return len(self.kinds)

    @property
    def steps(self) -> int:
        """T, the time steps."""
        return max(self.times)

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

    def time_step(self, index: int, by: int, wanted: int) -> int:
        """``by`` groups on, or as far as there are any: to its operation of the kind of ``wanted``.

        As in a text editor, where the cursor comes back to its column after a short line,
        ``wanted`` is where one stood before the first of several such moves, so that moving down
        and up again ends where it began. A group without the kind is entered at its first.
        """
        group = min(max(self.group(index) + by, 0), len(self.starts) - 1)
        return self._in_group(group, wanted)

    def alike(self, index: int) -> tuple[int, ...]:
        """The operations of the same kind and phase, this one among them, in order."""
        return self._alike[self.phases[self.group(index)], self.kinds[index]]

    def same_kind(self, index: int, by: int) -> int | None:
        """``by`` operations of the same kind and phase on; None if there are not as many."""
        alike = self.alike(index)
        place = bisect_left(alike, index) + by
        return alike[place] if 0 <= place < len(alike) else None

    def at_time(self, index: int, t: int) -> int | None:
        """The operation of the same kind at time step ``t``, in the same phase if that has one.

        From the mean loss and everything after the backward pass: in the backward pass. None if
        there is no such time step.
        """
        phase = self.phases[self.group(index)]
        if phase not in TIMED or not self.times[self.group(index)]:
            phase = "backward"
        group = self._at_time.get((phase, t))
        return self._in_group(group, index) if t and group is not None else None

    def making(self, name: str) -> tuple[int, ...]:
        """The operations whose result is called ``name``, with the time put in: ``dz_17``."""
        numbers = {int(number) for number in _NUMBER.findall(name)}
        times = {0, *numbers, *(number + 1 for number in numbers)}  # f_16 is f_{t-1} at t = 17
        found = (
            indexes
            for symbol in self._distinct
            for t in times
            if at_step(symbol, t) == name and (indexes := self._made.get((symbol, t)))
        )
        return tuple(sorted(index for indexes in found for index in indexes))

    def spells(self, name: str) -> bool:
        """Whether a result is called so at some time step, be it one that this pass lacks."""
        numbers = [int(number) for number in _NUMBER.findall(name)]
        return any(at_step(symbol, t) == name for symbol in self._distinct for t in numbers)

    def _in_group(self, group: int, wanted: int) -> int:
        members = self.members(group)
        if wanted in members:
            return wanted
        return next((i for i in members if self.kinds[i] == self.kinds[wanted]), members[0])

    @cached_property
    def _alike(self) -> Mapping[tuple[Phase, Kind], tuple[int, ...]]:
        found: dict[tuple[Phase, Kind], list[int]] = {}
        for group, phase in enumerate(self.phases):
            for index in self.members(group):
                found.setdefault((phase, self.kinds[index]), []).append(index)
        return {what: tuple(indexes) for what, indexes in found.items()}

    @cached_property
    def _at_time(self) -> Mapping[tuple[Phase, int], int]:
        groups = enumerate(zip(self.phases, self.times, strict=True))
        return {place: group for group, place in groups}

    @cached_property
    def _distinct(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.symbols))

    @cached_property
    def _made(self) -> Mapping[tuple[str, int], list[int]]:
        found: dict[tuple[str, int], list[int]] = {}
        for group, t in enumerate(self.times):
            for index in self.members(group):
                found.setdefault((self.symbols[index], t), []).append(index)
        return found


def _first_of_each_formula(operations: Sequence[Operation]) -> Iterable[Operation]:
    return {operation.formula: operation for operation in reversed(operations)}.values()
