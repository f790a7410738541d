"""Small networks with everything in them different from zero, and a window for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from rnn_tui.core.arrays import Array, Params, State
from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture


class Problem(NamedTuple):
    """What ``loss_and_gradients`` takes, in its order."""

    params: Params
    inputs: Array
    targets: Array
    state: State
    cell: str


MakeProblem = Callable[..., Problem]


def make_problem(
    T: int = 5,
    B: int = 2,
    L: int = 2,
    cell: str = "tanh",
    kind: str = "symbols",
    seed: int = 0,
    dtype: type = np.float64,
) -> Problem:
    rng = np.random.default_rng(seed)
    architecture = Architecture(inputs=5, hidden=4, layers=L, outputs=4, cell=cell)
    flat, params = initialize(architecture, "xavier", rng, dtype)
    flat += rng.normal(0, 0.2, flat.shape).astype(dtype)  # biases, too
    symbols = rng.integers(0, 5, (T, B))
    inputs = symbols if kind == "symbols" else rng.standard_normal((T, B, 5)).astype(dtype)
    targets = rng.integers(0, 4, (T, B))
    state = tuple(rng.normal(0, 0.5, (B, 4)).astype(dtype) for _ in range(L))
    return Problem(params, inputs, targets, state, cell)


@pytest.fixture(name="make_problem", scope="session")
def _make_problem() -> MakeProblem:
    return make_problem
