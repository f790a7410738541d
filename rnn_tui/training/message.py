"""What all messages between a run's server and its clients are made of."""

from __future__ import annotations

import math

import msgspec

DTYPES = {"<f4": 4, "<f8": 8, "<i8": 8}
"""The dtypes that arrays may have on the wire, and the bytes of one element."""


class ProtocolError(Exception):
    """The other end sent what no end of this version sends."""


class Message(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A request or a response; on the wire it carries the name of its class."""


class ArrayData(msgspec.Struct, frozen=True, array_like=True):
    """An array on the wire: dtype in NumPy's letters, shape, and the bytes in C order.

    Raises ValueError when the three disagree, also when one is decoded.
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"arrays of dtype {self.dtype[:20]!r} are not accepted")
        if min(self.shape, default=0) < 0:
            raise ValueError("an array has no negative length")
        if math.prod(self.shape) * DTYPES[self.dtype] != len(self.data):
            raise ValueError(f"an array of another size came with {len(self.data)} bytes")
