"""Which checkpoints of a run stay: the last few, the best, every so many steps, those to undo to.

Two small files beside the checkpoints name what the steps themselves do not tell: ``best.json`` the
one with the lowest held-out loss, ``undo.json`` those taken before the last changes of a setting.
A file that is missing or damaged names nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from rnn_tui.runs.atomic import DISK, Storage, read_file, write_atomically
from rnn_tui.runs.errors import StorageError

LAST = 3
"""So many of the newest checkpoints stay."""

MOST_UNDO = 5
"""So many changes of a setting can be taken back."""

_MAX_FILE = 4096


class Best(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The checkpoint with the lowest loss on held-out text, in nats per character."""

    step: int
    loss: float


class Undo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The checkpoints taken before the last changes of a setting, oldest first."""

    steps: tuple[int, ...] = ()


class Kept(NamedTuple):
    """Which checkpoints stay. That of step 0 always does: nothing else knows given weights."""

    last: int = LAST
    every: int = 0
    """Each of a step that this divides; 0: none."""
    named: frozenset[int] = frozenset()

    def of(self, steps: Iterable[int]) -> set[int]:
        """Return those of ``steps`` that stay."""
        there = sorted(steps)
        kept = {step for step in there if step == 0 or (self.every and step % self.every == 0)}
        return kept | set(there[-max(1, self.last) :]) | (self.named & set(there))


def kept_in(folder: Path, every: int = 0) -> Kept:
    """Return what stays of the checkpoints in ``folder``, where every so many steps one does."""
    best = read_best(folder)
    named = {*read_undo(folder), *([best.step] if best else [])}
    return Kept(LAST, every, frozenset(named))


def read_best(folder: Path) -> Best | None:
    """Return the best checkpoint so far; None where there is none, or its file is damaged."""
    return _read(_best_file(folder), Best)


def note_if_best(folder: Path, step: int, loss: float, storage: Storage = DISK) -> bool:
    """Make the checkpoint of ``step``, which is there, the best if it is.

    ``loss`` is that on held-out text after so many steps. StorageError if the disk refuses.
    """
    if not is_best(folder, loss):
        return False
    write_atomically(_best_file(folder), msgspec.json.encode(Best(step, float(loss))), storage)
    return True


def is_best(folder: Path, loss: float) -> bool:
    """Whether a held-out loss is lower than that of the best checkpoint; NaN never is."""
    best = read_best(folder)
    return math.isfinite(loss) and (best is None or loss < best.loss)


def read_undo(folder: Path) -> tuple[int, ...]:
    """Return the steps whose checkpoints can be gone back to, oldest first."""
    undo = _read(_undo_file(folder), Undo)
    return undo.steps if undo else ()


def write_undo(folder: Path, steps: Iterable[int], storage: Storage = DISK) -> None:
    """Have the checkpoints of the last ``MOST_UNDO`` of ``steps`` stay."""
    data = msgspec.json.encode(Undo(tuple(steps)[-MOST_UNDO:]))
    write_atomically(_undo_file(folder), data, storage)


def forget_after(folder: Path, step: int, storage: Storage = DISK) -> None:
    """Name none of the steps above ``step``: the run goes on from there."""
    best, undo = read_best(folder), read_undo(folder)
    if best is not None and best.step > step:
        storage.remove(_best_file(folder))
    if undo and max(undo) > step:
        write_undo(folder, (early for early in undo if early <= step), storage)


def _best_file(folder: Path) -> Path:
    return folder / "best.json"


def _undo_file(folder: Path) -> Path:
    return folder / "undo.json"


Named = TypeVar("Named", Best, Undo)


def _read(path: Path, kind: type[Named]) -> Named | None:
    try:
        return msgspec.json.decode(read_file(path, _MAX_FILE), type=kind)
    except (StorageError, msgspec.DecodeError, UnicodeDecodeError):
        return None
