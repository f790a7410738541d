from __future__ import annotations

import os
from pathlib import Path

import pytest

from rnn_tui.runs.errors import StorageError
from rnn_tui.training import sockets
from rnn_tui.training.sockets import socket_folder, socket_path


def test_the_folder_is_made_for_the_user_alone(short: Path) -> None:
    folder = socket_folder({"XDG_RUNTIME_DIR": str(short)})
    assert folder == short / "rnn-tui"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert socket_folder({"XDG_RUNTIME_DIR": str(short)}) == folder


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o707])
def test_a_folder_that_others_may_look_into_is_refused(short: Path, mode: int) -> None:
    (short / "rnn-tui").mkdir()
    (short / "rnn-tui").chmod(mode)
    with pytest.raises(StorageError, match="is not yours alone: remove it, or set"):
        socket_folder({"XDG_RUNTIME_DIR": str(short)})


def test_somebody_elses_folder_is_refused(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    socket_folder({"XDG_RUNTIME_DIR": str(short)})
    monkeypatch.setattr(sockets.os, "getuid", lambda: os.geteuid() + 1)
    with pytest.raises(StorageError, match="is not yours alone"):
        socket_folder({"XDG_RUNTIME_DIR": str(short)})


def test_a_link_or_a_file_in_its_place_is_refused(short: Path) -> None:
    (short / "elsewhere").mkdir(mode=0o700)
    (short / "rnn-tui").symlink_to(short / "elsewhere")
    with pytest.raises(StorageError, match="is not yours alone"):
        socket_folder({"XDG_RUNTIME_DIR": str(short)})
    (short / "rnn-tui").unlink()
    (short / "rnn-tui").touch(0o600)
    with pytest.raises(StorageError):
        socket_folder({"XDG_RUNTIME_DIR": str(short)})


def test_without_a_runtime_folder_that_can_be_used_it_lies_in_the_temporary_one() -> None:
    long = "/" + 80 * "x"
    for environ in ({}, {"XDG_RUNTIME_DIR": "/nowhere"}, {"XDG_RUNTIME_DIR": long}):
        folder = socket_folder(environ)
        assert folder.name == f"rnn-tui-{os.getuid()}"


def test_a_runs_socket_is_short_and_its_own_however_the_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    run = tmp_path / ("r" * 100)
    run.mkdir()
    (tmp_path / "link").symlink_to(run)
    monkeypatch.chdir(tmp_path)
    assert socket_path(run) == socket_path(tmp_path / "link") == socket_path(Path("r" * 100))
    assert socket_path(run) != socket_path(tmp_path)
    assert len(str(socket_path(run))) < 100
