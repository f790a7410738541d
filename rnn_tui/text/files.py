"""Read the bytes of text files, and refuse whatever is none before it can do harm.

Nothing here blocks: a path is opened without waiting for anyone and looked at before it is read,
so a pipe nobody writes to or an endless device is an error, not a hang. Files are read once and
never mapped: one that is changed or cut afterwards does not matter.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import BinaryIO, NamedTuple

from rnn_tui.text.errors import CorpusError
from rnn_tui.text.visible import visible_line

LARGEST = 256 * 2**20
"""Bytes that all files of a corpus may have together."""

MOST_ENTRIES = 100_000
"""Folders and matching files that a directory may hold, links followed."""

PATTERNS = ("*.txt", "*.md", "*.markdown", "*.rst", "*.tex", "*.org", "*.py")
"""What counts as text in a directory when no pattern is given."""

_CHUNK = 2**20
_KINDS = (
    (stat.S_ISFIFO, "a pipe: to read one, let it be standard input and name it -"),
    (stat.S_ISCHR, "a device, not a file"),
    (stat.S_ISBLK, "a device, not a file"),
)


class TextFile(NamedTuple):
    """The bytes of one file, and its name as it was found."""

    name: str
    data: bytes


def read_files(
    paths: Sequence[str], pattern: str | None, stdin: BinaryIO | None
) -> Iterator[TextFile]:
    """Yield the files that ``paths`` name, in that order; directories sorted, ``-`` is ``stdin``.

    A missing, unreadable or unsuitable file, and more than ``LARGEST`` bytes in all, raise
    CorpusError. Empty files in a directory are passed over; one that is named is an error.
    """
    room = LARGEST
    for path in paths:
        is_folder = path != "-" and os.path.isdir(path)
        for name in text_files(path, pattern) if is_folder else (path,):
            data = _read_stream(stdin, room) if name == "-" else _read_file(name, room)
            room -= len(data)
            if data:
                yield TextFile(name, data)
            elif name == path:
                raise CorpusError(f"{_named(path)} is empty: nothing to learn from")


def text_files(directory: str, pattern: str | None = None) -> Iterator[str]:
    """Yield the files below ``directory`` that match, sorted folder by folder, each once.

    ``pattern`` holds one or more patterns such as ``*.txt``, separated by commas or spaces;
    without it ``PATTERNS`` decide. Hidden files and folders are skipped, links followed once.
    """
    patterns = tuple((pattern or "").replace(",", " ").split()) or PATTERNS
    seen: set[tuple[int, int]] = set()
    found = False
    for folder, folders, files in os.walk(directory, onerror=_refuse, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if not _is_new(folder, seen):
            folders.clear()
            continue
        for name in sorted(files):
            path = os.path.join(folder, name)
            wanted = not name.startswith(".") and _matches(name, patterns)
            if wanted and os.path.isfile(path) and _is_new(path, seen):
                found = True
                yield path
        if len(seen) > MOST_ENTRIES:
            raise CorpusError(
                f"{_named(directory)} holds more than {MOST_ENTRIES:,} files and folders:"
                " name a smaller one"
            )
    if not found:
        raise CorpusError(
            f"{_named(directory)} holds no file that matches {visible_line(' '.join(patterns))}:"
            " name files, or give another --pattern"
        )


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _is_new(path: str, seen: set[tuple[int, int]]) -> bool:
    """Say whether this file or folder was not met before under any name, and remember it."""
    try:
        status = os.stat(path)
    except OSError:
        return False  # gone since it was listed
    identity = (status.st_dev, status.st_ino)
    new = identity not in seen
    seen.add(identity)
    return new


def _read_file(path: str, room: int) -> bytes:
    """Return the bytes of a regular file, at most ``room``."""
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        descriptor = os.open(path, flags)
        with open(descriptor, "rb", buffering=0) as file:
            status = os.fstat(descriptor)
            for is_kind, what in _KINDS:
                if is_kind(status.st_mode):
                    raise CorpusError(f"{_named(path)} is {what}")
            if status.st_size > room:
                raise _too_large(path)
            return _read_to_end(file, path, room)
    except OSError as error:
        raise _refusal(path, error) from error
    except ValueError as error:  # a name that no file can have
        raise CorpusError(f"{_named(path)} cannot be read: {error}") from error


def _read_stream(stream: BinaryIO | None, room: int) -> bytes:
    """Return what comes out of standard input, at most ``room`` bytes."""
    if stream is None:
        raise CorpusError("standard input is closed: name a file instead of -")
    try:
        if stream.isatty():
            raise CorpusError("standard input is the keyboard: send a text into it, or name a file")
        return _read_to_end(stream, "-", room)
    except (OSError, ValueError) as error:
        raise CorpusError(f"standard input cannot be read: {visible_line(str(error))}") from error


def _read_to_end(stream: BinaryIO | io.RawIOBase, path: str, room: int) -> bytes:
    """Read until the end, and give up as soon as it is more than ``room`` bytes."""
    data = bytearray()
    while chunk := stream.read(_CHUNK):
        data += chunk
        if len(data) > room:
            raise _too_large(path)
    return bytes(data)


def _too_large(path: str) -> CorpusError:
    return CorpusError(
        f"{_named(path)} makes the text larger than {LARGEST // 2**20} MiB, the most that is"
        " trained on: take a part of it"
    )


def _refuse(error: OSError) -> None:
    raise _refusal(str(error.filename), error)


def _refusal(path: str, error: OSError) -> CorpusError:
    if error.errno == errno.ENXIO:  # what opening a socket gives
        return CorpusError(f"{_named(path)} is a socket, not a file")
    reason = (error.strerror or "it cannot be read").lower()
    return CorpusError(f"{_named(path)} cannot be read: {reason}")


def _named(path: str) -> str:
    return "standard input" if path == "-" else visible_line(path) or "an empty name"
