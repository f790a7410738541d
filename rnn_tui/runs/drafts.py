"""How a run's folder is made: it appears whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from rnn_tui.runs.atomic import DISK, storage_error
from rnn_tui.runs.errors import NameTakenError
from rnn_tui.runs.hints import command_at
from rnn_tui.runs.names import check_name, free_name

_DRAFT = ".new-"  # no run may be called so


def made_whole(folder: Path, name: str, fill: Callable[[Path, str], None]) -> Path:
    """Make ``folder / name`` and return it; an empty ``name`` becomes a free one.

    ``fill`` is given a new folder and the name, and puts into it what belongs there; only then is
    it renamed. ConfigError if the name is not allowed, NameTakenError if it is taken, StorageError
    if the file system refuses.
    """
    if name:
        check_name(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_old_drafts(folder)
        name = name or free_name(set(os.listdir(folder)))
        _refuse_taken(folder / name)
        draft = _draft_folder(folder)
        try:
            fill(draft, name)
            _refuse_taken(folder / name)
            os.rename(draft, folder / name)  # fails on a folder that is not empty
            DISK.fsync_folder(folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and folder.is_dir():
            raise _taken(folder / name) from None  # by somebody who was faster
        raise storage_error("make the run", folder / name, error) from error
    return folder / name


def _refuse_taken(path: Path) -> None:
    if os.path.lexists(path):
        raise _taken(path)


def _taken(path: Path) -> NameTakenError:
    again = command_at("resume", path)
    return NameTakenError(
        f"run {path.name} exists: go on with it ({again}) or choose another --name"
    )


def _draft_folder(folder: Path) -> Path:
    """Make a folder whose name no run may bear, with the mode that the umask gives."""
    while True:
        path = folder / f"{_DRAFT}{secrets.token_hex(4)}"
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            return path


def _remove_old_drafts(folder: Path) -> None:
    """Remove what was being made when a process was killed, an hour ago or more."""
    for path in folder.glob(f"{_DRAFT}*"):
        with contextlib.suppress(OSError):  # somebody else may be at it
            if time.time() - path.stat().st_mtime > 3600:
                shutil.rmtree(path)
