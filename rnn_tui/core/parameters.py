"""The network's parameters: one flat dict of named arrays, and their shapes.

The same names carry gradients, moments and checkpoints, so that nothing but the cell itself has to
know which parameters a cell has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Params, State
from rnn_tui.core.cells import CELLS


@dataclass(frozen=True)
class Architecture:
    """The sizes of a network and the name of its cell."""

    inputs: int
    hidden: int
    layers: int
    outputs: int
    cell: str = "tanh"

    def __post_init__(self) -> None:
        for name in ("inputs", "hidden", "layers", "outputs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.cell not in CELLS:
            raise ValueError(f"unknown cell {self.cell!r}: choose one of {', '.join(CELLS)}")


def parameter_shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter by name, in the order in which they lie in memory."""
    cell, width, shapes = CELLS[architecture.cell], architecture.inputs, {}
    for layer in range(architecture.layers):
        for name, shape in cell.layer_shapes(width, architecture.hidden).items():
            shapes[f"layer{layer}.{name}"] = shape
        width = architecture.hidden
    shapes["W_hy"] = (architecture.hidden, architecture.outputs)
    shapes["b_y"] = (architecture.outputs,)
    return shapes


def flat_parameters(
    shapes: Mapping[str, tuple[int, ...]], dtype: npt.DTypeLike
) -> tuple[Array, Params]:
    """One contiguous buffer ``(N,)`` of zeros, and a view of it for every name."""
    flat = np.zeros(sum(prod(shape) for shape in shapes.values()), dtype)  # (N,)
    views: Params = {}
    start = 0
    for name, shape in shapes.items():
        views[name] = flat[start : start + prod(shape)].reshape(shape)
        start += prod(shape)
    return flat, views


def architecture_of(params: Mapping[str, Array], cell: str = "tanh") -> Architecture:
    """The architecture that ``params`` belong to.

    Raises ``ValueError`` naming the key that is missing, too many, or of the wrong shape.
    """
    inputs = _matrix_shape(params, "layer0.W_xh")[0]
    hidden, outputs = _matrix_shape(params, "W_hy")
    numbered = (re.match(r"layer\d+(?=\.)", name, re.ASCII) for name in params)
    layers = len({found[0] for found in numbered if found})
    architecture = Architecture(inputs, hidden, layers, outputs, cell)
    check_parameters(params, parameter_shapes(architecture))
    return architecture


def check_parameters(params: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise ``ValueError`` unless ``params`` has exactly these names and shapes."""
    for name, shape in shapes.items():
        if name not in params:
            raise ValueError(f"parameter {name!r} is missing: expected shape {shape}")
        if np.shape(params[name]) != shape:
            found = np.shape(params[name])
            raise ValueError(f"parameter {name!r} has shape {found}, expected {shape}")
    for name in params:
        if name not in shapes:
            raise ValueError(f"parameter {name!r} is unknown: expected {', '.join(shapes)}")


def dtype_of(params: Mapping[str, Array]) -> np.dtype[Any]:
    """The floating or complex dtype that all parameters share; ``ValueError`` if they do not."""
    dtypes = Counter(value.dtype for value in params.values())
    dtype = dtypes.most_common(1)[0][0]  # so that the odd one out is the one that is named
    for name, value in params.items():
        if value.dtype.kind not in "fc":
            raise ValueError(f"parameter {name!r} is {value.dtype}, expected float32 or float64")
        if value.dtype != dtype:
            raise ValueError(f"parameter {name!r} is {value.dtype}, others are {dtype}")
    return dtype


def zero_state(architecture: Architecture, B: int, dtype: npt.DTypeLike) -> State:
    """The state before the first symbol: one ``(B, H)`` array of zeros a layer."""
    return tuple(np.zeros((B, architecture.hidden), dtype) for _ in range(architecture.layers))


def _matrix_shape(params: Mapping[str, Array], name: str) -> tuple[int, int]:
    if name not in params:
        raise ValueError(f"parameter {name!r} is missing")
    shape = np.shape(params[name])
    if len(shape) != 2:
        raise ValueError(f"parameter {name!r} has shape {shape}, expected two dimensions")
    return shape[0], shape[1]
