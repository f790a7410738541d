from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import create
from rnn_tui.runs.listing import list_runs
from rnn_tui.runs.metrics import MetricsLog, MetricsReader, Row


def test_no_folder_means_no_runs(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "none") == []


def test_the_newest_run_comes_first(tmp_path: Path, corpus: Any) -> None:
    for name in ("a", "c", "b"):
        run = create(tmp_path, name, merge(), corpus)
        os.utime(run.facts_file, (0, 0))  # times of files do not matter
    assert [run.name for run in list_runs(tmp_path)] == ["b", "c", "a"]


def test_a_run_shows_its_last_numbers(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    with MetricsLog(run.metrics_file) as log:
        log.append(Row(7, 2.5, 1.0, 1.0, 1e-3, 70, 1.0, 0.5))
        log.append_held_out(5, math.inf)
    (found,) = list_runs(tmp_path)
    assert (found.state, found.step, found.loss, found.held_out) == ("stopped", 7, 2.5, math.inf)
    assert (found.text, found.reason) == (corpus.name, "")
    assert found.size > run.metrics_file.stat().st_size


def test_to_look_at_a_run_does_not_change_when_it_was_updated(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    with MetricsLog(run.metrics_file) as log:
        log.append(Row(7, 2.5, 1.0, 1.0, 1e-3, 70, 1.0, 0.5))
    for file in run.path.rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    with MetricsReader(run.metrics_file) as reader:
        assert reader.last()
        (found,) = list_runs(tmp_path)
    assert found.updated == "2001-09-09T01:46:40+00:00"


def test_a_run_is_training_while_its_lock_is_held(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    with run.lock():
        (found,) = list_runs(tmp_path)
        assert (found.state, found.pid) == ("training", os.getpid())
    assert list_runs(tmp_path)[0].state == "stopped"


def test_broken_runs_are_listed_with_their_reason(tmp_path: Path, corpus: Any) -> None:
    create(tmp_path, "good", merge(), corpus)
    create(tmp_path, "facts", merge(), corpus).facts_file.write_bytes(b"{")
    create(tmp_path, "metrics", merge(), corpus).metrics_file.write_bytes(b"garbage " * 1000)
    (tmp_path / "empty").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "file").touch()
    found = {run.name: run for run in list_runs(tmp_path)}
    assert found.keys() == {"good", "facts", "metrics", "empty"}
    assert found["good"].state == "stopped"
    for name in ("facts", "metrics", "empty"):
        assert found[name].state == "broken"
        assert name in found[name].reason


def test_a_run_whose_log_is_just_being_made_is_not_broken(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    run.metrics_file.touch()
    assert [found.state for found in list_runs(tmp_path)] == ["stopped"]
