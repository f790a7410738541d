"""Walks to test with, and what they show."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from rnn_tui.core.initialization import initialize
from rnn_tui.core.optim import OPTIMIZERS
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.trace import Update
from rnn_tui.core.work import Task
from rnn_tui.stepping.commands import carry_out
from rnn_tui.stepping.plain import operation_lines
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.stepping.window import make_window
from rnn_tui.text.vocabulary import Vocabulary


def make_walk(text="hello", H=2, L=1, B=1, seed=0, cell="tanh", **settings):
    """A walk over ``text`` with weights drawn at random; the other rows are read backwards."""
    vocabulary = Vocabulary.of(text, "character")
    V, rng = len(vocabulary), np.random.default_rng(seed)
    flat, params = initialize(Architecture(V, H, L, V, cell), "xavier", rng, np.float64)
    flat += rng.normal(0, 0.2, flat.shape)
    numbers = vocabulary.encode(text).astype(int)
    rows = np.stack([numbers if row == 0 else np.roll(numbers[::-1], row) for row in range(B)], 1)
    state = tuple(rng.normal(0, 0.5, (B, H)) for _ in range(L))
    window = make_window(
        params, rows[:-1], rows[1:], state, vocabulary, "a text", cell=cell, **settings
    )
    return Stepper(window)


@st.composite
def walks(draw):
    """Walks over any text, through networks of any small shape."""
    text = draw(st.text(min_size=2, max_size=6))
    limits = {name: draw(st.sampled_from([0.0, 0.01])) for name in ("clip", "clip_value")}
    update = draw(st.sampled_from([None, *(Update(name, 0.1) for name in OPTIMIZERS)]))
    size, cell = st.integers(1, 3), draw(st.sampled_from(["tanh", "relu"]))
    shape = {"H": draw(size), "L": draw(size), "B": draw(size)}
    return make_walk(
        text, seed=draw(st.integers(0, 99)), cell=cell, update=update, **shape, **limits
    )


def do(stepper, *lines):
    """Carry out commands; the answer to the last one."""
    said = ""
    for line in lines:
        answer = carry_out(stepper, line)
        said = answer.run() if isinstance(answer, Task) else answer
    return said


def shown(stepper):
    """All that is shown of a stop."""
    view = stepper.view()
    lines = tuple(operation_lines(view.operation, view.trace, view.window, full=True))
    fields = (view.index, view.selected, view.hit, view.verification, view.wrong, view.changed)
    return (*fields, view.edits, view.fault, view.breakpoints, lines)


def numbers_of(stepper):
    """Everything that the pass holds, to the bit."""
    return [(o.formula, o.value.tobytes()) for o in stepper.trace]
