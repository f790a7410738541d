"""A run of another program is gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import create
from rnn_tui.runs.errors import ConfigError, RunBusyError, StorageError
from rnn_tui.runs.listing import list_runs
from rnn_tui.runs.metrics import MetricsLog, MetricsReader
from rnn_tui.text.corpus import load_builtin

Written = Callable[[Monitor], MetricsReader]


def _ten_steps(runs: Path) -> None:
    with Monitor("mine", {"lr": 0.1}, runs=runs, resume=True) as monitor:
        for step in range(10):
            monitor.log(step, loss=10.0 - step, early=1.0)
        monitor.show("W", np.eye(2))


def _again(runs: Path, config: object = None) -> Monitor:
    return Monitor("mine", config, runs=runs, resume=True)


def test_from_its_first_step_on_it_supersedes_what_was_there(runs: Path, written: Written) -> None:
    _ten_steps(runs)
    with _again(runs) as monitor:
        for step in (6, 7):
            monitor.log(step, loss=-1.0, late=2.0)
    log = written(monitor)
    points = [(point.step, point.value) for point in log.points_after("loss", -1)]
    assert points == [*((step, 10.0 - step) for step in range(6)), (6, -1.0), (7, -1.0)]
    assert [point.step for point in log.points_after("early", -1)] == list(range(6))
    assert log.series_names() == ["loss", "early", "late"]
    assert log.array("W") is None  # it was of a later step
    assert [event[1:4] for event in log.events_after(0)] == [(6, "resumed", "again from step 6 on")]
    assert [run.name for run in list_runs(runs)] == ["mine"]


def test_its_time_goes_on(runs: Path, written: Written) -> None:
    _ten_steps(runs)
    with MetricsLog(runs / "mine" / "metrics.sqlite") as log:
        log.append_point("loss", 9, 1.0, 500.0)
    with _again(runs) as monitor:
        monitor.log(10, loss=0.0)
    last = written(monitor).last_point("loss")
    assert last is not None
    assert 500.0 <= last.seconds < 600.0


def test_who_logs_nothing_supersedes_nothing(runs: Path, written: Written) -> None:
    _ten_steps(runs)
    monitor = _again(runs)
    assert len(written(monitor).points_after("loss", -1)) == 10


@pytest.mark.parametrize(("config", "kept"), [(None, 0.1), ({"lr": 0.2}, 0.2)])
def test_its_configuration_stays_unless_another_one_is_given(
    runs: Path, config: object, kept: float
) -> None:
    _ten_steps(runs)
    with _again(runs, config) as monitor:
        assert json.loads(monitor.directory.foreign_config_file.read_bytes()) == {"lr": kept}


def test_a_disk_that_is_full_costs_no_step(
    runs: Path, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ten_steps(runs)
    truncate, refusals = MetricsLog.truncate_after, [StorageError("full")]

    def refuse_once(log: MetricsLog, step: int) -> None:
        if refusals:
            raise refusals.pop()
        truncate(log, step)

    monkeypatch.setattr(MetricsLog, "truncate_after", refuse_once)
    with _again(runs) as monitor:
        monitor.log(5, loss=0.5)
        while refusals:
            monitor._writer._due.set()
        monitor.log(6, loss=0.6)
    points = [(point.step, point.value) for point in written(monitor).points_after("loss", 3)]
    assert points == [(4, 6.0), (5, 0.5), (6, 0.6)]


def test_what_cannot_be_gone_on_with_is_told(runs: Path) -> None:
    with pytest.raises(ConfigError, match="needs the name"):
        Monitor(runs=runs, resume=True)
    with pytest.raises(ConfigError, match="is not allowed"):
        Monitor("../mine", runs=runs, resume=True)
    create(runs, "ours", merge({}), load_builtin("brackets"))
    with pytest.raises(ConfigError, match="ours is trained by rnn-tui itself: rnn-tui resume ours"):
        Monitor("ours", runs=runs, resume=True)
    with _again(runs), pytest.raises(RunBusyError, match="run mine is being trained by process"):
        _again(runs)
    (runs / "mine" / "config.json").unlink()
    (runs / "mine" / "config.json" / "x").mkdir(parents=True)
    for _ in range(2):  # the run is let go of
        with pytest.raises(StorageError):
            _again(runs, {})
