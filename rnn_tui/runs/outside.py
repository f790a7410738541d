"""Files that a user names, in folders that are anybody's: written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rnn_tui.runs.atomic import DISK, Storage
from rnn_tui.runs.errors import ConfigError, StorageError
from rnn_tui.text.visible import visible_line


def write_outside(path: Path, data: bytes, storage: Storage = DISK, replace: bool = True) -> None:
    """Put ``data`` into a file that a user named, whole or not at all.

    It is written beside it first. The folder is anybody's, so nothing else in it is touched, and a
    link stays one. Raises StorageError, one line; ConfigError where there is something already and
    ``replace`` is not set, also if it comes into being meanwhile.
    """
    target = Path(os.path.realpath(path)) if replace else path
    partial = target.with_name(f".{secrets.token_hex(8)}.rnn-tui-saving")
    try:
        if not replace and os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        _write_through(partial, target, data, storage, replace)
    except OSError as error:
        if not replace and error.errno == errno.EEXIST:
            raise ConfigError(
                f"{path} exists: choose another name, or replace it with --force"
            ) from None
        raise _error(path, error) from error


def file_path(typed: str) -> Path:
    """The file that somebody named: absolute, with ``~`` for a home folder.

    Raises StorageError, one line, where no file can be written: blank, a folder, something that is
    no file, in a folder that does not exist or does not allow it.
    """
    if not typed.strip():
        raise StorageError("the file needs a name")
    path = Path(typed.strip())
    try:
        path = path.expanduser().absolute()
        _require_writable(path)
    except RuntimeError as error:
        raise _refusal(path, "there is no such home folder", "choose another one") from error
    except ValueError as error:
        raise _refusal(path, "no name has such characters", "choose another one") from error
    except OSError as error:
        raise _error(path, error) from error
    return path


def _require_writable(path: Path) -> None:
    """Raise the OSError that writing would end in, as far as can be said before."""
    folder, code = path.parent, 0
    if not stat.S_ISDIR(folder.stat().st_mode):
        code = errno.ENOTDIR
    elif not os.access(folder, os.W_OK | os.X_OK):
        code = errno.EACCES
    with contextlib.suppress(FileNotFoundError):
        mode = path.stat().st_mode
        code = errno.EISDIR if stat.S_ISDIR(mode) else code
        code = code if stat.S_ISREG(mode) or code else errno.EEXIST
    if code:
        raise OSError(code, os.strerror(code))


def _write_through(
    partial: Path, target: Path, data: bytes, storage: Storage, replace: bool
) -> None:
    descriptor = storage.open(partial)
    try:
        try:
            storage.write(descriptor, data)
            storage.fsync(descriptor)
        finally:
            storage.close(descriptor)
        if replace or not _linked(partial, target):
            storage.rename(partial, target)
        else:
            storage.remove(partial)
    except BaseException:
        with contextlib.suppress(OSError):
            storage.remove(partial)
        raise


def _linked(partial: Path, target: Path) -> bool:
    """Give the file its name if nothing has it; False where the file system has no links."""
    try:
        os.link(partial, target)
    except OSError as error:
        if error.errno == errno.EEXIST:
            raise
        return False
    return True


_ADVICE: Final[Mapping[int, tuple[str, str]]] = {
    errno.ENOENT: ("the folder does not exist", "make it, or choose another one"),
    errno.ENOTDIR: ("a part of the path is no folder", "choose another one"),
    errno.EISDIR: ("it is a folder", "add a name for the file"),
    errno.EEXIST: ("it is no file", "choose another name"),
    errno.EACCES: ("no permission to write there", "choose another folder"),
    errno.EPERM: ("no permission to write there", "choose another folder"),
    errno.EROFS: ("nothing can be written there", "choose another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.ENOSPC: ("the disk is full", "free some space, or choose another one"),
    errno.EDQUOT: ("the quota is used up", "free some of it, or choose another disk"),
}


def _error(path: Path, error: OSError) -> StorageError:
    unknown = error.strerror or str(error), "choose another place"
    return _refusal(path, *_ADVICE.get(error.errno or 0, unknown), error.errno)


def _refusal(path: Path, why: str, advice: str, code: int | None = None) -> StorageError:
    """What failed, where, and what to do next."""
    return StorageError(f"cannot save {visible_line(str(path))}: {why}: {advice}", code)
