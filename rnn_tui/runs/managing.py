"""Runs are renamed, deleted and tagged; never one that somebody is just training."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from rnn_tui.runs.atomic import DISK, Storage, read_file, storage_error, write_atomically
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError, NameTakenError, RunError, StorageError
from rnn_tui.runs.names import check_name, clipped

TAGS_FILE = "tags.json"

MOST_TAGS = 16
LONGEST_TAG = 24

_DELETED = ".deleted-"  # no run may be called so
_MAX_TAGS_FILE = 1 << 16
_TAG = re.compile(rf"[^\W_][\w.+:=-]{{0,{LONGEST_TAG - 1}}}")


class _Tags(msgspec.Struct):
    tags: list[str]


def rename(run: RunDirectory, name: str, storage: Storage = DISK) -> RunDirectory:
    """Give the run another name, and return where it lies now.

    A crash leaves it under one of the two names. The name in its configuration stays the one that
    it began with. ConfigError if the name is not allowed, NameTakenError if it is taken,
    RunBusyError while somebody trains it, StorageError if the file system refuses.
    """
    check_name(name)
    renamed = RunDirectory(run.path.with_name(name))
    if renamed.path == run.path:
        return run
    _require_run(run)
    with run.lock():
        try:
            if os.path.lexists(renamed.path):
                raise _taken(renamed)
            storage.rename(run.path, renamed.path)  # fails on a folder that is not empty
            storage.fsync_folder(run.path.parent)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise _taken(renamed) from None  # by somebody who was faster
            raise storage_error("rename", run.path, error) from error
    return renamed


def _taken(run: RunDirectory) -> NameTakenError:
    return NameTakenError(f"a run {run.name} exists: choose another name")


def delete(
    run: RunDirectory,
    storage: Storage = DISK,
    remove_tree: Callable[[Path], None] = shutil.rmtree,
) -> None:
    """Remove the run with all that it has: there is no way back.

    It is moved aside first, so that a crash leaves all of it or none; what lies aside is removed by
    the next call for the same folder. Of a link only the link is removed, and nothing is followed
    out of the run. RunBusyError while somebody trains it; ConfigError for a folder that is no run;
    StorageError if the file system refuses.
    """
    _require_run(run)
    aside = run.path.with_name(f"{_DELETED}{secrets.token_hex(8)}")
    with run.lock():
        try:
            storage.rename(run.path, aside)
            storage.fsync_folder(run.path.parent)
        except OSError as error:
            raise storage_error("delete", run.path, error) from error
        try:
            _remove(aside, remove_tree)
        except OSError as error:
            raise StorageError(
                f"run {run.name} is deleted, but not all of its files: {aside}: "
                f"{error.strerror or error}: remove that folder yourself",
                error.errno,
            ) from error
    remove_deleted(run.path.parent, remove_tree)


def remove_deleted(folder: Path, remove_tree: Callable[[Path], None] = shutil.rmtree) -> None:
    """Remove what a crash left of runs that were deleted; what cannot be removed stays."""
    for aside in folder.glob(f"{_DELETED}*"):
        with contextlib.suppress(OSError):  # or somebody else is at it
            _remove(aside, remove_tree)


def _remove(aside: Path, remove_tree: Callable[[Path], None]) -> None:
    if aside.is_symlink():
        aside.unlink()
    else:
        remove_tree(aside)


def _require_run(run: RunDirectory) -> None:
    """A folder that lies among the runs may be anything; what is damaged is still a run."""
    if not run.path.is_dir():
        raise ConfigError(f"there is no run {clipped(run.name)} any more in {run.path.parent}")
    if not os.path.lexists(run.facts_file):
        raise ConfigError(f"{run.path} is no run: it holds no {run.facts_file.name}")


def tags_of(run: RunDirectory) -> tuple[str, ...]:
    """Return the tags of a run; none where there are none, or where they cannot be read."""
    try:
        found = msgspec.json.decode(read_file(run.path / TAGS_FILE, _MAX_TAGS_FILE), type=_Tags)
    except (RunError, msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return tuple(tag for tag in found.tags[:MOST_TAGS] if _TAG.fullmatch(tag))


def set_tags(run: RunDirectory, tags: Sequence[str], storage: Storage = DISK) -> tuple[str, ...]:
    """Give the run these tags instead of those that it has, and return them, each once.

    Also while it is trained: no trainer reads or writes them. ConfigError for what is no tag;
    StorageError if the file system refuses.
    """
    chosen = tuple(dict.fromkeys(map(checked_tag, tags)))
    if len(chosen) > MOST_TAGS:
        raise ConfigError(f"{len(chosen)} tags are too many: at most {MOST_TAGS}")
    _require_run(run)
    data = msgspec.json.encode(_Tags(list(chosen)))
    write_atomically(run.path / TAGS_FILE, data + b"\n", storage)
    return chosen


def checked_tag(tag: str) -> str:
    """Return ``tag`` without the # before it; ConfigError if it is none."""
    plain = tag.removeprefix("#")
    if _TAG.fullmatch(plain):
        return plain
    raise ConfigError(
        f"{clipped(tag)} is no tag: 1 to {LONGEST_TAG} letters, digits or . _ + : = -, "
        "a letter or a digit first"
    )
