"""How far each parameter is at a stop: its gradient adds up, is clipped, and is applied."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.sums import RunningSums
from rnn_tui.tui.renderables.heatmap_layout import largest_magnitude
from rnn_tui.tui.renderables.numbers import steady_scale

WORDS: Final = {"sum": "complete", "clip": "clipped", "update": "applied"}
"""What has been done to a gradient once an operation of this phase has given its own."""


class Stage(NamedTuple):
    """What is shown of one parameter; equal stages of a trace have equal values."""

    name: str
    """The parameter."""
    parts: int
    """Time steps that have contributed."""
    made_by: int | None
    """The operation after the backward pass whose result it is; None: the sum so far."""


class Stages:
    """The stages of one trace."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.sums = RunningSums(trace)
        self.steps = len(trace.places.hidden)
        self.names = tuple(_in_order_of_contribution(trace))
        self._scales: dict[tuple[str, bool], float] = {}

    @cached_property
    def contributor(self) -> dict[int, str]:
        """By operation: the parameter that it has to do with."""
        found = {part: n for n, parts in self.trace.places.contributions.items() for part in parts}
        return found | {i: name for name, later in self._later.items() for i in later}

    @cached_property
    def _contributions(self) -> list[int]:
        return sorted(self.contributor)

    def latest(self, index: int) -> str:
        """The parameter that was added to last; before that, the one that will be first."""
        at = bisect_right(self._contributions, index) - 1
        return self.contributor[self._contributions[max(at, 0)]]

    @cached_property
    def _later(self) -> dict[str, list[int]]:
        """By parameter: the operations after the backward pass that make its gradient or change."""
        end = min(self.trace.places.gradients.values())
        wanted = {(_layer(name), f"d{name.rpartition('.')[2]}"): name for name in self.names}
        found: dict[str, list[int]] = {name: [] for name in self.names}
        for operation in self.trace[end:]:
            name = wanted.get((operation.layer, operation.symbol))
            if name is not None:
                found[name].append(operation.index)
        for name, index in (self.trace.places.updated or {}).items():
            found[name].append(index)
        return found

    def stage(self, name: str, index: int) -> Stage:
        """Where a parameter is when ``index`` is done."""
        later = self._later[name]
        at = bisect_right(later, index) - 1
        return Stage(name, self.sums.parts(name, index), later[at] if at >= 0 else None)

    def made_by(self, stage: Stage) -> Operation | None:
        """The operation after the backward pass that a stage shows."""
        return None if stage.made_by is None else self.trace[stage.made_by]

    def applied(self, stage: Stage) -> bool:
        """Whether it shows the change of the parameter, and no gradient any more."""
        made_by = self.made_by(stage)
        return made_by is not None and made_by.phase == "update"

    def work(self, stage: Stage, index: int) -> int:
        """How many multiplications ``value`` takes, about."""
        return self.sums.work(stage.name, index) if stage.made_by is None else 0

    def value(self, stage: Stage, index: int) -> Array:
        """The sum so far, the gradient, the clipped gradient, or the change of the parameter."""
        made_by = self.made_by(stage)
        if made_by is None:
            return self.sums.at(stage.name, index)
        if self.applied(stage):
            with np.errstate(all="ignore"):
                change: Array = made_by.value - self.trace.givens[stage.name]
            return change
        return made_by.value

    def scale(self, stage: Stage) -> float:
        """The magnitude at the end of the palette: of the whole gradient, or of the change."""
        key = stage.name, self.applied(stage)
        if key not in self._scales:
            value = self._final(stage)
            self._scales[key] = steady_scale(largest_magnitude(value))
        return self._scales[key]

    def _final(self, stage: Stage) -> Array:
        if self.applied(stage):
            return self.value(stage, len(self.trace))
        return self.trace[self.trace.places.gradients[stage.name]].value


def _in_order_of_contribution(trace: Trace) -> Iterator[str]:
    """The parameters as the backward pass comes by them."""
    places = trace.places.contributions
    yield from sorted(places, key=lambda name: places[name][0])


def _layer(name: str) -> int | None:
    return int(name.partition(".")[0].removeprefix("layer")) if "." in name else None
