"""A disk that hangs, is full or gone: training goes on, memory stays bounded, it is said once."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.errors import StorageError
from rnn_tui.runs.metrics import MetricsLog, MetricsReader

Written = Callable[[Monitor], MetricsReader]
FULL = "database or disk is full: free some space"


class Disk:
    """A disk that hangs while ``hangs`` is set, and refuses while ``full`` is."""

    def __init__(self) -> None:
        self.full = False
        self.commits = 0
        self._answers = threading.Event()
        self._asked = threading.Event()
        self.hang(False)

    def hang(self, hangs: bool) -> None:
        if hangs:
            self._asked.clear()
        (self._answers.clear if hangs else self._answers.set)()

    def wait_until_asked(self) -> None:
        assert self._asked.wait(20)
        self._asked.clear()

    def commit(self) -> None:
        self._asked.set()
        self._answers.wait(60)
        if self.full:
            raise StorageError(FULL)
        self.commits += 1


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk, commit = Disk(), MetricsLog._commit

    def watched(log: MetricsLog, statements: Any) -> None:
        disk.commit()
        commit(log, statements)

    monkeypatch.setattr(MetricsLog, "_commit", watched)
    yield disk
    disk.full = False
    disk.hang(False)


def test_a_disk_that_hangs_holds_nobody_up(monitor: Monitor, disk: Disk, written: Written) -> None:
    disk.hang(True)
    monitor.log(0, loss=0.0)
    disk.wait_until_asked()
    began = time.monotonic()
    for step in range(1, 1_000):
        monitor.log(step, loss=float(step))
        monitor.show("W", np.eye(16))
    assert time.monotonic() - began < 5.0
    disk.hang(False)
    reader = written(monitor)
    assert len(reader.points_after("loss", -1)) == 1_000
    assert [array.name for array in reader.arrays_listed()] == ["W"]


def test_what_there_is_no_room_for_is_dropped_and_that_is_said(
    monitor: Monitor, disk: Disk, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_tui.monitoring.pending.MAX_UNITS", 600)
    monkeypatch.setattr("rnn_tui.monitoring.pending.MAX_ARRAY_BYTES", 100)
    disk.hang(True)
    monitor.log(0, loss=0.0, accuracy=0.0)
    disk.wait_until_asked()
    for step in range(1, 201):  # six units each: one hundred find room
        monitor.log(step, loss=1.0, accuracy=1.0)
    monitor.show("small", np.zeros(10))
    monitor.show("large", np.zeros(100))
    disk.hang(False)
    reader = written(monitor)
    assert [point.step for point in reader.points_after("loss", -1)] == list(range(101))
    assert [array.name for array in reader.arrays_listed()] == ["small"]
    (event,) = reader.events_after(0)
    assert (event.step, event.kind) == (200, "dropped")
    assert event.detail.startswith("200 values and 1 array dropped: they came faster than")


def test_of_an_array_that_waits_only_the_latest_takes_room(
    monitor: Monitor, disk: Disk, written: Written
) -> None:
    disk.hang(True)
    monitor.log(0, loss=0.0)
    disk.wait_until_asked()
    for step in range(100):
        monitor.show("W", np.full(1_000, float(step)))
    assert monitor._pending._array_bytes == 8_000
    disk.hang(False)
    found = written(monitor).array("W")
    assert found is not None
    assert set(np.frombuffer(found.data)) == {99.0}


def test_a_full_disk_is_said_once_and_nothing_is_lost_when_there_is_room_again(
    monitor: Monitor, disk: Disk, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    disk.full = True
    monitor.log(1, loss=1.0)
    for step in range(2, 4):
        disk.wait_until_asked()
        monitor.log(step, loss=float(step))
    disk.wait_until_asked()
    disk.full = False
    assert [point.step for point in written(monitor).points_after("loss", -1)] == [1, 2, 3]
    assert capsys.readouterr().err == (
        f"rnn-tui: run mine: {FULL}; training goes on, what is logged waits in memory\n"
    )


def test_a_disk_that_stays_full_is_said_at_the_end(
    monitor: Monitor, disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    disk.full = True
    monitor.log(1, loss=1.0)
    monitor.close()
    said = capsys.readouterr().err.splitlines()
    assert [line.count(FULL) for line in said] == [1, 0]
    assert said[1] == "rnn-tui: run mine: not all that was logged could be written"


def test_a_disk_that_does_not_answer_at_the_end_is_not_waited_for(
    monitor: Monitor,
    disk: Disk,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rnn_tui.monitoring.monitor.CLOSE_SECONDS", 0.05)
    disk.hang(True)
    monitor.log(1, loss=1.0)
    monitor.close()
    assert "not all that was logged could be written" in capsys.readouterr().err


def test_a_run_that_is_removed_stops_nobody(
    monitor: Monitor, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(monitor.directory.path)
    for step in range(3):
        monitor.log(step, loss=1.0)
    monitor.close()
    assert "the run was removed or renamed" in capsys.readouterr().err


def test_a_burst_is_written_before_it_fills_the_memory(
    monitor: Monitor, disk: Disk, written: Written
) -> None:
    values = {f"v{number}": 1.0 for number in range(20)}
    for step in range(5_000):  # more than is let wait for the next half second
        monitor.log(step, **values)
    reader = written(monitor)
    assert reader.last_step() == 4_999
    assert reader.events_after(0) == []
    assert disk.commits > 1


def test_arrays_take_a_tenth_of_the_disks_time_at_most(monitor: Monitor, disk: Disk) -> None:
    disk.hang(True)
    monitor.show("W", np.eye(2))
    disk.wait_until_asked()
    asked = time.monotonic()
    while time.monotonic() < asked + 0.2:  # the disk is slow
        monitor.log(1, loss=1.0)
    disk.hang(False)
    disk.wait_until_asked()  # for the values
    assert monitor._writer._arrays_from > asked + 2.0
