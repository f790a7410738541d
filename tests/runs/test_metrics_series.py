"""What layout 2 of the log added: series and arrays of monitored runs, and who turned what."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import pytest

from rnn_tui.runs.errors import CorruptRunError, StorageError
from rnn_tui.runs.metrics import MetricsLog, MetricsReader, Row
from rnn_tui.runs.rows import KINDS, StoredArray

LAYOUT_1 = """
CREATE TABLE rows (
    step INTEGER PRIMARY KEY, loss, gradient_norm, scale, learning_rate,
    characters INTEGER, seconds, epoch
);
CREATE TABLE held_out (step INTEGER PRIMARY KEY, loss);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER, kind TEXT, detail TEXT, seconds
);
INSERT INTO rows VALUES (7, 2.5, 1.5, 1.0, 0.001, 70, 3.5, 0.25);
INSERT INTO events (step, kind, detail, seconds) VALUES (7, 'note', 'old', 3.5);
PRAGMA user_version = 1;
"""
WEIGHTS = StoredArray("W_hh", 3, "float32", (2, 1), ("unit", "unit"), b"\0" * 8, 0.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[MetricsLog]:
    with MetricsLog(path) as log:
        yield log


@pytest.fixture
def old(path: Path) -> Path:
    """A log as the layout before wrote it."""
    with sqlite3.connect(path) as connection:
        connection.executescript(LAYOUT_1)
    connection.close()
    return path


def shape_of(path: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(path) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        found = [
            (
                table,
                *(str(column[1]) for column in connection.execute(f"PRAGMA table_info({table})")),
            )
            for table in sorted(tables)
        ]
    connection.close()
    return found


def test_series_come_back_by_name_in_the_order_in_which_they_began(log: MetricsLog) -> None:
    log.append_point("val_loss", 0, 2.0, 0.1)
    for step in range(1_100):  # more than one statement takes
        log.append_point("loss", step, step / 8, step / 4)
    log.flush()
    assert log.series_names() == ["val_loss", "loss"]
    assert log.points_after("val_loss", -1) == [(0, 2.0, 0.1)]
    assert log.points_after("loss", -1) == [(step, step / 8, step / 4) for step in range(1_100)]
    assert log.points_after("loss", 8, limit=2) == [(9, 1.125, 2.25), (10, 1.25, 2.5)]
    assert log.points_after("nobody", -1) == []


def test_a_value_of_a_step_that_was_there_is_replaced(log: MetricsLog) -> None:
    for value in (1.0, 2.0):
        log.append_point("loss", 5, value, 0.0)
    log.flush()
    log.append_point("loss", 4, 9.0, 0.0)
    log.append_point("loss", 5, 3.0, 0.0)
    log.flush()
    assert [point[:2] for point in log.points_after("loss", -1)] == [(4, 9.0), (5, 3.0)]


def test_values_that_are_not_finite_survive(log: MetricsLog) -> None:
    for step, value in enumerate((math.nan, math.inf, -math.inf)):
        log.append_point("loss", step, value, 0.0)
    log.flush()
    assert [repr(point.value) for point in log.points_after("loss", -1)] == ["nan", "inf", "-inf"]


def test_of_an_array_only_the_latest_is_kept(log: MetricsLog) -> None:
    log.put_array(WEIGHTS)
    log.put_array(
        later := WEIGHTS._replace(step=4, dtype="uint8", shape=(3,), axes=(), data=b"abc")
    )
    log.put_array(WEIGHTS._replace(name="b"))
    log.flush()
    assert [array.name for array in log.arrays_listed()] == ["W_hh", "b"]
    assert log.array("W_hh") == later
    assert log.array("nobody") is None


def test_a_knob_tells_what_it_was_and_who_turned_it(log: MetricsLog) -> None:
    log.append_knob(9, "learning_rate", "0.003", "0.001", "pts/3 (412)", 1.5)
    log.append_event(9, "not finite", "loss is nan", 1.5, name="loss")
    log.flush()
    knob, odd = log.events_after(0)
    assert knob[1:] == (9, "knob", "", 1.5, "learning_rate", "0.003", "0.001", "pts/3 (412)")
    assert odd[1:] == (9, "not finite", "loss is nan", 1.5, "loss", "", "", "")
    assert {knob.kind, odd.kind} <= KINDS.keys()


def test_a_resume_supersedes_series_and_arrays_too(log: MetricsLog) -> None:
    for step in (1, 2, 3):
        log.append_point("loss", step, 1.0, 0.0)
    log.put_array(WEIGHTS)
    log.truncate_after(2)
    assert [point.step for point in log.points_after("loss", -1)] == [1, 2]
    assert log.arrays_listed() == []


def test_series_go_on_where_they_were(path: Path) -> None:
    for step, names in enumerate((("a", "b"), ("c", "b", "a"))):
        with MetricsLog(path) as log:
            for name in names:
                log.append_point(name, step, float(step), 0.0)
    with MetricsReader(path) as reader:
        assert reader.series_names() == ["a", "b", "c"]
        assert [point.step for point in reader.points_after("b", -1)] == [0, 1]


def test_a_commit_that_failed_loses_no_series(path: Path) -> None:
    with MetricsLog(path) as log:
        log._connection.execute("PRAGMA busy_timeout = 0")
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        log.append_point("loss", 1, 1.0, 0.0)
        with pytest.raises(StorageError, match="locked"):
            log.flush()
        blocker.close()
        log.flush()
        assert log.points_after("loss", -1) == [(1, 1.0, 0.0)]


def test_a_log_of_the_layout_before_is_read_as_it_is(old: Path) -> None:
    content = old.read_bytes()
    with MetricsReader(old) as reader:
        assert reader.last() == Row(7, 2.5, 1.5, 1.0, 0.001, 70, 3.5, 0.25)
        assert reader.events_after(0)[0][1:] == (7, "note", "old", 3.5, "", "", "", "")
        assert (reader.series_names(), reader.points_after("loss", -1)) == ([], [])
        assert (reader.arrays_listed(), reader.array("W_hh")) == ([], None)
    assert old.read_bytes() == content


def test_a_writer_brings_the_layout_before_to_the_present_one(old: Path, tmp_path: Path) -> None:
    with MetricsReader(old) as watching, MetricsLog(old) as log:
        log.append_knob(8, "clip", "5", "1", "me", 4.0)
        log.append_point("loss", 8, 1.0, 4.0)
        log.flush()
        assert [event.kind for event in watching.events_after(0)] == ["note", "knob"]
        assert watching.series_names() == ["loss"]  # who watched before need not open it again
        assert watching.last() == log.last() == Row(7, 2.5, 1.5, 1.0, 0.001, 70, 3.5, 0.25)
    MetricsLog(tmp_path / "new").close()
    assert shape_of(old) == shape_of(tmp_path / "new")


def test_a_migration_that_fails_leaves_the_file_as_it_was(old: Path) -> None:
    with sqlite3.connect(old) as connection:
        connection.execute("CREATE TABLE arrays (x)")  # in the way of the last statement
    connection.close()
    before = shape_of(old)
    with pytest.raises(CorruptRunError, match="arrays already exists"):
        MetricsLog(old)
    assert shape_of(old) == before
    with MetricsReader(old) as reader:
        assert reader.last() is not None


@pytest.mark.parametrize(
    "parts",
    [
        ("float32", "[2, 2]", "[]", b"\0" * 15),
        ("object", "[1]", "[]", b"\0" * 8),
        ("uint8", "[-1]", "[]", b""),
        ("uint8", "{}}", "[]", b""),
        ("uint8", "[2]", '["a", "b"]', b"ab"),
        ("uint8", "[99999999999999999999]", "[]", b"ab"),
        ("uint8", "5", "[]", b"ab"),
    ],
)
def test_an_array_whose_parts_do_not_agree_is_corrupt(
    log: MetricsLog, parts: tuple[str, str, str, bytes]
) -> None:
    log._connection.execute("INSERT INTO arrays VALUES ('x', 1, ?, ?, ?, ?, 0)", parts)
    with pytest.raises(CorruptRunError, match="is damaged"):
        log.array("x")


def test_a_reader_is_closed_after_whoever_reads(log: MetricsLog, path: Path) -> None:
    log.append(Row(1, 2.5, 1.0, 1.0, 1e-3, 10, 0.1, 0.1))
    log.flush()
    reader, reading, go_on = MetricsReader(path), Event(), Event()
    built: list[int] = []

    def build(step: int) -> None:
        reading.set()
        assert go_on.wait(30)
        built.append(step)

    def close() -> None:
        reader.close()
        assert built == [1]

    with ThreadPoolExecutor(2) as threads:
        found = threads.submit(reader._query, build, "SELECT step FROM rows")
        assert reading.wait(30)
        closed = threads.submit(close)
        assert not wait([closed], timeout=0.05).done
        go_on.set()
        found.result(30)
        closed.result(30)
    with pytest.raises(StorageError, match="was closed"):
        reader.last()
