"""Files in the format of safetensors as somebody might make them who means no good."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any


def file_of(header: Any, data: bytes = b"") -> bytes:
    """A file with this header, which may be bytes that are none."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(dtype: str, shape: list[Any], first: int, last: int) -> dict[str, Any]:
    """What a header says of an array."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [first, last]}


def with_tensor(
    dtype: str, shape: list[Any], first: int, last: int, data: bytes = b"", name: str = "params/W"
) -> bytes:
    """A file with one array; it could be a checkpoint of ours, but for what is wrong with it."""
    return file_of({name: tensor(dtype, shape, first, last), "__metadata__": meta([name])}, data)


def meta(order: list[Any] | None = None, **content: Any) -> dict[str, Any]:
    """The metadata of a checkpoint."""
    said = {"step": 1, "scalars": {}, "order": ["params/W"] if order is None else order}
    return {"rnn-tui": json.dumps({**said, **content})}


class Evil:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)
