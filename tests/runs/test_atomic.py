from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_tui.runs.atomic import PARTIAL, Storage, read_file, write_atomically
from rnn_tui.runs.errors import StorageError

Watched = Callable[..., Storage]


def test_the_bytes_arrive_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", b"old")
    write_atomically(tmp_path / "a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert read_file(tmp_path / "a", 3) == b"new"


def test_the_order_is_write_sync_rename_sync(tmp_path: Path, watched: Watched) -> None:
    storage = watched()
    write_atomically(tmp_path / "a", b"x", storage)
    done = [operation[0] for operation in storage.operations]  # type: ignore[attr-defined]
    assert done == ["open", "write", "fsync", "close", "rename", "fsync_folder"]


@pytest.mark.parametrize("for_ever", [False, True])
@pytest.mark.parametrize("fail_at", range(6))
def test_an_error_at_any_operation_leaves_the_old_or_the_new(
    tmp_path: Path, watched: Watched, fail_at: int, for_ever: bool
) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"old")
    with pytest.raises(StorageError, match="No space left on device: free some space"):
        write_atomically(path, b"new", watched(fail_at, errno.ENOSPC, for_ever))
    assert path.read_bytes() == (b"new" if fail_at == 5 else b"old")
    write_atomically(path, b"newer")
    assert [found.name for found in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"newer"


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / f".other{PARTIAL}").write_bytes(b"half")
    (tmp_path / ".precious.tmp").write_bytes(b"not ours")
    write_atomically(tmp_path / "a", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".precious.tmp", "a"]


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o002, 0o664)])
def test_the_mode_follows_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == mode


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="it was removed or renamed") as caught:
        write_atomically(tmp_path / "gone" / "a", b"x")
    assert caught.value.exit_code == 4


def test_reading_never_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match="it is not a file"):
        read_file(tmp_path / "pipe", 100)


def test_reading_refuses_folders_missing_and_large_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(StorageError, match="larger than 4 bytes"):
        read_file(tmp_path / "a", 4)
    with pytest.raises(StorageError, match=r"not a file|folder"):
        read_file(tmp_path, 4)
    with pytest.raises(StorageError, match="No such file"):
        read_file(tmp_path / "none", 4)
