"""What a training loop hands to its monitor is in the run."""

from __future__ import annotations

import argparse
import json
import math
import threading
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import numpy as np
import pytest

import rnn_tui
from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs import told_settings
from rnn_tui.runs.errors import ConfigError, StorageError
from rnn_tui.runs.listing import list_runs
from rnn_tui.runs.metrics import MetricsReader

Written = Callable[[Monitor], MetricsReader]


def values(reader: MetricsReader, name: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in reader.points_after(name, -1)]


def test_three_lines_make_a_run(runs: Path) -> None:
    with rnn_tui.Monitor("name", config={"lr": 0.1}, runs=runs) as m:
        m.log(1, loss=2.5, val_loss=3.5)
        m.show("hidden", np.eye(2), axes=("time", "unit"))
    (run,) = list_runs(runs)
    assert (run.name, run.state, run.step, run.loss, run.held_out) == (
        "name",
        "stopped",
        1,
        2.5,
        3.5,
    )
    assert json.loads(m.directory.foreign_config_file.read_bytes()) == {"lr": 0.1}


def test_each_name_is_a_series(monitor: Monitor, written: Written) -> None:
    for step in range(3):
        monitor.log(step, loss=step / 2, accuracy=1 - step / 4)
    monitor.log(3, **{"train/loss": 7.0})
    reader = written(monitor)
    assert reader.series_names() == ["loss", "accuracy", "train/loss"]
    assert values(reader, "accuracy") == [(0, 1.0), (1, 0.75), (2, 0.5)]


def test_steps_may_repeat_and_go_back_and_the_later_value_counts(
    monitor: Monitor, written: Written
) -> None:
    for step, value in ((5, 1.0), (9, 2.0), (5, 3.0), (1, 4.0), (9, 5.0)):
        monitor.log(step, loss=value)
    assert values(written(monitor), "loss") == [(1, 4.0), (5, 3.0), (9, 5.0)]


def test_what_is_not_finite_is_kept_and_marked_where_it_begins(
    monitor: Monitor, written: Written
) -> None:
    for step, value in enumerate((1.0, math.nan, math.nan, 2.0, -math.inf, math.inf)):
        monitor.log(step, loss=value, other=1.0)
    reader = written(monitor)
    found = [repr(value) for _, value in values(reader, "loss")]
    assert found == ["1.0", "nan", "nan", "2.0", "-inf", "inf"]
    assert [event[1:4] for event in reader.events_after(0)] == [
        (1, "not finite", "loss is nan"),
        (4, "not finite", "loss is -inf"),
    ]
    assert {event.name for event in reader.events_after(0)} == {"loss"}


class Scalar:
    """A number as other libraries have them."""

    def item(self) -> float:
        return 0.5


@pytest.mark.parametrize(
    "value",
    [
        np.float32(0.5),
        np.float16(0.5),
        np.array(0.5),
        np.array([[0.5]]),
        Fraction(1, 2),
        Decimal("0.5"),
        Scalar(),
    ],
)
def test_numbers_of_any_library_are_numbers(monitor: Monitor, written: Written, value: Any) -> None:
    monitor.log(np.int64(1), loss=value)
    assert values(written(monitor), "loss") == [(1, 0.5)]


def test_whole_numbers_and_truth_values_too(monitor: Monitor, written: Written) -> None:
    monitor.log(1.0, n=3, ok=True, big=10**400, low=-(10**400))  # type: ignore[arg-type]
    reader = written(monitor)
    found = [values(reader, name)[0][1] for name in ("n", "ok", "big", "low")]
    assert found == [3.0, 1.0, math.inf, -math.inf]


def test_none_is_left_out(monitor: Monitor, written: Written) -> None:
    monitor.log(1, loss=1.0, val_loss=None)
    assert written(monitor).series_names() == ["loss"]


def test_a_value_is_that_of_the_moment(monitor: Monitor, written: Written) -> None:
    loss = np.array(1.0)
    monitor.log(1, loss=loss)
    loss += 1
    assert values(written(monitor), "loss") == [(1, 1.0)]


@pytest.mark.parametrize("value", ["0.5", b"1", [1, 2], np.ones(2), 1j, object(), {}])
def test_what_is_no_number_is_told_at_the_call(monitor: Monitor, value: object) -> None:
    with pytest.raises(TypeError, match="'loss' is not one number but of type"):
        monitor.log(1, loss=value)


@pytest.mark.parametrize("step", [-1, 2**63, "1", 1.5, None])
def test_a_step_that_is_none_is_told_at_the_call(monitor: Monitor, step: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="step = "):
        monitor.log(step, loss=1.0)


def test_names_are_one_short_line_that_does_nothing(monitor: Monitor, written: Written) -> None:
    monitor.log(1, **{"\x1b[31mred\n": 1.0, "x" * 500: 2.0, "": 3.0, "\udcff": 4.0})
    names = written(monitor).series_names()
    assert names == ["␛[31mred↵", "x" * 100, "unnamed", "�"]


