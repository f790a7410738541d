"""Checkpoints: all that a bit-exact resume needs, in a file that cannot execute anything.

A checkpoint of step 1000 is two files. ``step-000001000.safetensors`` holds the numbers; the record
``step-000001000.json``, written after it, holds its length and SHA-256. It exists only if the
record can be read and the digest is right, because the format itself has no checksum. Steps order
checkpoints, never clocks.
"""

from __future__ import annotations

import errno
import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.runs.atomic import (
    DISK,
    Storage,
    read_file,
    remove_partial,
    storage_error,
    write_atomically,
)
from rnn_tui.runs.errors import CheckpointError, NewerError, StorageError
from rnn_tui.runs.keeping import Kept, forget_after, kept_in
from rnn_tui.runs.tensors import Checkpoint, from_bytes, to_bytes

__all__ = [
    "Checkpoint",
    "LoadedCheckpoint",
    "discard_after",
    "list_checkpoints",
    "load_checkpoint",
    "prune",
    "require_shapes",
    "save_checkpoint",
]

SCHEMA = 1
MAX_FILE = 8 << 30
_MAX_RECORD = 4096
_RECORD = re.compile(r"step-(\d{9,18})\.json", re.ASCII)
_DATA = re.compile(r"(step-\d{9,18})(?:-b)?\.safetensors", re.ASCII)


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What says that a checkpoint exists."""

    schema: int
    step: int
    file: str
    length: int
    sha256: str
    saved: float  # seconds since 1970; for people, nothing depends on it


class _Schema(msgspec.Struct):
    schema: int


@dataclass(frozen=True)
class LoadedCheckpoint:
    """The newest checkpoint that could be read, and what was wrong with newer ones."""

    checkpoint: Checkpoint
    skipped: tuple[str, ...]


def _stem(step: int) -> str:
    return f"step-{step:09d}"


def save_checkpoint(folder: Path, checkpoint: Checkpoint, storage: Storage = DISK) -> Path:
    """Save a checkpoint in ``folder``; whatever dies meanwhile, it is there wholly or not at all.

    Returns the file with the numbers. Equal checkpoints leave equal bytes in it. Saving a step a
    second time replaces the first one at the moment its record is replaced. CheckpointError for
    what could not be loaded again; StorageError if the file system refuses.
    """
    data = to_bytes(checkpoint)
    digest = hashlib.sha256(data).hexdigest()
    file = _free_file(folder, checkpoint.step, digest)
    record = _Record(SCHEMA, checkpoint.step, file, len(data), digest, time.time())
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise storage_error("make", folder, error) from error
    write_atomically(folder / file, data, storage)
    write_atomically(
        folder / f"{_stem(checkpoint.step)}.json", msgspec.json.encode(record), storage
    )
    return folder / file


def _free_file(folder: Path, step: int, digest: str) -> str:
    """Return the name for the numbers of a step: never that of a live file with other numbers."""
    first, second = f"{_stem(step)}.safetensors", f"{_stem(step)}-b.safetensors"
    old = _read_record(folder, step)
    if old is None:
        return first
    if old.sha256 == digest:
        return old.file  # the same bytes again: mends the file if it was damaged
    return second if old.file == first else first


def _read_record(folder: Path, step: int) -> _Record | None:
    """Return the record of a step; None if there is none that can be read."""
    try:
        return _checked_record(folder, step)
    except (CheckpointError, StorageError):
        return None


def _checked_record(folder: Path, step: int) -> _Record:
    path = folder / f"{_stem(step)}.json"
    data = read_file(path, _MAX_RECORD)
    try:
        schema = msgspec.json.decode(data, type=_Schema).schema
        if schema > SCHEMA:
            raise NewerError(
                f"{path} has layout {schema}, this version reads {SCHEMA}: "
                "use the rnn-tui that wrote it"
            )
        record = msgspec.json.decode(data, type=_Record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from None
    if schema < SCHEMA:
        raise CheckpointError(f"{path} is damaged: there is no layout {schema}")
    named = _DATA.fullmatch(record.file)  # a name is never a path
    if record.step != step or named is None or named[1] != _stem(step):
        raise CheckpointError(f"{path} is damaged: it speaks of another file")
    return record


def list_checkpoints(folder: Path) -> tuple[int, ...]:
    """Return the steps of the checkpoints whose record can be read, ascending."""
    return tuple(step for step in _recorded_steps(folder) if _read_record(folder, step))


def _recorded_steps(folder: Path) -> list[int]:
    return sorted(int(found[1]) for name in _names(folder) if (found := _RECORD.fullmatch(name)))


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError as error:
        raise storage_error("read", folder, error) from error


def load_checkpoint(
    folder: Path, step: int | None = None, to_go_on: bool = False
) -> LoadedCheckpoint:
    """Return the newest checkpoint that is whole, or that of ``step`` alone.

    One that is damaged is passed over and reported in ``skipped``. CheckpointError if none is left,
    naming each file and its fault; nothing else, whatever bytes the files hold. ``to_go_on``: one
    that may be whole, but must not be read or is of another version, is an error of its own, since
    whoever goes on from an older one removes it.
    """
    steps = _recorded_steps(folder) if step is None else [step]
    skipped: list[str] = []
    for candidate in reversed(steps):
        try:
            return LoadedCheckpoint(_load(folder, candidate), tuple(skipped))
        except (CheckpointError, StorageError) as error:
            if to_go_on and _may_be_whole(error):
                raise
            skipped.append(str(error))
        except MemoryError:  # it may be a good one: nothing earlier may take its place
            file = folder / f"{_stem(candidate)}.json"
            raise CheckpointError(
                f"the checkpoint of {file} needs more memory than there is: close other programs"
            ) from None
    if skipped:
        raise CheckpointError("no checkpoint can be read: " + "; ".join(skipped))
    raise CheckpointError(f"there is no checkpoint in {folder}: start the run again")


def _may_be_whole(error: CheckpointError | StorageError) -> bool:
    forbidden = isinstance(error, StorageError) and error.code in (errno.EACCES, errno.EPERM)
    return forbidden or isinstance(error, NewerError)


def _load(folder: Path, step: int) -> Checkpoint:
    record = _checked_record(folder, step)
    path = folder / record.file
    data = read_file(path, min(record.length, MAX_FILE))
    if len(data) != record.length or hashlib.sha256(data).hexdigest() != record.sha256:
        raise CheckpointError(f"{path} is damaged: its SHA-256 is not the recorded one")
    checkpoint = from_bytes(data, str(path))
    if checkpoint.step != step:
        raise CheckpointError(f"{path} is damaged: it is of step {checkpoint.step}")
    return checkpoint


def prune(folder: Path, keep: Kept | None = None, storage: Storage = DISK) -> None:
    """Remove the checkpoints that need not stay, and what interrupted saves left behind.

    ``keep`` says which stay; None: those that ``kept_in`` finds. A record goes before its data, so
    that a crash in between leaves no record without data.
    """
    keep = kept_in(folder) if keep is None else keep
    steps = _recorded_steps(folder)
    _discard(folder, set(steps) - keep.of(steps), storage)


def discard_after(folder: Path, step: int, storage: Storage = DISK) -> None:
    """Remove the checkpoints of steps above ``step``: the run goes on from there.

    A crash in between leaves the last of them the newest, or that of ``step``.
    """
    _discard(folder, {late for late in _recorded_steps(folder) if late > step}, storage)
    try:
        forget_after(folder, step, storage)
    except OSError as error:
        raise storage_error("tidy", folder, error) from error


def _discard(folder: Path, steps: set[int], storage: Storage) -> None:
    try:
        remove_partial(folder, storage)
        for step in sorted(steps):  # one after the other: never the last without the others
            storage.remove(folder / f"{_stem(step)}.json")
            storage.fsync_folder(folder)
        wanted = {_data_of(folder, step) for step in _recorded_steps(folder)}
        for name in sorted(_names(folder)):
            if _DATA.fullmatch(name) and name not in wanted:
                storage.remove(folder / name)
    except OSError as error:
        raise storage_error("tidy", folder, error) from error


def _data_of(folder: Path, step: int) -> str:
    record = _read_record(folder, step)
    return record.file if record else f"{_stem(step)}.safetensors"


def require_shapes(checkpoint: Checkpoint, shapes: dict[str, tuple[int, ...]], dtype: str) -> None:
    """Raise CheckpointError listing each parameter that is missing, extra or of another shape."""
    wrong = [f"{name} is missing" for name in shapes.keys() - checkpoint.params.keys()]
    wrong += [f"{name[:60]!a} is unknown" for name in checkpoint.params.keys() - shapes.keys()]
    for name in shapes.keys() & checkpoint.params.keys():
        found: Array = checkpoint.params[name]
        if found.shape != shapes[name] or found.dtype != np.dtype(dtype):
            wrong.append(f"{name} is {found.dtype} {found.shape}, not {dtype} {shapes[name]}")
    if wrong:
        raise CheckpointError("this checkpoint is of another network: " + "; ".join(sorted(wrong)))
