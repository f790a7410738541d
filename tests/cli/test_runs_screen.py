"""``runs --json`` and ``runs --screen``."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.managing import set_tags
from rnn_tui.runs.metrics import MetricsLog

from .conftest import SMALL, TINY, Run


@pytest.fixture
def otter(rnn_tui: Run, folder: Path) -> RunDirectory:
    """A run of twenty steps."""
    rnn_tui("train", TINY, *SMALL, "--steps", "20", "--name", "otter")
    return RunDirectory(folder / "otter")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """There seems to be one."""
    monkeypatch.setattr(import_module("rnn_tui.cli.runs"), "require_terminal", lambda *_: None)


def test_json_is_a_line_for_each_run(rnn_tui: Run, otter: RunDirectory, folder: Path) -> None:
    (folder / "odd").mkdir()
    set_tags(otter, ["good"])
    said = rnn_tui("runs", "--json")
    assert (said.status, said.err) == (0, "")
    found = {run["name"]: run for run in map(json.loads, said.out.splitlines())}
    assert (found["otter"]["state"], found["otter"]["step"]) == ("finished", 20)
    assert found["otter"]["tags"] == ["good"]
    assert found["otter"]["settings"]["hidden"] == "8"
    assert (found["odd"]["state"], found["odd"]["loss"]) == ("broken", None)
    assert "run.json" in found["odd"]["reason"]


def test_json_of_no_runs_is_nothing(rnn_tui: Run) -> None:
    assert (rnn_tui("runs", "--json").out, rnn_tui("runs", "--json").status) == ("", 0)


def test_screen_and_json_exclude_each_other(rnn_tui: Run) -> None:
    assert "exclude each other" in rnn_tui("runs", "--json", "--screen").complaint


def test_the_screen_needs_a_terminal(rnn_tui: Run) -> None:
    assert "needs a terminal" in rnn_tui("runs", "--screen").complaint


@pytest.mark.usefixtures("terminal")
def test_the_chosen_run_is_opened_when_the_list_is_left(
    rnn_tui: Run, otter: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    runs_app, command = import_module("rnn_tui.tui.runs_app"), import_module("rnn_tui.cli.runs")
    monkeypatch.setattr(runs_app, "open_runs", lambda folder, refused: (0, otter))
    monkeypatch.setattr(command, "watch_run", lambda *given: opened.append(given) or 7)
    assert rnn_tui("runs", "--screen").status == 7
    assert opened == [(otter, None)]


@pytest.mark.usefixtures("terminal")
def test_a_list_that_is_left_without_a_choice_ends(
    rnn_tui: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs_app = import_module("rnn_tui.tui.runs_app")
    monkeypatch.setattr(runs_app, "open_runs", lambda folder, refused: (3, None))
    assert rnn_tui("runs", "--screen").status == 3


def test_any_run_is_opened_but_a_broken_one(otter: RunDirectory) -> None:
    refused = import_module("rnn_tui.cli.runs")._refused
    assert refused(otter) == ""  # nobody trains it: it is shown as it was left
    with otter.lock():
        assert refused(otter) == ""
    otter.config_file.write_text("hidden = 'many'")
    assert "hidden" in refused(otter)
    otter.facts_file.write_text("{")
    assert "run.json is damaged" in refused(otter)


def test_a_run_of_another_program_is_opened(folder: Path) -> None:
    with Monitor("watched", runs=folder) as monitor:
        monitor.log(1, loss=2.0)
    refused = import_module("rnn_tui.cli.runs")._refused
    assert refused(monitor.directory) == ""
    with MetricsLog(monitor.directory.metrics_file) as log:
        log._connection.execute("PRAGMA user_version = 99")
    assert "metrics.sqlite has layout 99" in refused(monitor.directory)
