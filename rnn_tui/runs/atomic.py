"""Files that are either wholly the old or wholly the new, whatever dies while they are written."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from rnn_tui.runs.errors import StorageError

PARTIAL = ".rnn-tui-partial"
"""How the name of a file ends that is still being written."""


class Storage:
    """The operations of a save, one method each, so that a test can log them or let them fail."""

    def open(self, path: Path) -> int:
        """Create ``path``, which must not exist, for writing; its mode follows the umask."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of ``data``."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def fsync(self, descriptor: int) -> None:
        """Wait until the file is on the disk itself."""
        full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync leaves data in the disk's cache
        if full is None:
            os.fsync(descriptor)
        else:
            fcntl.fcntl(descriptor, full)

    def close(self, descriptor: int) -> None:
        """Close the file."""
        os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Put ``source`` in the place of ``target``."""
        os.replace(source, target)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        os.unlink(path)

    def fsync_folder(self, folder: Path) -> None:
        """Wait until the names in ``folder`` are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


DISK = Storage()
"""The real one."""

_ADVICE = {
    errno.ENOSPC: "free some space and save again",
    errno.EDQUOT: "free some of your quota and save again",
    errno.EACCES: "check who owns the folder and its permissions",
    errno.EPERM: "check who owns the folder and its permissions",
    errno.EROFS: "choose a folder that can be written with --runs",
    errno.EIO: "the disk reports a fault; copy what you need to another one",
    errno.ENOENT: "it was removed or renamed",
    errno.ENOTDIR: "a part of the path is not a folder",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "choose a shorter path",
}


def storage_error(doing: str, path: os.PathLike[str], error: OSError) -> StorageError:
    """Return the StorageError for ``error``: what failed, on which file, why, what to do."""
    advice = _ADVICE.get(error.errno or 0)
    reason = error.strerror or str(error)
    text = f"cannot {doing} {os.fspath(path)}: {reason}"
    return StorageError(f"{text}: {advice}" if advice else text, error.errno)


def write_atomically(path: Path, data: bytes, storage: Storage = DISK) -> None:
    """Put ``data`` into ``path``: after a crash at any moment it holds the old or the new bytes.

    One process at a time may write in a folder: what earlier ones left unfinished is removed first.
    StorageError if the file system refuses; the old file is then still there, or the new one is.
    """
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        remove_partial(path.parent, storage)
        _write_through(partial, data, storage)
        storage.rename(partial, path)
        storage.fsync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            storage.remove(partial)
        raise storage_error("write", path, error) from error


def remove_partial(folder: Path, storage: Storage = DISK) -> None:
    """Remove the files that a killed process left half written in ``folder``."""
    for stale in folder.glob(f".*{PARTIAL}"):
        storage.remove(stale)


def _write_through(path: Path, data: bytes, storage: Storage) -> None:
    """Write a new file and wait for the disk; a failed fsync is final, the kernel forgets it."""
    descriptor = storage.open(path)
    try:
        storage.write(descriptor, data)
        storage.fsync(descriptor)
    finally:
        storage.close(descriptor)


@contextlib.contextmanager
def opened_file(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file to be read; StorageError for what is none, OSError where it is refused.

    Never waits: a pipe or a device is not read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StorageError(f"cannot read {path}: it is not a file")
        yield file


def read_file(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file of at most ``limit`` bytes; StorageError otherwise."""
    try:
        with opened_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > limit:
                raise StorageError(f"cannot read {path}: it is larger than {limit:,} bytes")
            data = file.read(size + 1)  # read(n) reserves n bytes at once
    except OSError as error:
        raise storage_error("read", path, error) from error
    if len(data) > limit:
        raise StorageError(f"cannot read {path}: it is larger than {limit:,} bytes")
    return data
