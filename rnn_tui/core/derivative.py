"""The complex-step derivative of the loss through the operations of a trace."""

from __future__ import annotations

from typing import NamedTuple


class Verification(NamedTuple):
    """One number of the backward pass beside the derivative that it claims to be."""

    index: int
    """The operation whose value the number is an element of."""
    element: tuple[int, ...]
    backward: float
    derivative: float
    error: float
    """Relative, as in the gradient check."""
    passed: bool


class Wrong(NamedTuple):
    """The first operation that is not what it should be, in one fixed random direction."""

    index: int
    backward: float
    derivative: float
    error: float
