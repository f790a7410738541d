from __future__ import annotations

import os
from pathlib import Path

import pytest

from rnn_tui.runs.errors import StorageError
from rnn_tui.training import sockets
from rnn_tui.training.sockets import socket_folder, socket_path


@pytest.fixture
def folder(short: Path) -> Path:
    """Where the user's folder will be."""
    return short / f"rnn-tui-{os.getuid()}"


def test_the_folder_is_made_for_the_user_alone(short: Path, folder: Path) -> None:
    assert socket_folder(short) == folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert socket_folder(short) == folder


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o707])
def test_a_folder_that_others_may_look_into_is_refused(
    short: Path, folder: Path, mode: int
) -> None:
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(StorageError, match="is not yours alone: remove it, or let"):
        socket_folder(short)


def test_somebody_elses_folder_is_refused(
    short: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = os.getuid() + 1
    folder.mkdir(mode=0o700)
    folder.rename(short / f"rnn-tui-{other}")
    monkeypatch.setattr(sockets.os, "getuid", lambda: other)
    with pytest.raises(StorageError, match="is not yours alone"):
        socket_folder(short)


def test_a_link_or_a_file_in_its_place_is_refused(short: Path, folder: Path) -> None:
    (short / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(short / "elsewhere")
    with pytest.raises(StorageError, match="is not yours alone"):
        socket_folder(short)
    folder.unlink()
    folder.touch(0o600)
    with pytest.raises(StorageError):
        socket_folder(short)


def test_who_watches_finds_the_socket_whatever_the_environment_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for runtime in ("", str(tmp_path), "/nowhere"):
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        monkeypatch.setenv("TMPDIR", runtime or "/")
        found.add(socket_path(tmp_path))
    assert {path.parent for path in found} == {sockets.SHARED / f"rnn-tui-{os.getuid()}"}
    assert len(found) == 1


def test_where_the_shared_folder_cannot_be_used_it_is_the_systems_temporary_one(
    short: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SHARED", short / "nowhere")
    monkeypatch.setattr(sockets.tempfile, "tempdir", str(short))
    assert socket_folder() == folder


def test_a_runs_socket_is_short_and_its_own_however_the_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / ("r" * 100)
    run.mkdir()
    (tmp_path / "link").symlink_to(run)
    monkeypatch.chdir(tmp_path)
    assert socket_path(run) == socket_path(tmp_path / "link") == socket_path(Path("r" * 100))
    assert socket_path(run) != socket_path(tmp_path)
    assert len(str(socket_path(run))) < 100
