"""The arrays of a safetensors file that somebody else wrote; nothing in it can execute.

Its header is held to what the file has room for before anything is allocated. Half precision is
widened to float32, which holds each of its numbers exactly. What could execute is refused by name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array, Params
from rnn_tui.runs.atomic import opened_file, storage_error
from rnn_tui.runs.errors import ConfigError, StorageError
from rnn_tui.runs.tensor_header import (
    PREFIX,
    Header,
    HeaderError,
    Tensor,
    header_length,
    read_header,
    require_bytes,
)

LARGEST: Final = 2 << 30
"""Bytes that the arrays of a file may take, as float64."""

MOST_TOLD: Final = 10
"""Faults that are listed; of the others it is said how many there are."""

_DTYPES: Final[Mapping[str, np.dtype[Any]]] = {
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),  # the upper half of a float32
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}

_SAVE_IT: Final = "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
_PICKLE: Final = f"which can execute anything, and is not read: in PyTorch, {_SAVE_IT}"

_BEGINNINGS: Final[Mapping[bytes, str]] = {
    b"PK\x03\x04": f"is an archive of torch.save or numpy.savez: it may hold a pickle, {_PICKLE}",
    b"\x80": f"is a pickle, {_PICKLE}",
    b"\x93NUMPY": f"is a NumPy file: it may hold a pickle, {_PICKLE}",
    b"\x89HDF": "is an HDF5 file: write a safetensors file instead",
    b"GGUF": "is a GGUF file: write a safetensors file instead",
}
"""How files of other formats begin, and what is to be said of them."""

_PICKLED: Final = frozenset({".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".npy", ".npz"})
"""How the names of files end that may hold a pickle."""


class TensorFile(NamedTuple):
    """The arrays of a file, float32 or float64, by name in ascending order; and its texts."""

    arrays: Params
    metadata: Mapping[str, str]


def read_tensors(path: Path) -> TensorFile:
    """Everything that a safetensors file holds.

    ConfigError for a file that is none, is damaged, or holds anything but floating-point numbers
    (naming each that is something else); StorageError if it cannot be read.
    """
    try:
        with opened_file(path) as file:
            return _read(file, os.fstat(file.fileno()).st_size, path)
    except FileNotFoundError:
        raise StorageError(f"there is no file {path}: name one that safetensors wrote") from None
    except (OSError, ValueError) as error:
        if not isinstance(error, OSError):  # a name that no file can have
            raise StorageError(f"cannot read {path}: {error}") from None
        raise storage_error("read", path, error) from error


def listed(faults: list[str]) -> str:
    """Faults one by one, on one line; of more than ``MOST_TOLD`` the first, and how many more."""
    more = len(faults) - MOST_TOLD
    return "; ".join(faults[:MOST_TOLD]) + (f"; and {more:,} more" if more > 0 else "")


def _read(file: BinaryIO, size: int, path: Path) -> TensorFile:
    prefix = file.read(PREFIX + 1)
    _require_format(prefix, size, path)
    file.seek(PREFIX)
    try:
        header = read_header(file.read(header_length(prefix, size)), size)
        _require_numbers(header, path)
        for tensor in header.tensors.values():
            require_bytes(tensor, _DTYPES[tensor.dtype].itemsize)
        _require_memory(header, path)
        arrays = {name: _array(header.tensors[name], file, header.start) for name in header.tensors}
    except HeaderError as error:
        raise ConfigError(f"{path} is damaged: {error}") from None
    return TensorFile(dict(sorted(arrays.items())), header.metadata)


def _require_format(prefix: bytes, size: int, path: Path) -> None:
    """ConfigError, naming what it is instead, for a file that does not begin as it should."""
    length = int.from_bytes(prefix[:PREFIX], "little")
    if len(prefix) > PREFIX and prefix[PREFIX:] == b"{" and length <= size - PREFIX:
        return
    for beginning, words in _BEGINNINGS.items():
        if prefix.startswith(beginning):
            raise ConfigError(f"{path} {words}")
    if path.suffix.lower() in _PICKLED:
        raise ConfigError(f"{path} has the name of a pickle, {_PICKLE}")
    raise ConfigError(f"{path} is no safetensors file: write one with {_SAVE_IT}")


def _require_numbers(header: Header, path: Path) -> None:
    """ConfigError naming each array that holds no floating-point numbers."""
    wrong = [
        f"{name[:60]} is {tensor.dtype[:20]}"
        for name, tensor in sorted(header.tensors.items())
        if tensor.dtype not in _DTYPES
    ]
    if wrong:
        raise ConfigError(f"{path}: {listed(wrong)}: weights are {', '.join(_DTYPES)}")


def _require_memory(header: Header, path: Path) -> None:
    needed = 8 * sum(tensor.size for tensor in header.tensors.values())
    if needed > LARGEST:
        raise ConfigError(
            f"{path} holds {needed / 2**30:.1f} GiB of float64, the limit is {LARGEST >> 30}"
        )


def _array(tensor: Tensor, file: BinaryIO, start: int) -> Array:
    first, last = tensor.data_offsets
    file.seek(start + first)
    data = file.read(last - first)
    if len(data) != last - first:
        raise HeaderError("it became shorter while it was read")
    flat = np.frombuffer(data, _DTYPES[tensor.dtype]).reshape(tensor.shape)
    if tensor.dtype == "BF16":
        return (flat.astype(np.uint32) << 16).view(np.float32)
    return flat.astype(np.float64 if tensor.dtype == "F64" else np.float32)
