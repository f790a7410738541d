"""Long pasts are read from the summaries of their blocks, whoever wrote or removed the rows."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_tui.runs.metrics import MetricsLog, MetricsReader, Row
from rnn_tui.runs.metrics_file import BLOCK
from rnn_tui.runs.rows import RowSpan
from rnn_tui.runs.seal import seal_of

WIDTH = 4 * BLOCK


def row(step: int) -> Row:
    loss = math.nan if step % 777 == 0 else 1.0 + step % 13
    return Row(step, loss, step % 7 + 0.5, 1.0, 0.1, 10 * step, step / 4, 0.0)


def written(log: MetricsLog, first: int, last: int) -> None:
    for step in range(first, last + 1):
        log.append(row(step))
        if step % 300 == 0:  # commits, not at the ends of blocks
            log.flush()
    log.flush()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.sqlite"
    with MetricsLog(path) as log:
        written(log, 1, 5000)
    return path


def by_another_program(file: Path, *statements: str) -> None:
    """What an older version does, which knows no summaries."""
    seal_of(file).unlink(missing_ok=True)
    with sqlite3.connect(file) as other:
        for statement in statements:
            other.execute(statement)
    other.close()


def assert_as_from_rows(file: Path) -> None:
    """Spans and stretches are what they are of the same log without its summaries."""
    with MetricsReader(file) as log:
        assert log.summarized > WIDTH
        found, stretches = log.row_spans(-1, WIDTH, 4900), log.stretches(WIDTH)
    by_another_program(file, "DELETE FROM summaries")
    with MetricsReader(file) as log:
        assert log.summarized == -1
        assert_same(found, log.row_spans(-1, WIDTH, 4900))
        assert stretches[:3] == log.stretches(WIDTH)[:3]
        assert stretches[-1].last == log.stretches(WIDTH)[-1].last


def assert_same(found: list[RowSpan], rows: list[RowSpan]) -> None:
    """The one that the summaries end in may be in two parts."""
    whole = (len(rows) - 2) * 2
    flat = [number for span in found[: whole // 2] for metric in span for number in metric]
    assert flat == pytest.approx([n for span in rows[: whole // 2] for m in span for n in m])
    for of in (lambda span: span.loss, lambda span: span.gradient_norm):
        assert total(found, of) == total(rows, of)


def total(spans: list[RowSpan], of: Callable[[RowSpan], object]) -> tuple[int, int, int, int]:
    parts = [of(span) for span in spans]
    ends = parts[0].first, parts[-1].last
    return *ends, sum(part.odd for part in parts), sum(part.finite for part in parts)


def test_spans_are_the_same_as_from_the_rows(file: Path) -> None:
    assert_as_from_rows(file)


def test_of_what_is_summed_up_no_row_is_read(file: Path) -> None:
    with MetricsReader(file) as log:
        asked: list[str] = []
        log._connection.set_trace_callback(asked.append)
        log.row_spans(-1, WIDTH, 4 * WIDTH - 1)
    assert not [sql for sql in asked if "FROM rows" in sql]


def test_what_is_removed_and_written_again_is_summed_up_again(file: Path) -> None:
    with MetricsLog(file) as log:
        log.truncate_after(1300)
        assert log.summarized == 1279
        for step in range(1301, 5001):
            log.append(row(step)._replace(loss=50.0))
    with MetricsReader(file) as log:
        assert log.summarized == 4863
        assert {span.loss.high for span in log.row_spans(-1, WIDTH, 4900)[2:]} == {50.0}
    assert_as_from_rows(file)


def test_a_row_that_is_replaced_is_summed_up_again(file: Path) -> None:
    with MetricsLog(file) as log:
        log.append(row(700)._replace(loss=99.0))
        written(log, 5001, 5001)
        assert log.row_spans(-1, WIDTH, 4900)[0].loss.high == 99.0
    assert_as_from_rows(file)


def test_what_an_older_version_removes_loses_its_summaries(file: Path) -> None:
    by_another_program(file, "DELETE FROM rows WHERE step > 2000")
    with MetricsReader(file) as log:
        assert log.summarized == 1791


def test_the_log_of_an_older_version_is_read_and_caught_up_with(file: Path) -> None:
    by_another_program(file, "DROP TABLE summaries", "DROP TRIGGER superseded")
    with MetricsReader(file) as log:
        assert (log.summarized, len(log.row_spans(-1, WIDTH, 4900))) == (-1, 5)
    with MetricsLog(file) as log:
        written(log, 5001, 5001)
        assert log.summarized == 4863
    assert_as_from_rows(file)
