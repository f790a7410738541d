"""On how many threads the products of a network are computed soonest, measured here and now.

More threads cost more than they bring where the products are small, or where something else wants
the cores. So they are taken only where they bring a good deal, and never where nobody measured. One
core is left alone: what is drawn on a screen meanwhile must not slow down what it shows, and the
number of threads cannot follow who watches, for the last bits would.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from rnn_tui.core.model import Workspace
from rnn_tui.core.parameters import Architecture, flat_parameters, parameter_shapes, zero_state
from rnn_tui.runs.blas import threads_used
from rnn_tui.runs.errors import StorageError
from rnn_tui.runs.plan import Plan, keep_plan, kept_plan, planned
from rnn_tui.runs.settings import RunConfig
from rnn_tui.training.making import run_architecture

WORTH: Final = 1.2
"""So many times as fast must more threads be, or fewer are taken.

Where they were, and another process then wanted 30% of one of two cores, they still were 1.04 to
1.33 times as fast as one thread; where they brought less than this, they became slower than one.
"""

SMALL: Final = 100_000_000
"""Multiply-adds of a window below which threads were never seen to bring that much."""

ROUNDS: Final = 3
"""Each number of threads has a turn in each of them; the middle one counts."""

_AT_ONCE: Final = 200_000_000
"""Multiply-adds of one turn, about: a few milliseconds."""

_LEAST: Final = 8
"""Time steps of one turn at least: what is done once a window would count too much."""


def chosen_plan(file: Path, config: RunConfig, V: int, cores: int | None = None) -> Plan:
    """The plan of a run: the one it was begun with, or else a new one, kept in ``file``.

    ``cores``: how many it may use; all but one where it is not said.
    """
    kept = kept_plan(file, config)
    if kept is not None:
        return kept
    cores = available_cores() - 1 if cores is None else cores
    if config.threads or cores < 2 or _multiply_adds(config, V) < SMALL:
        return planned(config)
    plan = planned(config, fitting_threads(config, V, cores))
    with suppress(StorageError):  # then it is measured again when the run is resumed
        keep_plan(file, plan)
    return plan


def fitting_threads(
    config: RunConfig, V: int, cores: int, clock: Callable[[], float] = time.perf_counter
) -> int:
    """Of 1, 2, 4 and so on, ``cores``: whichever beats by ``WORTH`` the one taken before it."""
    counts = sorted({*(2**k for k in range(cores.bit_length())), cores})
    one_pass = _pass(config, V)
    taken: dict[int, list[float]] = {count: [] for count in counts}
    for _ in range(ROUNDS):
        for count in counts:
            with threads_used(count):
                one_pass()  # threads are started and woken
                began = clock()
                one_pass()
                taken[count].append(clock() - began)
    best = 1
    for count in counts:
        if median(taken[best]) > WORTH * median(taken[count]):
            best = count
    return best


def available_cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _pass(config: RunConfig, V: int) -> Callable[[], object]:
    """One pass over a few time steps, forward and backward, of a network of zeros."""
    steps = round(_AT_ONCE * config.window / _multiply_adds(config, V))
    T, B, dtype = min(max(steps, _LEAST), config.window), config.batch, np.dtype(config.dtype)
    architecture: Architecture = run_architecture(config, V)
    _, params = flat_parameters(parameter_shapes(architecture), dtype)
    workspace = Workspace(architecture, T, B, dtype, planned(config).widths)
    symbols, state = np.zeros((T, B), np.intp), zero_state(architecture, B, dtype)
    return lambda: workspace.loss_and_gradients(params, symbols, symbols, state)


def _multiply_adds(config: RunConfig, V: int) -> int:
    """Of a window, forward and backward."""
    H, L = config.hidden, config.layers
    return 3 * config.window * config.batch * (H * H * (2 * L - 1) + H * V)
