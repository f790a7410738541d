"""The arrays of a safetensors file that somebody else wrote; nothing in it can execute.

The format: eight bytes with the length of a JSON header, the header, the bytes of all arrays. Half
precision is widened to float32, which holds each of its numbers exactly.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rnn_tui.core.arrays import Array, Params
from rnn_tui.runs.atomic import read_file
from rnn_tui.runs.errors import ConfigError, StorageError

LARGEST = 2 << 30
"""Bytes that a file of weights may have."""

MAX_HEADER = 1 << 24
MAX_TENSORS = 10_000
_DTYPES: dict[str, np.dtype[Any]] = {
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),  # the upper half of a float32
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}


class _Tensor(msgspec.Struct):
    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


def read_tensors(path: Path) -> Params:
    """Every array of the file by its name, float32 or float64, in the order of the names.

    ConfigError for a file that is none, is damaged, or holds anything but floating-point numbers;
    StorageError if it cannot be read.
    """
    if not path.exists():
        raise StorageError(f"there is no file {path}: name one that safetensors wrote")
    data = read_file(path, LARGEST)
    header, start = _header(data, path)
    found: Params = {}
    for name in sorted(header):
        tensor = header[name]
        if tensor.dtype not in _DTYPES:
            raise ConfigError(
                f"{path} holds {name[:60]} as {tensor.dtype[:20]}: "
                "weights are F16, BF16, F32 or F64"
            )
        found[name] = _array(tensor, data, start, path)
    return found


def _header(data: bytes, path: Path) -> tuple[dict[str, _Tensor], int]:
    """The entries of the header, and where the arrays begin."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(MAX_HEADER, len(data) - 8) or data[8:9] != b"{":
        raise ConfigError(
            f"{path} is no safetensors file: "
            "write one with safetensors.torch.save_file(model.state_dict(), FILE)"
        )
    try:
        entries = msgspec.json.decode(data[8 : 8 + length], type=dict[str, msgspec.Raw])
        entries.pop("__metadata__", None)
        header = {k: msgspec.json.decode(raw, type=_Tensor) for k, raw in entries.items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _damaged(path) from None
    if len(header) > MAX_TENSORS:
        raise ConfigError(f"{path} holds {len(header):,} arrays: {MAX_TENSORS:,} at most are read")
    return header, 8 + length


def _array(tensor: _Tensor, data: bytes, start: int, path: Path) -> Array:
    dtype, (first, last) = _DTYPES[tensor.dtype], tensor.data_offsets
    count = math.prod(tensor.shape)
    sizes = min(tensor.shape, default=0) >= 0 and first >= 0 and start + last <= len(data)
    if not sizes or last - first != count * dtype.itemsize:
        raise _damaged(path)
    flat = np.frombuffer(data, dtype, count, start + first).reshape(tensor.shape)
    if tensor.dtype == "BF16":
        return (flat.astype(np.uint32) << 16).view(np.float32)
    return flat.astype(np.float64 if tensor.dtype == "F64" else np.float32)


def _damaged(path: Path) -> ConfigError:
    return ConfigError(f"{path} is damaged: its header does not describe its arrays")
