"""The seal of a log that nobody writes: the CRC-32 of each of its pages, in a small file beside it.

SQLite itself notices what breaks its structure, not a number that has become another one. The seal
is made when the log is closed and removed when it is opened to be written; a log whose writer was
killed has none until it is closed again.
"""

from __future__ import annotations

import contextlib
import struct
import zlib
from pathlib import Path

from rnn_tui.runs.atomic import DISK, opened_file, read_file, storage_error, write_atomically
from rnn_tui.runs.errors import StorageError

PAGE = 4096
"""Bytes of a page of the log."""

_BEGINNING = b"rnn-tui seal 1\n"
_MAX_SEAL = 64 << 20
_AT_ONCE = 256 * PAGE


def seal_of(log: Path) -> Path:
    """The file with the seal of ``log``."""
    return log.with_suffix(".seal")


def seal(log: Path) -> None:
    """Seal a log that was closed, where that is possible; what cannot be sealed stays unsealed."""
    with contextlib.suppress(StorageError):
        if not _is_at_rest(log):
            return
        sums = _sums(log)
        data = _BEGINNING + struct.pack(f"<{len(sums)}I", *sums)
        write_atomically(seal_of(log), data + struct.pack("<I", zlib.crc32(data)))


def unseal(log: Path) -> None:
    """Remove the seal, for good, before anything is written. StorageError if that cannot be."""
    try:
        DISK.remove(seal_of(log))
        DISK.fsync_folder(log.parent)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise storage_error("write", log, error) from error


def broken_pages(log: Path) -> tuple[int, ...]:
    """The pages, from 0, that are not as they were sealed; none where there is no seal."""
    try:
        data = read_file(seal_of(log), _MAX_SEAL)
        if not _is_at_rest(log):
            return ()
        found = _sums(log)
    except StorageError:
        return ()
    body, (total,) = data[:-4], struct.unpack("<I", data[-4:].rjust(4, b"\0"))
    if not body.startswith(_BEGINNING) or zlib.crc32(body) != total:
        return ()
    sealed = struct.unpack(f"<{(len(body) - len(_BEGINNING)) // 4}I", body[len(_BEGINNING) :])
    found += [-1] * (len(sealed) - len(found))
    wrong = [i for i, crc in enumerate(sealed) if crc != found[i]]
    wrong += range(len(sealed), len(found))
    return tuple(wrong) if wrong and _still_there(log, data) else ()


def _still_there(log: Path, data: bytes) -> bool:
    """Whether nobody has begun to write the log meanwhile."""
    try:
        return read_file(seal_of(log), _MAX_SEAL) == data and _is_at_rest(log)
    except StorageError:
        return False


def _sums(log: Path) -> list[int]:
    """The checksums of its pages; a log may be larger than the memory. StorageError."""
    sums: list[int] = []
    try:
        with opened_file(log) as file:
            while part := memoryview(file.read(_AT_ONCE)):
                sums += [zlib.crc32(part[at : at + PAGE]) for at in range(0, len(part), PAGE)]
    except OSError as error:
        raise storage_error("read", log, error) from error
    return sums


def _is_at_rest(log: Path) -> bool:
    """Whether all of the log is in its file: nothing waits in SQLite's journal."""
    journal = log.with_name(f"{log.name}-wal")
    return not journal.exists() or journal.stat().st_size == 0
