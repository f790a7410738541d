"""Every element of every gradient against the complex-step derivative, many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rnn_tui.core.trace import Trace


class Worst(NamedTuple):
    """The element of one array where the backward pass and the derivative differ most."""

    element: tuple[int, ...]
    backward: float
    derivative: float
    error: float
    """Relative, as in the gradient check."""


class Swept(NamedTuple):
    """What is known of one array so far."""

    checked: int
    size: int
    worst: Worst | None
    """None before the first of its elements was checked."""
    passed: bool
    """Whether all that were checked agree."""


class SweepProgress(NamedTuple):
    """How far a sweep is, and what it has found; arrays by the names of the gradient check."""

    done: int
    total: int
    by_name: Mapping[str, Swept]


def sweep(trace: Trace) -> Iterator[SweepProgress]:
    """Compare every element of every parameter's and of the incoming state's gradient."""
    raise NotImplementedError(f"{len(trace)} operations")
