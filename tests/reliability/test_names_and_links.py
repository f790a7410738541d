"""Row B14: names that would be paths, and links where files should be."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.runs.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import create, open_run
from rnn_tui.runs.errors import CheckpointError, ConfigError, RunError
from rnn_tui.runs.names import is_name
from rnn_tui.runs.tensors import from_bytes, to_bytes

PATHS = ["../a", "/a", ".a", "a/b", "a b", "..", "a/../../b", "~", "a\0b"]


@given(st.text() | st.text("./~aB\0\\", max_size=9))
def test_b14_an_allowed_name_is_always_one_part_of_a_path(name: str) -> None:
    if is_name(name):
        assert (Path("/runs") / name).resolve().parent == Path("/runs")


@pytest.mark.parametrize("name", PATHS)
def test_b14_a_name_of_a_run_never_becomes_a_path(tmp_path: Path, corpus: Any, name: str) -> None:
    with pytest.raises(ConfigError, match="is not allowed"):
        create(tmp_path / "runs", name, merge(), corpus)
    with pytest.raises(ConfigError):
        merge({"name": name})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", PATHS)
def test_b14_a_name_in_a_configuration_is_never_followed(
    tmp_path: Path, corpus: Any, name: str
) -> None:
    run = create(tmp_path / "runs", "a", merge(), corpus)
    text = run.config_file.read_text().replace('name = "a"', f"name = {json.dumps(name)}")
    run.config_file.write_text(text)
    with pytest.raises(RunError):
        run.config()
    assert os.listdir(tmp_path) == ["runs"]


def test_b14_names_of_tensors_are_only_names(tmp_path: Path) -> None:
    params = {name: np.ones(1) for name in ("../../x", "/etc/passwd", "\x1b]0;x\x07", "a/b")}
    held = Checkpoint(1, params, {}, (), {})
    assert from_bytes(to_bytes(held), "x").params.keys() == params.keys()
    save_checkpoint(tmp_path / "checkpoints", held)
    assert load_checkpoint(tmp_path / "checkpoints").checkpoint.params.keys() == params.keys()
    assert os.listdir(tmp_path) == ["checkpoints"]


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../../x.safetensors"},
        {"file": "/etc/passwd"},
        {"file": "step-000000002.safetensors"},
        {"file": "step-000000001.safetensors/../x"},
        {"schema": 2},
        {"step": 2},
        {"length": -1},
        {"length": 10**30},
        {"sha256": 5},
        {"more": 1},
    ],
)
def test_b14_a_record_that_names_something_else_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    save_checkpoint(tmp_path, Checkpoint(1, {}, {}, (), {}))
    path = tmp_path / "step-000000001.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CheckpointError, match="no checkpoint can be read"):
        load_checkpoint(tmp_path)


def test_b14_a_link_in_the_way_of_a_file_is_replaced_and_not_written_through(
    tmp_path: Path,
) -> None:
    folder, outside = tmp_path / "checkpoints", tmp_path / "precious"
    outside.write_bytes(b"of somebody else")
    save_checkpoint(folder, Checkpoint(1, {}, {}, (), {}))
    for name in ("step-000000002.safetensors", "step-000000002.json"):
        (folder / name).symlink_to(outside)
        (folder / f".{name}.rnn-tui-partial").symlink_to(outside)
    save_checkpoint(folder, Checkpoint(2, {}, {}, (), {}))
    assert load_checkpoint(folder).checkpoint.step == 2
    assert outside.read_bytes() == b"of somebody else"
    assert not any(path.is_symlink() for path in folder.iterdir())


def test_b14_a_link_to_a_run_is_opened_where_it_leads(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path / "elsewhere", "a", merge({"hidden": 7}), corpus)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "b").symlink_to(run.path)
    (tmp_path / "runs" / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "runs" / "itself").symlink_to("itself")
    assert open_run(tmp_path / "runs", "b").config().hidden == 7
    for name in ("gone", "itself"):
        with pytest.raises(ConfigError, match=f"no run '{name}'"):
            open_run(tmp_path / "runs", name)
