from __future__ import annotations

import os
from pathlib import Path

import pytest

from rnn_tui.training import sockets
from rnn_tui.training.sockets import socket_folder, socket_path


@pytest.fixture
def folder(short: Path) -> Path:
    """Where the user's folder will be."""
    return short / f"rnn-tui-{os.getuid()}"


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
