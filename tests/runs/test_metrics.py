from __future__ import annotations

import math
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.runs.errors import CorruptRunError, StorageError
from rnn_tui.runs.metrics import COMMIT_SECONDS, MetricsLog, MetricsReader, Row
from rnn_tui.runs.rows import Span, event_of, held_out_of, row_of, stored


def row(step: int, loss: float = 2.5) -> Row:
    return Row(step, loss, 1.5, 1.0, 1e-3, step * 10, step / 8, step / 4)


class Clock:
    """A clock that stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.sqlite"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(path: Path, clock: Clock) -> Iterator[MetricsLog]:
    with MetricsLog(path, clock) as log:
        yield log


def test_rows_come_back_in_order_and_in_parts(log: MetricsLog) -> None:
    for step in range(1, 11):
        log.append(row(step))
    log.flush()
    assert log.rows_after(0) == [row(step) for step in range(1, 11)]
    assert log.rows_after(3, limit=2) == [row(4), row(5)]
    assert log.rows_after(10) == []
    assert log.last() == row(10)


def test_an_empty_log_has_no_last_row(log: MetricsLog) -> None:
    assert (log.last(), log.last_held_out(), log.rows_after(0), log.events_after(0)) == (
        None,
        None,
        [],
        [],
    )


def bits(number: float) -> bytes:
    return struct.pack("<d", number)


@given(st.floats())
def test_every_number_survives(number: float) -> None:
    with sqlite3.connect(":memory:") as memory:
        (kept,) = memory.execute("SELECT ?", (stored(number),)).fetchone()
    memory.close()
    kept = row_of(1, kept, kept, 1.0, 1.0, 1, 1.0, 1.0).loss
    assert bits(kept) == bits(number) or (math.isnan(kept) and math.isnan(number))


def rows_spanned(log: MetricsLog, *span: int) -> list[Span]:
    return [found.loss for found in log.row_spans(*span)]


def points_spanned(log: MetricsLog, *span: int) -> list[Span]:
    return log.point_spans("loss", *span)


def test_spans_keep_the_extremes_and_count_what_is_not_finite(log: MetricsLog) -> None:
    for step, loss in enumerate([9.0, 3.0, 1.0, math.nan, 2.0, -math.inf, math.inf], 1):
        log.append(row(step, loss))
        log.append_point("loss", step, loss, 0.0)
    log.flush()
    for spans in (rows_spanned, points_spanned):
        assert spans(log, 1, 3, 7) == [
            (2, 2, 3.0, 3.0, 3.0, 0, 1),
            (3, 5, 1.0, 2.0, 1.5, 1, 2),
            (6, 7, *[None] * 3, 2, 0),
        ]
        assert spans(log, 1, 3, 4) == [(2, 2, 3.0, 3.0, 3.0, 0, 1), (3, 4, *[1.0] * 3, 1, 1)]
        assert len(spans(log, 0, 1, 7)) == 7
        assert spans(log, 7, 10, 9) == []
    assert [span.gradient_norm.finite for span in log.row_spans(0, 4, 6)] == [3, 3]


def test_what_is_not_finite_survives_in_every_column(log: MetricsLog) -> None:
    for step, odd in enumerate((math.nan, math.inf, -math.inf), 1):
        log.append(Row(step, odd, odd, odd, odd, 0, odd, odd))
        log.append_held_out(step, odd)
    log.flush()
    for found, odd in zip(log.rows_after(0), ("nan", "inf", "-inf"), strict=True):
        assert [repr(v) for v in found] == [str(found.step), *[odd] * 4, "0", odd, odd]
    assert [repr(found.loss) for found in log.held_out_after(0)] == ["nan", "inf", "-inf"]


def test_numpy_numbers_are_numbers(log: MetricsLog) -> None:
    log.append(Row(1, np.float32(0.5), np.float64("nan"), 1.0, 1.0, np.int64(3), 1.0, 1.0))  # type: ignore[arg-type]
    log.flush()
    found = log.rows_after(0)[0]
    assert (found.loss, found.characters, repr(found.gradient_norm)) == (0.5, 3, "nan")


def test_a_step_that_is_appended_again_is_replaced(log: MetricsLog) -> None:
    log.append(row(1, 5.0))
    log.flush()
    log.append(row(1, 4.0))
    log.flush()
    assert log.rows_after(0) == [row(1, 4.0)]


def test_commits_are_batched_by_time(log: MetricsLog, path: Path, clock: Clock) -> None:
    with MetricsReader(path) as reader:
        clock.now = COMMIT_SECONDS * 0.9
        log.append(row(1))
        assert reader.last() is None
        clock.now = COMMIT_SECONDS
        log.append(row(2))
        assert reader.last() == row(2)


def test_commits_do_not_wait_for_ever(log: MetricsLog, path: Path) -> None:
    for step in range(10_000):
        log.append(row(step))
    with MetricsReader(path) as reader:
        assert reader.last() == row(9_999)


def test_held_out_losses_and_events_come_back(log: MetricsLog) -> None:
    log.append_held_out(100, 2.0)
    log.append_held_out(200, 1.5)
    log.append_event(150, "learning rate", "0.003 -> 0.001", 9.5)
    log.append_event(160, "note", "\udcff\x1b[31m", 10.0)
    log.flush()
    assert [found.loss for found in log.held_out_after(100)] == [1.5]
    assert log.last_held_out() == log.held_out_after(0)[-1]
    first, second = log.events_after(0)
    assert first[1:5] == (150, "learning rate", "0.003 -> 0.001", 9.5)
    assert second.detail == "\\udcff\x1b[31m"
    assert log.events_after(first.id) == [second]


def test_a_resume_supersedes_what_came_after(log: MetricsLog) -> None:
    for step in (1, 2, 3):
        log.append(row(step))
        log.append_held_out(step, 1.0)
        log.append_event(step, "saved")
    last = [found.id for found in (log.flush(), log.events_after(0))[1]][-1]
    log.truncate_after(1)
    assert [found.step for found in log.rows_after(0)] == [1]
    assert [found.step for found in log.held_out_after(0)] == [1]
    assert [found.step for found in log.events_after(0)] == [1]
    log.append_event(2, "saved")
    log.flush()
    assert log.events_after(last)[0].step == 2  # a new id: nobody who waits for it misses it


def test_a_log_goes_on_where_it_was(path: Path) -> None:
    for step in (1, 2):
        with MetricsLog(path) as log:
            log.append(row(step))
    with MetricsReader(path) as reader:
        assert reader.rows_after(0) == [row(1), row(2)]


def test_a_reader_cannot_write(log: MetricsLog, path: Path) -> None:
    with MetricsReader(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM rows")


def test_a_kill_costs_the_uncommitted_rows_only(path: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from rnn_tui.runs.metrics import MetricsLog, Row
log = MetricsLog(Path(sys.argv[1]))
for step in range(1, 6):
    log.append(Row(step, 1.0, 1.0, 1.0, 1.0, 1, 1.0, 1.0))
    if step == 4:
        log.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    with MetricsReader(path) as reader:
        found = reader.last()
        assert found is not None
        assert found.step == 4
    with MetricsLog(path) as log:
        log.append(row(5))
    with MetricsReader(path) as reader:
        assert len(reader.rows_after(0)) == 5


@pytest.fixture
def locked() -> Iterator[Path]:
    """A log in a folder that we may not write in, left by a writer that has gone."""
    with tempfile.TemporaryDirectory() as name:
        folder, path = Path(name), Path(name) / "metrics.sqlite"
        with MetricsLog(path) as log:
            log.append(row(1))
        path.chmod(0o444)
        folder.chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)  # permissions do not bind root
        yield path
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_log_can_be_read_where_nothing_can_be_written(locked: Path) -> None:
    with MetricsReader(locked) as reader:
        assert reader.last() == row(1)


def test_a_log_that_cannot_be_written_says_so_when_it_is_opened(locked: Path) -> None:
    with pytest.raises(StorageError, match=r"Permission denied") as caught:
        MetricsLog(locked)
    assert caught.value.exit_code == 4


def test_a_missing_log_is_not_made_by_a_reader(path: Path) -> None:
    with pytest.raises(StorageError, match="there is no such file"):
        MetricsReader(path)
    assert not path.exists()


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="unable to open"):
        MetricsLog(tmp_path / "gone" / "metrics.sqlite")


@pytest.mark.parametrize("content", [b"garbage " * 1000, b"SQLite format 3\0" + b"x" * 4096])
@pytest.mark.parametrize("kind", [MetricsLog, MetricsReader])
def test_garbage_is_corrupt_in_one_line(
    path: Path, content: bytes, kind: type[MetricsReader]
) -> None:
    path.write_bytes(content)
    with pytest.raises(CorruptRunError, match="is damaged or not a log") as caught:
        kind(path)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_values_that_are_no_numbers_are_corrupt(log: MetricsLog) -> None:
    log._connection.execute("INSERT INTO rows VALUES (1, 'x', NULL, 1, 1, 1, 1, 1)")
    with pytest.raises(CorruptRunError, match="is damaged"):
        log.rows_after(0)


def test_a_run_that_was_removed_is_noticed_at_the_next_commit(path: Path) -> None:
    log = MetricsLog(path)
    shutil.rmtree(path.parent)
    log.append(row(1))
    with pytest.raises(StorageError, match="the run was removed or renamed"):
        log.flush()
    with pytest.raises(StorageError):
        log.close()


def test_a_commit_that_failed_is_tried_again_with_nothing_lost(path: Path) -> None:
    with MetricsLog(path) as log:
        log._connection.execute("PRAGMA busy_timeout = 0")
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        log.append(row(1))
        with pytest.raises(StorageError, match="locked"):
            log.flush()
        blocker.close()
        log.append(row(2))
        log.flush()
        assert log.rows_after(0) == [row(1), row(2)]


def test_a_full_disk_keeps_what_is_committed_and_recovers(path: Path) -> None:
    with MetricsLog(path) as log:
        log.append(row(1))
        log.flush()
        log._connection.execute("PRAGMA max_page_count = 1")  # as small as the log is now
        for step in range(2, 3_000):
            log.append(row(step))
        with pytest.raises(StorageError, match="full"):
            log.flush()
        assert log.rows_after(0) == [row(1)]
        log._connection.execute("PRAGMA max_page_count = 1000000")
        log.flush()
        assert log.last() == row(2_999)


def test_the_conversions_refuse_what_is_no_number() -> None:
    with pytest.raises((TypeError, ValueError)):
        row_of(1, None, 1.0, 1.0, 1.0, 1, 1.0, 1.0)
    with pytest.raises((TypeError, ValueError)):
        held_out_of(1, "x")
    with pytest.raises((TypeError, ValueError)):
        event_of(None, 1, "kind", "detail", 1.0)