def test_names_beyond_ten_thousand_are_dropped_and_that_is_said(
    monitor: Monitor, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_tui.monitoring.writer.MAX_SERIES", 100)
    for number in range(150):
        monitor.log(number, **{f"n{number}": 1.0})
    monitor.log(150, n0=2.0)
    reader = written(monitor)
    assert len(reader.series_names()) == 100
    assert reader.last_step() == 150  # what is known goes on
    (event,) = reader.events_after(0)
    assert (event.step, event.kind) == (100, "dropped")
    assert event.detail == "n100 and later names: only the first 100 are kept"


def test_several_threads_may_log(monitor: Monitor, written: Written) -> None:
    def train(name: str) -> None:
        for step in range(500):
            monitor.log(step, **{name: float(step)})

    threads = [threading.Thread(target=train, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader = written(monitor)
    for n in range(4):
        assert values(reader, f"t{n}") == [(step, float(step)) for step in range(500)]


def test_a_monitor_that_is_closed_says_so(monitor: Monitor) -> None:
    monitor.close()
    monitor.close()
    for use in (lambda: monitor.log(1, loss=1.0), lambda: monitor.show("W", np.eye(2))):
        with pytest.raises(ValueError, match="run mine is closed: nothing more can be logged"):
            use()


def test_an_error_of_the_training_is_noted_and_goes_on(runs: Path, written: Written) -> None:
    monitor = Monitor("mine", runs=runs)
    monitor.log(7, loss=1.0)
    with pytest.raises(ZeroDivisionError), monitor:
        1 / 0  # noqa: B018
    (event,) = written(monitor).events_after(0)
    assert event[1:4] == (7, "failed", "ZeroDivisionError: division by zero")


class UnspeakableError(Exception):
    """It fails again when it is asked what it is."""

    def __str__(self) -> str:
        raise RuntimeError


def test_an_error_that_cannot_be_told_goes_on_too(runs: Path, written: Written) -> None:
    monitor = Monitor("mine", runs=runs)
    with pytest.raises(UnspeakableError), monitor:
        raise UnspeakableError
    (event,) = written(monitor).events_after(0)
    assert "UnspeakableError" in event.detail


@pytest.mark.parametrize(("code", "count"), [(0, 0), (None, 0), (3, 1)])
def test_an_exit_that_is_a_success_is_no_failure(
    runs: Path, written: Written, code: int | None, count: int
) -> None:
    with pytest.raises(SystemExit), Monitor("mine", runs=runs) as monitor:
        raise SystemExit(code)
    assert len(written(monitor).events_after(0)) == count


def test_a_name_that_is_taken_gets_a_number_and_that_is_said(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = []
    for _ in range(3):
        with Monitor("x" * 64, runs=runs) as monitor:
            names.append(monitor.name)
    assert names == ["x" * 64, "x" * 62 + "-2", "x" * 62 + "-3"]
    said = capsys.readouterr().err.splitlines()
    assert [line.split("rnn-tui attach ")[1].split()[0] for line in said] == names[1:]


def test_without_a_name_it_gets_a_friendly_one(runs: Path) -> None:
    with Monitor(runs=runs) as monitor:
        assert [run.name for run in list_runs(runs)] == [monitor.name]


def test_while_it_is_open_the_run_is_being_trained(monitor: Monitor, runs: Path) -> None:
    assert [run.state for run in list_runs(runs)] == ["training"]
    monitor.close()
    assert [run.state for run in list_runs(runs)] == ["stopped"]


def test_what_cannot_be_made_is_told_at_once(runs: Path, tmp_path: Path) -> None:
    for name in ("../x", 3, b"x"):
        with pytest.raises(ConfigError, match="is not allowed"):
            Monitor(name, runs=runs)  # type: ignore[arg-type]
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        Monitor("x", runs=tmp_path / "file")


class Broken:
    """Ends whoever looks at it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError


class Strange:
    """Its own worst description."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "a\nb"


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        (None, {}),
        (argparse.Namespace(lr=0.1, names=("a", "b")), {"lr": 0.1, "names": ["a", "b"]}),
        ({"nan": math.nan, 1: {"in": [np.float32(0.5)]}}, {"nan": "nan", "1": {"in": [0.5]}}),
        ({"p": Path("x"), "t": int}, {"p": "PosixPath('x')", "t": "<class 'int'>"}),
        ({"b": Broken(), "i": 1 << 50_000, "after": 1}, {"b": ANY, "i": ANY, "after": 1}),
        ({"s": Strange(), "u": "\udcff"}, {"s": "a\nb", "u": "\\udcff"}),
    ],
)
def test_a_configuration_of_any_kind_is_kept(runs: Path, config: Any, kept: Any) -> None:
    with Monitor("mine", config, runs=runs) as monitor:
        assert json.loads(monitor.directory.foreign_config_file.read_bytes()) == kept


@pytest.mark.parametrize("names", ["a", "abcdefghijkl"])
def test_a_configuration_that_holds_itself_ends(runs: Path, names: str) -> None:
    config: dict[str, Any] = {}
    config.update(dict.fromkeys(names, config))
    Monitor("mine", config, runs=runs).close()


@pytest.mark.parametrize("value", ["x" * 10**7, list(range(10**6)), ["x" * 300] * 10**5])
def test_of_a_configuration_that_is_too_long_the_beginning_is_shown(runs: Path, value: Any) -> None:
    with Monitor("mine", {"lr": 0.1, "long": value}, runs=runs) as monitor:
        assert told_settings.settings_of(monitor.directory)[0]["lr"] == "0.1"
