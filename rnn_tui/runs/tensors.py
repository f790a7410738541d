"""A checkpoint as bytes and back: named arrays in the safetensors format, scalars beside them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from rnn_tui.core.arrays import Array
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.tensor_header import (
    PREFIX,
    HeaderError,
    brief,
    header_length,
    read_header,
    require_bytes,
)

Scalar: TypeAlias = int | float | str | bool | None
"""A value beside the arrays; numbers of any size, floats to the last bit, NaN and infinity too."""

_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype(np.float32), "F64": np.dtype(np.float64)}
_KEY = "rnn-tui"  # one entry of metadata: several would come out in a random order


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything that a bit-exact resume needs, after ``step`` updates.

    ``params``: by name, such as ``layer0.W_xh`` (I, H). ``moments``: the optimiser's flat buffers
    (N,) by name. ``state``: (B, H) for every layer. ``scalars``: position, epoch, random states,
    digests, what machine; by name.
    """

    step: int
    params: dict[str, Array]
    moments: dict[str, Array]
    state: tuple[Array, ...]
    scalars: dict[str, Scalar]

    def not_finite(self) -> tuple[str, ...]:
        """Return the names of the arrays that hold NaN or infinity."""
        return tuple(k for k, array in _tensors(self).items() if not np.isfinite(array).all())


def _tensors(checkpoint: Checkpoint) -> dict[str, Array]:
    named = {f"params/{name}": array for name, array in checkpoint.params.items()}
    named |= {f"moments/{name}": array for name, array in checkpoint.moments.items()}
    return named | {f"state/{i:03d}": array for i, array in enumerate(checkpoint.state)}


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """Return the checkpoint as a safetensors file, the same bytes for the same checkpoint.

    CheckpointError if it holds what ``from_bytes`` would refuse.
    """
    # The library writes garbage for arrays that are not contiguous.
    tensors = {k: np.ascontiguousarray(v).reshape(v.shape) for k, v in _tensors(checkpoint).items()}
    for name, array in tensors.items():
        if array.dtype not in _DTYPES.values():
            raise CheckpointError(f"cannot save {name}: {array.dtype} is not float32 or float64")
    try:
        data: bytes = safetensors.numpy.save(tensors, {_KEY: _encode(checkpoint)})
    except (SafetensorError, ValueError, TypeError) as error:
        raise CheckpointError(f"cannot save step {checkpoint.step}: {error}") from error
    _checked_header(data, f"step {checkpoint.step}")
    return data


def _encode(checkpoint: Checkpoint) -> str:
    """Return step, scalars and the order of the arrays as JSON, whose key order is fixed."""
    scalars = {name: _encode_scalar(value) for name, value in checkpoint.scalars.items()}
    content = {"step": checkpoint.step, "scalars": scalars, "order": list(_tensors(checkpoint))}
    return json.dumps(content, sort_keys=True, allow_nan=False)


def _encode_scalar(value: Scalar) -> Scalar | dict[str, str]:
    """JSON has no NaN and no infinity: write them as ``{"float": "nan"}``."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    return value


def from_bytes(data: bytes, source: str) -> Checkpoint:
    """Return the checkpoint in ``data``; ``source`` names it in a CheckpointError.

    Size, number and type of the arrays are checked before the library allocates anything.
    """
    metadata = _checked_header(data, source)
    try:
        content = json.loads(metadata[_KEY])
        step, scalars = content["step"], _decode_scalars(content["scalars"])
        if type(step) is not int or step < 0:
            raise CheckpointError(f"{source} is damaged: its step is not a number")
        tensors = safetensors.numpy.load(data)
        return Checkpoint(step, *_sorted_out(tensors, content["order"]), scalars)
    # What the library raises for bytes it does not like is not documented; these were seen.
    except (
        SafetensorError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as error:
        raise CheckpointError(f"{source} is damaged: {brief(error)}") from error


def _decode_scalars(content: Mapping[str, Any]) -> dict[str, Scalar]:
    return {name: _decode_scalar(value) for name, value in content.items()}


def _decode_scalar(value: Any) -> Scalar:
    if isinstance(value, dict):
        return float(value["float"])
    if value is None or isinstance(value, int | float | str):
        return value
    raise TypeError("a value beside the arrays is a list")


def _sorted_out(
    tensors: Mapping[str, Array], order: list[str]
) -> tuple[dict[str, Array], dict[str, Array], tuple[Array, ...]]:
    """Return parameters, moments and state; KeyError where names and ``order`` disagree."""
    groups: dict[str, dict[str, Array]] = {"params": {}, "moments": {}, "state": {}}
    if set(order) != tensors.keys() or len(order) != len(tensors):
        raise KeyError("the names of the arrays are not those that were saved")
    for key in order:
        group, _, name = key.partition("/")
        groups[group][name] = tensors[key]
    return groups["params"], groups["moments"], tuple(groups["state"].values())


def _checked_header(data: bytes, source: str) -> Mapping[str, str]:
    """Return the metadata of a safetensors file whose header keeps to the limits."""
    try:
        length = header_length(data[:PREFIX], len(data))
        header = read_header(data[PREFIX : PREFIX + length], len(data))
        for tensor in header.tensors.values():
            if tensor.dtype not in _DTYPES:
                raise CheckpointError(
                    f"{source} holds {tensor.dtype[:20]!a}, not float32 or float64"
                )
            require_bytes(tensor, _DTYPES[tensor.dtype].itemsize)
    except HeaderError as error:
        raise CheckpointError(f"{source} is damaged: {error}") from None
    return header.metadata
