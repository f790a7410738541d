"""Classical mistakes in a backward pass, to be planted in a trace: the debugger must find them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.ops import product_forward
from rnn_tui.core.record import Given, Operands, Operation, Source


@dataclass(frozen=True)
class Surroundings:
    """What a rewriting may read besides the operation itself: the last states, what was given."""

    last_states: tuple[Operation, ...]
    given: Mapping[str, Given]


Rewrite: TypeAlias = Callable[[Operation, Surroundings], Operation | None]
"""The wrong operation in place of a right one, not computed yet; None where nothing is wrong."""


@dataclass(frozen=True)
class Fault:
    """A planted mistake: ``name`` for commands, ``title`` for menus, ``sentence`` what it does."""

    name: str
    title: str
    sentence: str
    rewrite: Rewrite = field(repr=False)


def _missing_dh(operation: Operation, _around: Surroundings) -> Operation | None:
    if operation.symbol != "dz_t":
        return None
    formula, _, slope = operation.formula.partition("dh_t ")
    function = operation.function
    h = {"h_t": operation.operands.source("h_t")}
    return _wrong(operation, formula + slope.strip("()"), h, lambda h: function(np.ones_like(h), h))


def _overwritten(operation: Operation, _around: Surroundings) -> Operation | None:
    if operation.name != "sum db_h":
        return None
    sources = operation.operands.sources
    last = list(sources)[-1]
    wrong = _wrong(operation, f"db_h = {last}", {last: sources[last]}, _same)
    return replace(wrong, streamed=False)


def _last_state_first(operation: Operation, around: Surroundings) -> Operation | None:
    if operation.name != "part of dW_hh" or operation.t != 1 or operation.layer is None:
        return None
    h_T = around.last_states[operation.layer]
    operands = {"h_T": h_T, "dz_t": operation.operands.source("dz_t")}
    return _wrong(operation, "dW_hh^t = h_Tᵀ dz_t", operands, operation.function)


def _no_clipping(operation: Operation, _around: Surroundings) -> Operation | None:
    first = next(iter(operation.operands))
    operands = {first: operation.operands.source(first)}
    if operation.name == "scale":
        return _wrong(operation, "scale = 1, whatever the norm", operands, _one)
    if operation.name.startswith("clip values"):
        return _wrong(operation, f"{first} ← {first}", operands, _same)
    return None


def _transposed(operation: Operation, _around: Surroundings) -> Operation | None:
    if operation.name != "hand to the past":
        return None
    return _wrong(operation, "f_{t-1} = dz_t W_hh", operation.operands.sources, product_forward)


def _off_by_one(operation: Operation, around: Surroundings) -> Operation | None:
    following = around.given.get(f"target_{operation.t + 1}")
    if operation.symbol != "dy_t" or following is None:
        return None
    sources = operation.operands.sources
    operands = {"p_t": sources["p_t"], "target_{t+1}": following, "T·B": sources["T·B"]}
    formula = "dy_t = (p_t − 1[target_{t+1}]) / (T·B)"
    return _wrong(operation, formula, operands, operation.function)


def _wrong(
    operation: Operation,
    formula: str,
    operands: Mapping[str, Source],
    function: Callable[..., Array],
) -> Operation:
    return replace(operation, formula=formula, operands=Operands(operands), function=function)


def _same(value: Array) -> Array:
    return value


def _one(norm: Array) -> Array:
    return np.ones_like(norm)


FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault(
            "missing-dh",
            "The gradient dh is forgotten",
            "dz_t is the slope of f alone: what the loss says about h_t is thrown away.",
            _missing_dh,
        ),
        Fault(
            "overwritten",
            "A gradient is overwritten, not summed",
            "db_h keeps only the part that was found last, that of t = 1.",
            _overwritten,
        ),
        Fault(
            "last-state-first",
            "The last state is used as the first",
            "dW_hh at t = 1 reads h_T, as h[t - 1] does in Python where t - 1 is -1.",
            _last_state_first,
        ),
        Fault(
            "no-clipping",
            "Nothing is clipped",
            "The gradients go into the update as long as they are.",
            _no_clipping,
        ),
        Fault(
            "transposed",
            "W_hh is not transposed",
            "What is handed to the past goes through W_hh instead of its transpose.",
            _transposed,
        ),
        Fault(
            "off-by-one",
            "Targets are off by one",
            "The gradient of the logits at t compares with the target of t + 1. The last "
            "step keeps its own, so going back the first wrong one is at T − 1.",
            _off_by_one,
        ),
    )
}
