"""What neighbouring rows of a log come to: the questions in SQL, and what of it is kept.

A chart of ten million steps has room for a few hundred numbers. The writer sums up every block of
steps as it becomes complete; a long past is read from there, and only its end from the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rnn_tui.runs.metrics_file import BLOCK
from rnn_tui.runs.rows import RowSpan, Stretch, row_span_of

Query = Callable[..., list[Any]]

MOST_BLOCKS: Final = 64
"""Blocks that are summed up with one commit: an old log is caught up with little by little."""

_FINITE: Final = """SELECT *, typeof(loss) <> 'text' AS f, typeof(gradient_norm) <> 'text' AS g
FROM rows WHERE step >= ? AND step <= ?"""
_COUNTED: Final = """min(loss) FILTER (WHERE f), max(loss) FILTER (WHERE f),
avg(loss) FILTER (WHERE f), count(*) - sum(f), sum(f),
min(gradient_norm) FILTER (WHERE g), max(gradient_norm) FILTER (WHERE g),
avg(gradient_norm) FILTER (WHERE g), count(*) - sum(g), sum(g)"""
_QUICK: Final = """SELECT min(step), max(step), min(loss), max(loss), avg(loss), 0, count(*),
min(gradient_norm), max(gradient_norm), avg(gradient_norm), 0, count(*)
FROM rows WHERE step >= ? AND step <= ?"""
_CAREFUL: Final = f"SELECT min(step), max(step), {_COUNTED} FROM ({_FINITE})"  # noqa: S608 (all ours)
_LAST: Final = "SELECT coalesce(max(block), -1) FROM summaries"
_KEPT: Final = """SELECT min(first), max(last),
min(low), max(high), sum(mean * finite) / sum(finite), sum(odd), sum(finite),
min(norm_low), max(norm_high), sum(norm_mean * norm_finite) / sum(norm_finite),
sum(norm_odd), sum(norm_finite)
FROM summaries WHERE block >= ? AND block < ? GROUP BY block / ? ORDER BY block"""
_KEPT_STRETCHES: Final = """SELECT min(first), max(last), min(low), max(high),
sum(mean * finite) / sum(finite), sum(odd), max(characters), max(seconds)
FROM summaries GROUP BY block / ? ORDER BY block"""

SUM_UP: Final = f"""INSERT OR REPLACE INTO summaries
SELECT step / {BLOCK}, min(step), max(step), max(characters),
max(CASE typeof(seconds) WHEN 'text' THEN 0.0 ELSE seconds END), {_COUNTED}
FROM ({_FINITE}) GROUP BY step / {BLOCK}"""  # noqa: S608
FORGET: Final = "DELETE FROM summaries WHERE block >= ?"


def summarized(query: Query) -> int:
    """The last step that the summaries reach; -1 where there are none."""
    there = query(int, "SELECT count(*) FROM sqlite_master WHERE name = 'summaries'")[0]
    return (int(query(int, _LAST)[0]) + 1) * BLOCK - 1 if there else -1


def row_spans(query: Query, step: int, width: int, last: int) -> list[RowSpan]:
    """What ``MetricsReader.row_spans`` returns."""
    found: list[RowSpan] = []
    whole = width % BLOCK == 0
    end = (min(summarized(query), last) + 1) // BLOCK * BLOCK - 1 if whole else -1
    while step < last:
        if whole and step < end and (step + 1) % BLOCK == 0:
            among = (step + 1) // BLOCK, (end + 1) // BLOCK, width // BLOCK
            found += query(row_span_of, _KEPT, among)
            step = end
            continue
        until = min(((step + 1) // width + 1) * width - 1, last)
        found += _of_rows(query, step + 1, until)
        step = until
    return found


def _of_rows(query: Query, first: int, last: int) -> list[RowSpan]:
    """One span; none where there are no rows. It needs no sorting, they are read in order."""
    for sql in (_QUICK, _CAREFUL):
        (span,) = query(row_span_of, sql, (first, last))
        if not any(isinstance(metric.high, str) for metric in span):
            break  # text is greater than any number: where it is, the second query counts
    return [span] if span.loss.first is not None else []


def stretches(query: Query, width: int) -> tuple[list[Stretch], int]:
    """The losses as far as they are summed up in blocks, and the last step of those."""
    end = summarized(query) if width % BLOCK == 0 else -1
    return (query(Stretch, _KEPT_STRETCHES, (width // BLOCK,)) if end >= 0 else []), end
