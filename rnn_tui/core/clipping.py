"""Clipping gradients, by their common norm or one by one, in place on the flat buffer."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array

_BLOCK = 4096

_quiet = np.errstate(over="ignore", under="ignore", invalid="ignore")


class ClippedNorm(NamedTuple):
    """The norm before clipping, and what every gradient was multiplied by (1: untouched).

    A ``norm`` that is not finite says that the gradients are not: they were left as they are, and
    must not be applied.
    """

    norm: float
    scale: float


@_quiet
def gradient_norm(flat: Array) -> float:
    """Return the Euclidean norm of ``flat`` (N,), inf or NaN if an element is not finite.

    Squares that leave the range of the dtype (gradients beyond 1e19 in float32) are summed again
    in float64, so finite gradients have a finite norm.
    """
    squares = float(flat.dot(flat))
    if _normal(flat.dtype) < squares < math.inf:
        return math.sqrt(squares)
    return _scaled_norm(flat)


def clip_by_norm(gradients_flat: Array, limit: float) -> ClippedNorm:
    """Scale ``gradients_flat`` (N,) in place so that its norm is at most ``limit``.

    Source: Pascanu, Mikolov and Bengio 2013, algorithm 1. A limit of 0 or infinity clips nothing.
    Raises ValueError for a limit below 0 or NaN.
    """
    _check_limit(limit)
    norm = gradient_norm(gradients_flat)
    if limit == 0.0 or not limit < norm < math.inf:
        return ClippedNorm(norm, 1.0)
    scale = float(limit) / norm
    gradients_flat *= scale
    return ClippedNorm(norm, scale)


def clip_by_value(gradients_flat: Array, limit: float) -> float:
    """Bring every element of ``gradients_flat`` (N,) into -limit..limit, in place.

    Returns the share of elements that were outside, 0..1. A limit of 0 or infinity clips nothing.
    NaN stays NaN, but infinity becomes the limit: ask ``gradient_norm`` before, not after.
    Raises ValueError for a limit below 0 or NaN.
    """
    _check_limit(limit)
    if limit in (0.0, math.inf) or not gradients_flat.size:
        return 0.0
    bound = float(limit)
    outside = np.count_nonzero(gradients_flat > bound) + np.count_nonzero(gradients_flat < -bound)
    if outside:
        np.clip(gradients_flat, -bound, bound, out=gradients_flat)
    return float(outside / gradients_flat.size)


@cache
def _normal(kind: np.dtype[Any]) -> float:
    """The smallest number of this dtype that has all its digits; looked up once."""
    return float(np.finfo(kind).smallest_normal)


def _check_limit(limit: float) -> None:
    if not limit >= 0.0:
        raise ValueError(f"the clipping limit must be 0 (off) or positive, not {limit}")


def _scaled_norm(flat: Array) -> float:
    """Return the norm with every element divided by the largest, in float64, block by block."""
    if not flat.size:
        return 0.0
    largest = max(-float(flat.min()), float(flat.max()))  # min and max hand a NaN on
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    total = 0.0
    for start in range(0, flat.size, _BLOCK):
        block = flat[start : start + _BLOCK].astype(np.float64)
        block /= largest
        total += float(np.dot(block, block))
    return largest * math.sqrt(total)
