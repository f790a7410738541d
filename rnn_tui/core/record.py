"""What the textbook writes down: operations that hold all they read and what they gave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from rnn_tui.core.arrays import Array

Phase = Literal["forward", "loss", "backward", "sum", "clip", "update"]
PHASES: tuple[Phase, ...] = ("forward", "loss", "backward", "sum", "clip", "update")


@dataclass(frozen=True, eq=False)
class Given:
    """What comes from outside: a parameter, a state, a symbol, a constant. Read-only."""

    name: str
    value: Array = field(repr=False)


class GradientOf(NamedTuple):
    """What the value of a backward or sum operation claims to be the derivative of the loss by.

    ``(i, None)``: the value of forward operation i, by way of all its uses. ``(i, name)``: operand
    ``name`` of forward operation i, in this one use. ``(None, name)``: a given, all its uses.
    """

    operation: int | None
    operand: str | None


class Operands(Mapping[str, Array]):
    """The arrays that an operation read, by their names in its formula, in that order."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = dict(sources)

    def __getitem__(self, name: str) -> Array:
        return self._sources[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def source(self, name: str) -> Source:
        """Where this operand comes from: an earlier operation, or what was given."""
        return self._sources[name]

    @property
    def sources(self) -> Mapping[str, Source]:
        """Where every operand comes from, in their order."""
        return dict(self._sources)

    def origin(self, name: str) -> int | None:
        """The index of the operation that made this operand; None if it was given."""
        source = self._sources[name]
        return source.index if isinstance(source, Operation) else None

    def given(self, name: str) -> str | None:
        """The name under which this operand was given; None if an operation made it."""
        source = self._sources[name]
        return source.name if isinstance(source, Given) else None


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
    """Whether the function takes one iterable of the sources of all operands instead."""
    gradient_of: GradientOf | None = field(default=None, repr=False)
    """What the value is the derivative by; None where it is not a derivative."""
    held: Array | None = field(default=None, repr=False)
    """Which elements of the value an edit holds at a number (a mask); None: none of them."""
    intended: Operation | None = field(default=None, repr=False)
    """The right operation, where a planted fault replaced it; its value is what this should be."""
    stored: Array | None = field(default=None, repr=False)

    @property
    def symbol(self) -> str:
        """The left side of the formula: ``h_t``, ``dW_hh^t``, ``f_{t-1}``; ``W_hh`` of updates."""
        return re.split(r"\[| [=←]", self.formula, maxsplit=1)[0]

    @property
    def value(self) -> Array:
        """The result: stored, or computed anew each time where it is large and seldom read."""
        return self.compute() if self.stored is None else self.stored

    def compute(self) -> Array:
        """Apply the formula to the operands."""
        # A network that diverged shows infinities as values: there is nothing to warn about.
        with np.errstate(all="ignore"):
            if self.streamed:
                result = self.function(self.operands.sources.values())
            else:
                result = self.function(*self.operands.values())
        return read_only(result)

    def computed(self) -> Operation:
        """Itself, once its value is stored; only who makes an operation calls this."""
        object.__setattr__(self, "stored", self.compute())
        return self


Source: TypeAlias = Operation | Given
"""Where an operand comes from: an earlier operation, or what was given from outside."""


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
        gradient_of: GradientOf | None = None,
        *,
        stored: bool = True,
        streamed: bool = False,
    ) -> Operation:
        """Do ``function`` on ``operands``; keep the value, or only how to get it again."""
        done = self.recorder.operations
        place = (len(done), self.phase, self.t, self.layer)
        operation = Operation(
            *place, name, formula, Operands(operands), function, streamed, gradient_of
        )
        done.append(operation.computed() if stored else operation)
        return operation


def read_only(values: Array) -> Array:
    """``values``, or a view of them, that cannot be written to."""
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view
