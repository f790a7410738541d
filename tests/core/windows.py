"""Random windows for property tests, and the loss of a trace with something in it pushed."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from rnn_tui.core.derivative import relative_error, tolerance
from rnn_tui.core.gradcheck import FLOOR
from rnn_tui.core.initialization import initialize
from rnn_tui.core.optim import OPTIMIZERS
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Update

from .conftest import Problem

STEP = 1e-200


@st.composite
def problems(draw) -> Problem:
    """Networks and windows of any small size."""
    size = st.integers(1, 4)
    I, H, V, L, T, B = (draw(size) for _ in range(6))  # noqa: E741
    cell, symbols = draw(st.sampled_from(["tanh", "relu"])), draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    flat, params = initialize(Architecture(I, H, L, V, cell), "xavier", rng, np.float64)
    flat += rng.normal(0, 0.3, flat.shape)
    inputs = rng.integers(0, I, (T, B)) if symbols else rng.standard_normal((T, B, I))
    state = tuple(rng.normal(0, 0.5, (B, H)) for _ in range(L))
    return Problem(params, inputs, rng.integers(0, V, (T, B)), state, cell)


def settings_of_updates():
    """What a trace takes besides the window: limits and any optimiser at its first update."""
    limits = st.sampled_from([None, 0.01, 100.0])
    return st.fixed_dictionaries(
        {
            "clip": limits,
            "clip_value": limits,
            "update": st.sampled_from([None, *(Update(name, 0.1) for name in OPTIMIZERS)]),
        }
    )


def pushed_loss(book, gradient_of, push) -> complex:
    """The loss with ``push`` added to what ``gradient_of`` names, all after it done again."""
    values = {}

    def read(operation, name):
        source = operation.operands.source(name)
        made = isinstance(source, Operation)
        value = values.get(source.index, source.value) if made else source.value
        named = (operation.index, name) == gradient_of
        return value + push if named or (not made and (None, source.name) == gradient_of) else value

    for operation in book[: book.places.loss + 1]:
        value = operation.function(*(read(operation, name) for name in operation.operands))
        values[operation.index] = value + push if (operation.index, None) == gradient_of else value
    return complex(values[book.places.loss])


def derivative(book, gradient_of, direction) -> float:
    """The complex-step derivative along ``direction``."""
    return pushed_loss(book, gradient_of, 1j * STEP * direction).imag / STEP


def wrong_operations(book) -> list[Operation]:
    """Those whose value is not the derivative that it claims to be."""
    rng, wrong = np.random.default_rng(0), []
    for operation in book:
        if operation.gradient_of is None:
            continue
        direction = rng.standard_normal(operation.value.shape)
        claimed = (operation.value * direction).sum()
        true = derivative(book, operation.gradient_of, direction)
        floor = max(FLOOR, np.linalg.norm(operation.value))
        if not relative_error(claimed, true, floor) <= tolerance(book):
            wrong.append(operation)
    return wrong
