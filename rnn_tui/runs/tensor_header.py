"""The header of a safetensors file, checked whole before anything that it claims is allocated.

The format: eight bytes with the length of a JSON header, the header, the bytes of all arrays. The
header names each array, its type, its shape and where its bytes lie, and may hold texts. Nothing in
it can execute; but it may lie, so it is held to what the file has room for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

MAX_HEADER: Final = 1 << 20
"""Bytes that a header may have."""

MAX_TENSORS: Final = 1_000
"""Arrays that a file may hold."""

MAX_DIMENSIONS: Final = 8
MAX_SIDE: Final = 1 << 40

PREFIX: Final = 8
"""Bytes before the header: its length."""

_METADATA: Final = "__metadata__"


class HeaderError(ValueError):
    """What is wrong with a header, without the name of the file: "its header is cut off"."""


class Tensor(msgspec.Struct, frozen=True):
    """An array of the file: its type as the file calls it, its shape, where its bytes lie."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


class Header(NamedTuple):
    """What a file says that it holds. The texts are of somebody else."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]
    start: int  # of the arrays, in bytes from the beginning of the file


def header_length(prefix: bytes, file_size: int) -> int:
    """The length of the header, from the first bytes of a file; HeaderError if it cannot be."""
    length = int.from_bytes(prefix[:PREFIX], "little")
    if len(prefix) < PREFIX or length > min(MAX_HEADER, file_size - PREFIX):
        raise HeaderError("its header is cut off or too long")
    return length


def read_header(data: bytes, file_size: int) -> Header:
    """The header, ``data`` being its bytes; HeaderError for what a file of this size cannot hold.

    Names are unique, arrays are few and lie one behind the other from the header to the end of the
    file. Types are checked by ``require_bytes``, for each reader takes others.
    """
    entries = _decoded(data)
    metadata = _converted(entries.pop(_METADATA, {}), dict[str, str])
    if len(entries) > MAX_TENSORS:
        raise HeaderError(f"it holds {len(entries):,} arrays, more than {MAX_TENSORS}")
    tensors = {name: _converted(entry, Tensor) for name, entry in entries.items()}
    for tensor in tensors.values():
        sides = tensor.shape
        if len(sides) > MAX_DIMENSIONS or not all(0 <= side <= MAX_SIDE for side in sides):
            raise HeaderError("an array has a shape that none can have")
    start = PREFIX + len(data)
    _require_whole(tensors, file_size - start)
    return Header(tensors, metadata, start)


def require_bytes(tensor: Tensor, item_size: int) -> None:
    """HeaderError unless the array has as many bytes as its shape needs."""
    first, last = tensor.data_offsets
    if last - first != tensor.size * item_size:
        raise HeaderError("an array has not the size it claims")


def _require_whole(tensors: Mapping[str, Tensor], length: int) -> None:
    """No hole, no overlap, nothing before, behind or outside of ``length`` bytes."""
    reached = 0
    for first, last in sorted(tensor.data_offsets for tensor in tensors.values()):
        if first != reached or last < first:
            raise HeaderError("its arrays leave a hole or overlap")
        reached = last
    if reached != length:
        raise HeaderError(f"its arrays take {reached:,} bytes, and it has {length:,}")


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        text = data.decode()  # the reader would guess at UTF-16
        entries = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise HeaderError(brief(error)) from None
    if type(entries) is not dict:
        raise HeaderError("its header is no table")
    return entries


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise HeaderError("its header has a name twice")
    for name in found:
        name.encode()  # no surrogates, which nothing could write
    return found


def _converted(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError) as error:
        raise HeaderError(brief(error)) from None


def brief(error: BaseException) -> str:
    """An error of a library in a few words, ASCII, on one line."""
    text = ascii(str(error))[1:-1]
    return text[:120] or type(error).__name__
