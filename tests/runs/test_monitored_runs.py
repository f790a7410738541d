"""Runs that another program trains: their folder, and what cannot be done with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnn_tui.runs.directory import create_monitored, open_run
from rnn_tui.runs.errors import ConfigError, CorruptRunError, StorageError
from rnn_tui.runs.listing import list_runs
from rnn_tui.runs.metrics import MetricsLog


def test_a_monitored_run_is_a_run_without_a_text(tmp_path: Path) -> None:
    create_monitored(tmp_path, "mine", b'{"lr": 0.1}')
    run = open_run(tmp_path, "mine")
    facts = run.facts()
    assert (facts.kind, facts.text_name, facts.vocabulary_size) == ("monitored", "", 0)
    assert run.foreign_config_file.read_bytes() == b'{"lr": 0.1}'


def test_it_has_no_configuration_of_ours_and_says_so(tmp_path: Path) -> None:
    run = create_monitored(tmp_path, "mine", b"{}")
    with pytest.raises(
        ConfigError, match="run mine was trained by another program: rnn-tui attach"
    ):
        run.config()


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    names = [create_monitored(tmp_path, "mine", b"{}").name for _ in range(3)]
    assert names == ["mine", "mine-2", "mine-3"]
    assert create_monitored(tmp_path, "", b"{}").name not in names


def test_a_folder_of_runs_that_is_a_file_is_no_name_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="File exists"):
        create_monitored(tmp_path / "file", "mine", b"{}")


def test_a_kind_that_nobody_knows_is_damage(tmp_path: Path) -> None:
    run = create_monitored(tmp_path, "mine", b"{}")
    run.facts_file.write_bytes(run.facts_file.read_bytes().replace(b"monitored", b"dreamt"))
    with pytest.raises(CorruptRunError, match="is damaged"):
        run.facts()


def test_the_list_tells_its_step_and_its_loss(tmp_path: Path) -> None:
    run = create_monitored(tmp_path, "mine", b"{}")
    with MetricsLog(run.metrics_file) as log:
        for step in range(3):
            log.append_point("accuracy", step, 0.5, 0.0)
        log.append_point("loss", 1, 2.5, 0.0)
        log.append_point("val_loss", 1, 3.5, 0.0)
    (summary,) = list_runs(tmp_path)
    assert (summary.step, summary.loss, summary.held_out) == (2, 2.5, 3.5)
    assert (summary.state, summary.text) == ("stopped", "")
