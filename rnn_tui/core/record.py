"""What the textbook writes down: operations that hold all they read and what they gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from rnn_tui.core.arrays import Array

Phase = Literal["forward", "loss", "backward", "sum", "clip", "update"]
PHASES: tuple[Phase, ...] = ("forward", "loss", "backward", "sum", "clip", "update")


class Operands(Mapping[str, Array]):
    """The arrays that an operation read, by their names in its formula, in that order."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = dict(sources)

    def __getitem__(self, name: str) -> Array:
        source = self._sources[name]
        return source.value if isinstance(source, Operation) else source

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def origin(self, name: str) -> int | None:
        """The index of the operation that made this operand; None if it was given."""
        source = self._sources[name]
        return source.index if isinstance(source, Operation) else None


@dataclass(frozen=True, eq=False)
class Operation:
    """One step of the textbook. Its arrays are read-only."""

    index: int
    phase: Phase
    t: int
    """The time step, 1..T; 0 where there is none."""
    layer: int | None
    """The layer, from 0 for the one that reads the input; None for the readout and the loss."""
    name: str
    formula: str
    operands: Operands = field(repr=False)
    function: Callable[..., Array] = field(repr=False)
    """What the formula says: its arguments are the operands in their order."""
    streamed: bool = field(default=False, repr=False)
    """Whether the function takes one iterable of all operands, to read them one at a time."""
    stored: Array | None = field(default=None, repr=False)

    @property
    def value(self) -> Array:
        """The result: stored, or computed anew each time where it is large and seldom read."""
        return self.compute() if self.stored is None else self.stored

    def compute(self) -> Array:
        """Apply the formula to the operands."""
        values = (self.operands[name] for name in self.operands)
        # A network that diverged shows infinities as values: there is nothing to warn about.
        with np.errstate(all="ignore"):
            result = self.function(values) if self.streamed else self.function(*values)
        return read_only(result)


Source: TypeAlias = Array | Operation
"""Where an operand comes from: given from outside, or the value of an earlier operation."""


@dataclass(frozen=True)
class Recorder:
    """Writes operations down, in order."""

    operations: list[Operation] = field(default_factory=list)

    def at(self, phase: Phase, t: int = 0, layer: int | None = None) -> Place:
        """Where the next operations belong."""
        return Place(self, phase, t, layer)


class Place(NamedTuple):
    """A phase, a time step and a layer: call it to do an operation and write it down there."""

    recorder: Recorder
    phase: Phase
    t: int
    layer: int | None

    def __call__(
        self,
        name: str,
        formula: str,
        function: Callable[..., Array],
        operands: Mapping[str, Source],
        *,
        stored: bool = True,
        streamed: bool = False,
    ) -> Operation:
        """Do ``function`` on ``operands``; keep the value, or only how to get it again."""
        done = self.recorder.operations
        place = (len(done), self.phase, self.t, self.layer)
        operation = Operation(*place, name, formula, Operands(operands), function, streamed)
        if stored:
            object.__setattr__(operation, "stored", operation.compute())
        done.append(operation)
        return operation


def read_only(values: Array) -> Array:
    """``values``, or a view of them, that cannot be written to."""
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view
