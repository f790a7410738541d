"""Rows B2 to B4: ENOSPC and EIO at every operation of a save, and while recovering from one."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.checkpoint import list_checkpoints
from rnn_tui.runs.errors import StorageError

from .disk import complaint, rebuilt, save_all, states_of
from .test_crash_prefixes import AGAIN, NEXT, Scene, scenes

Watched = Callable[..., Any]

codes = pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
once_or_for_good = pytest.mark.parametrize("for_good", [False, True])
HARD = pytest.mark.parametrize("scene", [NEXT, AGAIN])


@pytest.fixture
def saved(tmp_path: Path, watched: Watched, scene: str) -> Scene:
    """The scene and what was done in it by a save that met no fault."""
    found = Scene(tmp_path, watched, scene)
    found.save()
    return found


def require_whole(folder: Path, scene: Scene, storage: Any) -> None:
    """Nothing fails any more: the new one is there, and nothing is left half done."""
    save_all(folder, scene.made, storage)
    assert complaint(folder, scene.ends[1:]) == ""
    files = {path.name for path in folder.iterdir()} - {"best.json"}
    assert len(files) == 2 * len(list_checkpoints(folder))


@codes
@once_or_for_good
@scenes
def test_b2_an_error_at_any_operation_leaves_exactly_the_old_or_the_new(
    tmp_path: Path, watched: Watched, saved: Scene, for_good: bool, code: int
) -> None:
    folder = tmp_path / "failed"
    for fail_at in range(len(saved.storage.operations)):
        rebuilt(folder, saved.before)
        with pytest.raises(StorageError, match=os.strerror(code)):
            save_all(folder, saved.made, watched(fail_at, code, for_good))
        assert complaint(folder, saved.ends) == ""
        require_whole(folder, saved, watched())  # space is back


@codes
@HARD
def test_b4_errors_while_recovering_from_an_error_lose_nothing(
    tmp_path: Path, watched: Watched, saved: Scene, code: int
) -> None:
    folder, again = tmp_path / "failed", tmp_path / "again"
    for first in range(len(saved.storage.operations)):
        rebuilt(folder, saved.before)
        with pytest.raises(StorageError):
            save_all(folder, saved.made, watched(first, code, for_ever=True))
        left = {path.name: path.read_bytes() for path in folder.iterdir()}
        for second in range(first % 4, len(saved.storage.operations), 4):
            failing = watched(second, errno.ENOSPC)
            fails(rebuilt(again, left), saved, failing)
            assert complaint(again, saved.ends) == ""
        require_whole(again, saved, watched())


def fails(folder: Path, scene: Scene, failing: Any) -> None:
    """Save; a shorter way may end before the operation that would have failed."""
    try:
        save_all(folder, scene.made, failing)
    except StorageError:
        assert len(failing.operations) > failing.fail_at
    else:
        assert len(failing.operations) <= failing.fail_at


@HARD
def test_b4_an_error_after_a_crash_loses_nothing(
    tmp_path: Path, watched: Watched, saved: Scene
) -> None:
    folder = tmp_path / "failed"
    for number, (_, files) in enumerate(states_of(saved.before, saved.storage.operations)):
        for fail_at in range(number % 9, len(saved.storage.operations), 9):
            fails(rebuilt(folder, files), saved, watched(fail_at, errno.ENOSPC, for_ever=True))
            assert complaint(folder, saved.ends) == ""
        if number % 10 == 0:
            require_whole(folder, saved, watched())


@scenes
def test_b3_a_file_whose_sync_failed_is_never_synced_again(
    tmp_path: Path, watched: Watched, saved: Scene
) -> None:
    syncs = [n for n, done in enumerate(saved.storage.operations) if done[0] == "fsync"]
    for fail_at in syncs:
        failing = watched(fail_at, errno.EIO)
        folder = rebuilt(tmp_path / "failed", saved.before)
        with pytest.raises(StorageError, match="the disk reports a fault"):
            save_all(folder, saved.made, failing)
        name = failing.operations[fail_at][1]
        later = failing.operations[fail_at + 1 :]
        assert [done[0] for done in later] == ["close", "remove"]
        assert later[1] == ("remove", name)
