"""Traces that together hold every kind of operation that there is."""

from __future__ import annotations

from functools import cache

import numpy as np

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.initialization import initialize
from rnn_tui.core.optim import OPTIMIZERS
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.retrace import Edit, retrace
from rnn_tui.core.trace import Update, trace


def make_trace(cell="tanh", kind="symbols", optimizer="sgd", B=1, L=2, T=3, seed=0, **limits):
    """The trace of a small network in which nothing is zero; ``limits`` go to ``trace``."""
    rng = np.random.default_rng(seed)
    flat, params = initialize(Architecture(5, 4, L, 4, cell), "xavier", rng, np.float64)
    flat += rng.normal(0, 0.2, flat.shape)
    inputs = rng.integers(0, 5, (T, B)) if kind == "symbols" else rng.standard_normal((T, B, 5))
    targets = rng.integers(0, 4, (T, B))
    state = tuple(rng.normal(0, 0.5, (B, 4)) for _ in range(L))
    update = Update(optimizer, 0.1, steps=3)
    return trace(params, inputs, targets, state, cell, update=update, **limits)


def held_edit(base, layer=0):
    """An edit that holds one unit of h_2."""
    return Edit(base.places.hidden[1][layer], (0, 1), 0.5)


@cache
def every_trace():
    """Cells, kinds of input, optimisers, clipping, batches, edits, faults: one trace for each."""
    traces = [
        make_trace(cell, kind, clip=0.1, B=B)
        for cell in ("tanh", "relu")
        for kind in ("symbols", "vectors")
        for B in (1, 3)
    ]
    traces += [make_trace(optimizer=name) for name in OPTIMIZERS]
    traces += [make_trace(clip=9.0), make_trace(clip_value=0.01), make_trace(L=1, T=1)]
    for base in (traces[0], make_trace("relu", clip=0.1, clip_value=0.01)):
        traces.append(retrace(base, [held_edit(base)]).trace)
        traces += [retrace(base, [held_edit(base)], fault).trace for fault in FAULTS.values()]
        traces += [retrace(base, [], fault).trace for fault in FAULTS.values()]
    return tuple(traces)


def every_kind_of_operation():
    """One operation for each pair of a name and a formula."""
    found = {(o.name, o.formula, bool(o.t)): o for book in every_trace() for o in book}
    return list(found.values())
