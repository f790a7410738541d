from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.errors import ConfigError, StorageError
from rnn_tui.runs.outside import write_outside

Watched = Callable[..., Any]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_written(tmp_path: Path) -> None:
    write_outside(tmp_path / "f", b"new", replace=False)
    assert (tmp_path / "f").read_bytes() == b"new"
    assert names(tmp_path) == ["f"]


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("f", "link"):
        with pytest.raises(ConfigError, match="exists: choose another name, or replace it with"):
            write_outside(tmp_path / name, b"new", replace=False)
    assert (tmp_path / "f").read_bytes() == b"old"
    write_outside(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"
    assert names(tmp_path) == ["f", "link"]


def test_nor_is_what_came_into_being_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"theirs")
    monkeypatch.setattr(os.path, "lexists", lambda _: False)  # it was not there a moment ago
    with pytest.raises(ConfigError, match="exists"):
        write_outside(tmp_path / "f", b"ours", replace=False)
    assert (tmp_path / "f").read_bytes() == b"theirs"
    assert names(tmp_path) == ["f"]


def test_a_file_system_without_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    write_outside(tmp_path / "f", b"new", replace=False)
    assert (tmp_path / "f").read_bytes() == b"new"


@pytest.mark.parametrize("replace", [True, False])
def test_an_error_at_any_operation_leaves_the_old_or_the_new(
    tmp_path: Path, watched: Watched, replace: bool
) -> None:
    for fail_at in range(5):
        path = tmp_path / str(fail_at)
        if replace:
            path.write_bytes(b"old")
        with pytest.raises(StorageError, match="the disk is full"):
            write_outside(path, b"new", watched(fail_at, errno.ENOSPC), replace)
        found = path.read_bytes() if path.exists() else None
        assert found in ((b"old",) if replace else (None, b"new"))
    assert not [name for name in names(tmp_path) if name.endswith("saving")]
