"""Weights that are no numbers, or hardly any."""

from __future__ import annotations

import math

from rnn_tui.core.arrays import Array, Params

VALUES = {
    "not finite": (math.nan, math.inf, -math.inf),
    "large": (1e38, -1.7e308),
    "denormal": (5e-324, -5e-324),
}
"""What every third weight is, in float64."""


def spoil(array: Array, what: str) -> None:
    """Give every third element one of the values, in turn."""
    flat = array.reshape(-1)
    for start, value in enumerate(VALUES[what]):
        flat[3 * start :: 3 * len(VALUES[what])] = value


def spoilt(params: Params, what: str) -> Params:
    found = {name: value.copy() for name, value in params.items()}
    for array in found.values():
        spoil(array, what)
    return found
