"""The scalars of TensorBoard's event files, as TensorFlow, PyTorch and others write them.

A file is a row of records: the length of the data, a checksum of the length, the data, a checksum
of the data. What the data says is decoded by the library tensorboardX, which needs no TensorFlow.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from rnn_tui.runs.atomic import storage_error
from rnn_tui.runs.errors import ConfigError

MAX_RECORD = 16 << 20
"""Bytes of a record; a longer one is an image or a graph, and is passed over."""

_FORMATS = {1: ("float_val", "<f"), 2: ("double_val", "<d"), 3: ("int_val", "<i")} | {
    9: ("int64_val", "<q")
}
"""By TensorFlow's number of a type: where one value of it stands, and how, if in bytes."""


class Scalar(NamedTuple):
    """One value; ``time`` in seconds since 1970."""

    step: int
    name: str
    value: float
    time: float


class _Library(NamedTuple):
    parse: Callable[[bytes], Any]
    checksum: Callable[[bytes], int]
    errors: tuple[type[Exception], ...]


def library() -> _Library:
    """Load what decodes records; ConfigError if it is not installed."""
    try:
        from google.protobuf.message import DecodeError
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.record_writer import masked_crc32c
    except ImportError as error:
        raise ConfigError(
            "TensorBoard's files are read by a library that is not installed: "
            f"pip install 'rnn-tui[tensorboard]' ({error})"
        ) from None
    return _Library(Event.FromString, masked_crc32c, (DecodeError, ValueError))


def scalars(path: Path) -> Generator[Scalar, None, str]:
    """Yield the scalars of a file as they stand there; return what was wrong with it, or nothing.

    A file whose end is missing, because it is being written or its writer was killed, is read up to
    there and is not wrong. StorageError if it cannot be read.
    """
    decoder, damaged = library(), 0
    try:
        with path.open("rb") as file:
            records = _records(file, decoder.checksum)
            while True:
                try:
                    data = next(records)
                except StopIteration as end:
                    return _wrong(path, damaged, end.value)
                try:
                    yield from _scalars_of(None if data is None else decoder.parse(data))
                except decoder.errors:
                    damaged += 1
    except OSError as error:
        raise storage_error("read", path, error) from error


def _wrong(path: Path, damaged: int, end: str) -> str:
    records = f"{damaged:,} damaged record{'s' * (damaged != 1)} left out" if damaged else ""
    said = "; ".join(part for part in (records, end) if part)
    return f"{path}: {said}" if said else ""


def _records(
    file: BinaryIO, checksum: Callable[[bytes], int]
) -> Generator[bytes | None, None, str]:
    """Yield the data of each record, None for one that is damaged; return why it ended early."""
    size = os.fstat(file.fileno()).st_size
    while len(header := file.read(12)) == 12:
        (length, check) = struct.unpack("<QI", header)
        if checksum(header[:8]) != check:
            return f"garbage from byte {file.tell() - 12:,} on left out"
        if file.tell() + length + 4 > size:
            break
        if length > MAX_RECORD:
            file.seek(length + 4, os.SEEK_CUR)
            continue
        data, check_of_data = file.read(length), file.read(4)
        intact = check_of_data == struct.pack("<I", checksum(data))
        yield data if intact else None
    return ""


def _scalars_of(event: Any) -> Iterator[Scalar]:
    """Yield what a record says; ValueError for one that is damaged or stands before step 0."""
    if event is None or event.step < 0:
        raise ValueError
    for value in event.summary.value:
        number = _number(value)
        if number is not None:
            yield Scalar(event.step, value.tag, number, event.wall_time)


def _number(value: Any) -> float | None:
    """Return the number of a summary's value; None for images, histograms and the like."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    is_scalar = value.metadata.plugin_data.plugin_name in ("scalars", "")
    return _number_of_tensor(value.tensor) if kind == "tensor" and is_scalar else None


def _number_of_tensor(tensor: Any) -> float | None:
    """Return the one number that a tensor holds; None if it holds something else."""
    field, layout = _FORMATS.get(tensor.dtype, ("", ""))
    if not field or math.prod(part.size for part in tensor.tensor_shape.dim) != 1:
        return None
    if len(tensor.tensor_content) == struct.calcsize(layout):
        return float(struct.unpack(layout, tensor.tensor_content)[0])
    given = getattr(tensor, field)
    return float(given[0]) if len(given) == 1 else None
