"""The log of a run: losses, evaluations, events, series; in SQLite, one writer and any readers.

Rows become visible to readers when they are committed, about twice a second. A torn write, a kill
or a full disk costs the rows since the last commit and nothing older.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

from rnn_tui.runs.errors import RunGoneError
from rnn_tui.runs.metrics_file import BLOCK, opened_to_write, plain_error
from rnn_tui.runs.metrics_reader import MetricsReader
from rnn_tui.runs.rows import Event, HeldOut, Point, Row, Span, StoredArray, stored
from rnn_tui.runs.salvage import mend
from rnn_tui.runs.seal import seal, unseal
from rnn_tui.runs.summaries import FORGET, MOST_BLOCKS, SUM_UP

__all__ = ["Event", "HeldOut", "MetricsLog", "MetricsReader", "Point", "Row", "Span", "StoredArray"]

COMMIT_SECONDS = 0.5
_BUSY = 100  # milliseconds to wait for somebody who reads, at the end
_MAX_PENDING = 10_000  # rows; then commit early
_AT_ONCE = (512, 64, 8, 1)  # rows in a statement; few sizes, so that SQLite keeps them compiled
_EVENT = """INSERT INTO events (step, kind, detail, seconds, name, "before", "after", who)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


class MetricsLog(MetricsReader):
    """The log as its one writer sees it; a missing file is created.

    What is appended is kept in memory and committed with the next append that comes at least
    ``COMMIT_SECONDS`` after the last commit, by ``flush`` and by ``close``. If a commit fails
    nothing is lost: it is tried again with the next. Where the file was damaged, what can be read
    of it takes its place; ``mended`` says so.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._committed_at = clock()
        self._pending: list[Row] = []
        self._pending_points: list[tuple[str, int, float, float]] = []
        self._pending_other: list[tuple[str, tuple[Any, ...]]] = []
        self._series: dict[str, int] = {}  # name -> id
        super().__init__(path)
        self._inode = os.stat(path).st_ino
        self._series = dict(self._query(_pair, "SELECT name, id FROM series"))
        last = self.last()
        self._last_step = last.step if last is not None else -1
        self._summed_up = self.summarized  # the last step

    def _connect(self) -> sqlite3.Connection:
        self.mended = mend(self.path)
        unseal(self.path)
        return opened_to_write(self.path)

    def _found_damaged(self) -> bool:
        return False  # it was mended when it was opened

    def append(self, row: Row) -> None:
        """Add a row; one of the same step is replaced."""
        self._pending.append(row)
        waited = self._clock() - self._committed_at
        if waited >= COMMIT_SECONDS or len(self._pending) >= _MAX_PENDING:
            self.flush()

    def append_held_out(self, step: int, loss: float) -> None:
        """Add an evaluation; one of the same step is replaced."""
        values = (step, stored(loss))
        self._pending_other.append(("INSERT OR REPLACE INTO held_out VALUES (?, ?)", values))

    def append_event(
        self,
        step: int,
        kind: str,
        detail: str = "",
        seconds: float = 0.0,
        name: str = "",
        who: str = "",
    ) -> None:
        """Add an event; the parts are described at ``Event``."""
        self._add_event(step, kind, detail, seconds, name or None, None, None, who or None)

    def append_knob(
        self, step: int, name: str, before: str, after: str, who: str, seconds: float
    ) -> None:
        """Add that ``who`` changed the setting ``name`` after ``step``; the values as JSON."""
        self._add_event(step, "knob", "", seconds, name, before, after, who)

    def _add_event(self, step: int, kind: str, detail: str, seconds: float, *more: Any) -> None:
        said = (part if part is None else _encodable(part) for part in more)
        values = (step, kind, _encodable(detail), stored(seconds), *said)
        self._pending_other.append((_EVENT, values))

    def append_point(self, name: str, step: int, value: float, seconds: float) -> None:
        """Add a value to a series; one of the same step is replaced."""
        self._pending_points.append((_encodable(name), step, value, seconds))

    def put_array(self, array: StoredArray) -> None:
        """Put an array in the place of the one of the same name."""
        shape, axes = json.dumps(array.shape), json.dumps(array.axes)
        values = (_encodable(array.name), array.step, array.dtype, shape, axes)
        sql = "INSERT OR REPLACE INTO arrays VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._pending_other.append((sql, (*values, array.data, stored(array.seconds))))

    def flush(self) -> None:
        """Commit what was appended; StorageError if the disk or the folder is not there for it."""
        self._committed_at = self._clock()
        if not (self._pending or self._pending_points or self._pending_other):
            return
        self.require_place()
        rows = [tuple(map(stored, row)) for row in self._pending]
        new = self._new_series()
        ids = self._series | new
        points = [
            (ids[name], step, stored(value), stored(seconds))
            for name, step, value, seconds in self._pending_points
        ]
        sums, summed_up, last = self._to_sum_up()
        self._commit(
            [("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)]
            + sums
            + _in_bulk("INSERT INTO series VALUES", [(ids[name], name) for name in new])
            + _in_bulk("INSERT OR REPLACE INTO points VALUES", points)
            + [(sql, [values]) for sql, values in self._pending_other]
        )
        self._summed_up, self._last_step = summed_up, last
        self._pending.clear()
        self._series = ids
        self._pending_points.clear()
        self._pending_other.clear()

    def _to_sum_up(self) -> tuple[list[tuple[str, list[tuple[Any, ...]]]], int, int]:
        """What sums up the next blocks once the pending rows are there; up to where; the last step.

        Where a row is replaced its summary is made again.
        """
        steps = [row.step for row in self._pending]
        last = max([self._last_step, *steps])
        start = min([self._summed_up + 1, *steps]) // BLOCK * BLOCK
        end = min((last + 1) // BLOCK * BLOCK, start + MOST_BLOCKS * BLOCK) - 1
        replaced = [(FORGET, [(start // BLOCK,)])] if start <= self._summed_up else []
        if end < start:
            return list(replaced), start - 1, last
        return [*replaced, (SUM_UP, [(start, end)])], end, last

    def _new_series(self) -> dict[str, int]:
        """Return the series that begin with the pending points, and their ids."""
        names = dict.fromkeys(point[0] for point in self._pending_points)
        new = (name for name in names if name not in self._series)
        return {name: number for number, name in enumerate(new, len(self._series) + 1)}

    def truncate_after(self, step: int) -> None:
        """Remove all that is of steps above ``step``: a resume from there supersedes it."""
        self.flush()
        self._commit(
            [
                ("DELETE FROM rows WHERE step > ?", [(step,)]),
                ("DELETE FROM held_out WHERE step > ?", [(step,)]),
                ("DELETE FROM events WHERE step > ?", [(step,)]),
                ("DELETE FROM points WHERE step > ?", [(step,)]),
                ("DELETE FROM arrays WHERE step > ?", [(step,)]),
            ]
        )
        self._last_step = min(self._last_step, step)
        self._summed_up = min(self._summed_up, (step + 1) // BLOCK * BLOCK - 1)

    def _commit(self, statements: list[tuple[str, list[tuple[Any, ...]]]]) -> None:
        """Run all of the statements, or none."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                for sql, values in statements:
                    self._connection.executemany(sql, values)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise plain_error(self.path, error) from error

    def require_place(self) -> None:
        """RunGoneError where the run was removed or renamed.

        SQLite would go on writing into the file; nobody would ever see it.
        """
        try:
            there = os.stat(self.path).st_ino == self._inode
        except OSError:
            there = False
        if not there:
            raise RunGoneError(self.path)

    def close(self) -> None:
        """Commit, let go of the file, and seal it."""
        try:
            self.flush()
            self._empty_journal()
        finally:
            super().close()
        seal(self.path)

    def _empty_journal(self) -> None:
        """SQLite does so itself, but not where somebody reads; what is left there is not sealed."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute(f"PRAGMA busy_timeout = {_BUSY}")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _encodable(text: str) -> str:
    """Return the text without lone surrogates, which SQLite cannot store."""
    return text.encode("utf-8", "backslashreplace").decode()


def _pair(name: Any, number: Any) -> tuple[str, int]:
    return str(name), int(number)


def _in_bulk(sql: str, rows: list[tuple[Any, ...]]) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """Return few statements that insert all rows, in their order.

    SQLite's module lets go of Python's global lock at every statement, and a busy program gives it
    back up to 5 ms later: with one statement a row the log of such a program could not keep up.
    """
    statements, done = [], 0
    for size in _AT_ONCE:
        while len(rows) - done >= size:
            part = rows[done : done + size]
            places = ", ".join([f"({', '.join('?' * len(part[0]))})"] * size)
            statements.append((f"{sql} {places}", [tuple(chain.from_iterable(part))]))
            done += size
    return statements
