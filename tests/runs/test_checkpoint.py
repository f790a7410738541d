from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_tui.runs.checkpoint import (
    Checkpoint,
    discard_after,
    list_checkpoints,
    load_checkpoint,
    prune,
    require_shapes,
    save_checkpoint,
)
from rnn_tui.runs.errors import CheckpointError, StorageError
from rnn_tui.runs.keeping import Kept
from rnn_tui.runs.tensors import to_bytes

Watched = Callable[..., Any]


def checkpoint(step: int, value: float = 1.0) -> Checkpoint:
    array = np.full((2, 3), value, np.float32)
    return Checkpoint(step, {"W": array}, {"m": array.ravel()}, (array,), {"position": step})


def loaded(folder: Path, step: int | None = None) -> bytes:
    return to_bytes(load_checkpoint(folder, step).checkpoint)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, checkpoint(1000))
    assert path.name == "step-000001000.safetensors"
    assert names(tmp_path) == ["step-000001000.json", "step-000001000.safetensors"]
    assert loaded(tmp_path) == to_bytes(checkpoint(1000)) == path.read_bytes()
    assert load_checkpoint(tmp_path).skipped == ()


def test_equal_runs_leave_equal_bytes(tmp_path: Path) -> None:
    first = save_checkpoint(tmp_path / "a", checkpoint(5)).read_bytes()
    assert save_checkpoint(tmp_path / "b", checkpoint(5)).read_bytes() == first


def test_saving_a_step_again_replaces_it(tmp_path: Path) -> None:
    for value in (1.0, 2.0, 3.0, 3.0):
        save_checkpoint(tmp_path, checkpoint(5, value))
        assert loaded(tmp_path) == to_bytes(checkpoint(5, value))
    prune(tmp_path)
    assert len(names(tmp_path)) == 2


def test_data_without_a_record_does_not_exist(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1))
    save_checkpoint(tmp_path, checkpoint(2))
    (tmp_path / "step-000000002.json").unlink()
    assert load_checkpoint(tmp_path).checkpoint.step == 1
    with pytest.raises(CheckpointError, match=r"step-000000002\.json: No such file"):
        load_checkpoint(tmp_path, 2)


def test_if_none_is_left_each_fault_is_named(tmp_path: Path) -> None:
    for step in (1, 2):
        save_checkpoint(tmp_path, checkpoint(step)).write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"step-000000002\..*; .*step-000000001\.") as caught:
        load_checkpoint(tmp_path)
    assert caught.value.exit_code == 3


def test_an_empty_or_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        load_checkpoint(tmp_path)
    with pytest.raises(StorageError, match="removed or renamed"):
        load_checkpoint(tmp_path / "gone")


def test_a_pipe_in_place_of_a_checkpoint_does_not_hang(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1)).unlink()
    os.mkfifo(tmp_path / "step-000000001.safetensors")
    with pytest.raises(CheckpointError, match="it is not a file"):
        load_checkpoint(tmp_path)


def test_the_last_three_are_kept(tmp_path: Path) -> None:
    for step in range(1, 6):
        save_checkpoint(tmp_path, checkpoint(step))
    (tmp_path / "step-000000009.safetensors").write_bytes(b"no record")
    (tmp_path / "notes.txt").write_bytes(b"the user's own")
    prune(tmp_path, Kept(last=3))
    assert list_checkpoints(tmp_path) == (3, 4, 5)
    assert len(names(tmp_path)) == 7
    assert "notes.txt" in names(tmp_path)


def test_later_checkpoints_can_be_discarded(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        save_checkpoint(tmp_path, checkpoint(step))
    discard_after(tmp_path, 1)
    assert names(tmp_path) == ["step-000000001.json", "step-000000001.safetensors"]


def test_another_network_is_refused_with_each_difference() -> None:
    found = checkpoint(1)
    require_shapes(found, {"W": (2, 3)}, "float32")
    with pytest.raises(CheckpointError, match=r"W is float32 \(2, 3\), not float64 \(2, 3\)"):
        require_shapes(found, {"W": (2, 3)}, "float64")
    with pytest.raises(CheckpointError, match="'W' is unknown; b is missing"):
        require_shapes(found, {"b": (3,)}, "float32")
