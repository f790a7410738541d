"""The sentences of what follows the backward pass: sums over time, clipping, the update."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rnn_tui.stepping.explanations.stop import Stop, number, share


def _sum(s: Stop) -> str:
    name = s.operation.symbol[1:]
    return (
        f"{name} is the same at {s.all_steps}, so each step's part counts: its gradient is the sum"
        f" of them (norm {s.norm()})."
    )


def _norm(s: Stop) -> str:
    return (
        f"All gradients taken as one long vector have this length, {number(s.value)}: only with one"
        " common norm can clipping keep their direction."
    )


def _scale(s: Stop) -> str:
    norm, limit = number(s.operand("norm")), number(s.operand("limit"))
    if s.value.real < 1:
        return (
            f"The norm {norm} is above the limit {limit}: all gradients are multiplied by"
            f" {number(s.value)}, shorter but in the same direction (Pascanu et al. 2013)."
        )
    return f"The norm {norm} does not exceed the limit {limit}: the scale is 1, nothing is clipped."


def _clip(s: Stop) -> str:
    scale = s.operand("scale").real
    if scale == 1:
        return "The scale is 1: this gradient stays exactly as it is."
    return (
        f"Times {number(scale)}, the same for every parameter: a step that would have been too long"
        f" is shortened, not turned (norm now {s.norm()})."
    )


def _clip_values(s: Stop) -> str:
    d, bound = next(iter(s.operation.operands)), s.operand("bound")
    outside = np.count_nonzero(np.abs(s.operand(d)) > bound) / s.value.size
    how_many = f"{share(outside)} of them were outside" if outside else "none was outside"
    return (
        f"Every number of {d} is cut to −{number(bound)}..{number(bound)}: {how_many}. Unlike a"
        " limit for the norm this can turn the step."
    )


def _velocity(s: Stop) -> str:
    return (
        f"The velocity remembers {number(s.operand('μ'))} of what it was and takes in the new"
        " gradient: steps that agree add up, steps that contradict cancel (Polyak 1964)."
    )


def _average(s: Stop) -> str:
    return (
        f"Adam's first moment, a running mean of gradients: it keeps {number(s.operand('β1'))} of"
        " what it was, so that the noise of one window counts for little (Kingma and Ba 2015)."
    )


def _squares(s: Stop) -> str:
    keeping = next((name for name in ("β2", "ρ") if name in s.operation.operands), None)
    if keeping is None:
        return (
            "The sum of all squared gradients so far, for each weight: one that was often pushed"
            " hard will take smaller steps (Duchi et al. 2011)."
        )
    return (
        "A running mean of squared gradients, for each weight, which keeps"
        f" {number(s.operand(keeping))} of what it was: how large the gradient of this weight"
        " usually is."
    )


def _update_number(s: Stop) -> int:
    return round(float(s.trace.givens["k"]))


def _update(s: Stop) -> str:
    memory = next(name for name in (*_STEPS, "") if not name or name in s.operation.operands)
    W, eta = s.operation.symbol, number(s.operand("η"))
    if not memory:
        return (
            f"One step downhill: every number of {W} moves against its gradient, by η = {eta} of it"
            f" (a step of norm {number(float(s.operand('η')) * s.length(f'd{W}'))})."
        )
    return _STEPS[memory].format(W=W, eta=eta, k=_update_number(s))


_STEPS = {
    "λ": (
        "Update {k}, η = {eta}: {W} shrinks a little by itself (weight decay), then moves by Adam's"
        " mean over the root of its squares (Loshchilov and Hutter 2019)."
    ),
    "m": (
        "Update {k}, η = {eta}: {W} moves by the mean over the root of the squares, both corrected"
        " for having begun at 0; so each weight moves by about η or less."
    ),
    "s": (
        "η = {eta}: each number of {W} moves against its gradient, divided by how large that"
        " usually is; so rare and frequent symbols learn at a similar pace."
    ),
    "v": (
        "η = {eta}: {W} moves along the velocity, not along this one gradient: it rolls on like a"
        " heavy ball (Polyak 1964)."
    ),
}
"""By the operand that tells the optimisers apart, in the order in which to look for it."""


EXPLANATIONS: Mapping[str, Callable[[Stop], str]] = {
    "sum": _sum,
    "norm": _norm,
    "scale": _scale,
    "clip": _clip,
    "clip values of": _clip_values,
    "update velocity of": _velocity,
    "update mean of": _average,
    "update squares of": _squares,
    "update": _update,
}
"""By the name of the operation without that of the parameter."""
