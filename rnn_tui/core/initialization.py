"""What the weights are before training: the schemes, each with its source.

Every draw is made in float64 and then rounded, so that a seed means the same network in float32.
Biases start at zero in all schemes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Floats, Params
from rnn_tui.core.parameters import Architecture, flat_parameters, parameter_shapes


class Matrix(NamedTuple):
    """The matrix to be filled: its shape, H, and whether it leads from state to state."""

    rows: int
    columns: int
    hidden: int
    recurrent: bool


def initialize(
    architecture: Architecture,
    scheme: str,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float64,
) -> tuple[Array, Params]:
    """New parameters: the flat buffer ``(N,)`` and the named views of it.

    The same generator state gives the same bits. Raises ``ValueError`` for an unknown scheme.
    """
    if scheme not in INITIALIZATIONS:
        known = ", ".join(INITIALIZATIONS)
        raise ValueError(f"unknown initialization {scheme!r}: choose one of {known}")
    flat, params = flat_parameters(parameter_shapes(architecture), dtype)
    H = architecture.hidden
    for name, value in params.items():
        if value.ndim == 1:
            continue
        # Gates that lie side by side in one array are matrices of their own.
        width = H if name.startswith("layer") else value.shape[1]
        for start in range(0, value.shape[1], width):
            matrix = Matrix(len(value), width, H, recurrent=name.endswith("W_hh"))
            value[:, start : start + width] = INITIALIZATIONS[scheme](matrix, rng)
    return flat, params


def _uniform(matrix: Matrix, rng: np.random.Generator) -> Floats:
    """U(-1/sqrt(H), 1/sqrt(H)): LeCun et al., Efficient BackProp (1998), as commonly used."""
    bound = matrix.hidden**-0.5
    return rng.uniform(-bound, bound, (matrix.rows, matrix.columns))


def _xavier(matrix: Matrix, rng: np.random.Generator) -> Floats:
    """U(-a, a) with a = sqrt(6 / (fan_in + fan_out)): Glorot & Bengio (2010), equation 16."""
    bound = (6 / (matrix.rows + matrix.columns)) ** 0.5
    return rng.uniform(-bound, bound, (matrix.rows, matrix.columns))


def _orthogonal(matrix: Matrix, rng: np.random.Generator) -> Floats:
    """Random orthogonal matrices: Saxe, McClelland & Ganguli (2013), section 3.

    A matrix that is not square has orthonormal rows or columns, whichever are fewer.
    """
    long, short = max(matrix[:2]), min(matrix[:2])
    q, r = np.linalg.qr(rng.standard_normal((long, short)))
    # QR alone prefers some signs; with those of R's diagonal, all rotations are equally likely.
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    return q if matrix.rows == long else q.T


def _identity(matrix: Matrix, rng: np.random.Generator) -> Floats:
    """W_hh the identity, the rest N(0, 0.001²): the IRNN of Le, Jaitly & Hinton (2015).

    With relu, a fresh network then keeps its state for ever.
    """
    if matrix.recurrent:
        return np.eye(matrix.rows)
    return rng.normal(0.0, 0.001, (matrix.rows, matrix.columns))


def _normal(matrix: Matrix, rng: np.random.Generator) -> Floats:
    """N(0, 1), whatever the sizes: saturates tanh, here to be seen doing so."""
    return rng.standard_normal((matrix.rows, matrix.columns))


INITIALIZATIONS: Mapping[str, Callable[[Matrix, np.random.Generator], Floats]] = {
    "uniform": _uniform,
    "xavier": _xavier,
    "orthogonal": _orthogonal,
    "identity": _identity,
    "normal": _normal,
}
