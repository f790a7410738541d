"""What a call of ``Monitor`` costs the training loop that makes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_tui.monitoring.monitor import Monitor

VALUES: Final = (1, 5, 20)
"""How many values a call of ``log`` is given."""

SIZES: Final = (128, 1024)
"""Rows, and columns, of the arrays in float32 that ``show`` is given."""


class Cost(NamedTuple):
    """How long the calls of one kind took, in seconds; what they wait for is in it."""

    name: str
    calls: int
    median: float
    p99: float  # what 99 of 100 calls stay below
    slowest: float


def call_costs(runs: Path, calls: int) -> tuple[Cost, ...]:
    """Time ``calls`` calls of each kind, a step of NumPy between any two, into a run in ``runs``.

    Of the large array an eighth as many.
    """
    with Monitor("bench", runs=runs) as monitor:
        found = [_cost(f"log, {n} value{'s' * (n > 1)}", _log(monitor, n), calls) for n in VALUES]
        for size in SIZES:
            array = np.ones((size, size), np.float32)
            few = max(1, calls * SIZES[0] // size)
            found.append(_cost(f"show, {size} × {size}", _show(monitor, array), few))
    return tuple(found)


def _log(monitor: Monitor, count: int) -> Callable[[int], None]:
    values = {f"value {number}": float(number) for number in range(count)}
    return lambda step: monitor.log(step, **values)


def _show(monitor: Monitor, array: NDArray[np.float32]) -> Callable[[int], None]:
    return lambda _: monitor.show(f"array {len(array)}", array)


def _cost(name: str, call: Callable[[int], None], calls: int) -> Cost:
    """Time the calls one by one: the loop does something else in between, as training does."""
    work = np.ones((128, 128), np.float32)  # a product of it takes about 0.1 ms
    taken = []
    for step in range(calls):
        np.tanh(work @ work)
        began = time.perf_counter()
        call(step)
        taken.append(time.perf_counter() - began)
    median, p99 = np.quantile(taken, (0.5, 0.99)).tolist()
    return Cost(name, calls, median, p99, max(taken))
