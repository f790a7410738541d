"""The log of a run as those see it who only read: what is committed, in the order of the steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Self, TypeVar

from rnn_tui.runs import summaries
from rnn_tui.runs.errors import CorruptRunError, StorageError
from rnn_tui.runs.metrics_file import SCHEMA, opened_to_read, plain_error
from rnn_tui.runs.rows import (
    Event,
    HeldOut,
    ListedArray,
    Point,
    Row,
    RowSpan,
    Span,
    StoredArray,
    Stretch,
    array_of,
    event_of,
    held_out_of,
    listed_array_of,
    point_of,
    row_of,
)
from rnn_tui.runs.salvage import salvaged
from rnn_tui.runs.seal import broken_pages

_Made = TypeVar("_Made")

_SPANS = """
SELECT min(step), max(step), min(finite), max(finite), avg(finite), count(*) - count(finite),
       count(finite)
FROM (SELECT step, CASE typeof(value) WHEN 'text' THEN NULL ELSE value END AS finite
      FROM points WHERE series = (SELECT id FROM series WHERE name = ?) AND step > ? AND step <= ?)
GROUP BY step / ? ORDER BY step
"""
_NO_END = 2**63 - 1

_STRETCHES = """
SELECT min(step), max(step), min(finite), max(finite), avg(finite), count(*) - count(finite),
       coalesce(max(characters), 0), coalesce(max(CASE typeof(seconds) WHEN 'text' THEN 0
       ELSE seconds END), 0.0)
FROM (SELECT step, characters, seconds, CASE typeof(value) WHEN 'text' THEN NULL ELSE value END
      AS finite FROM ({values}))
GROUP BY step / ? ORDER BY step
"""
_LOSSES = "SELECT step, characters, seconds, loss AS value FROM rows WHERE step > ?"
_POINTS = """SELECT step, 0 AS characters, seconds, value FROM points
WHERE series = (SELECT id FROM series WHERE name = ?)"""
_BEST = "WHERE typeof({value}) <> 'text' {also} ORDER BY {value}, step LIMIT 1"


class MetricsReader:
    """The log as others see it: committed rows only; never writes.

    Any thread may call it, and close it: they take turns. Raises StorageError where the file
    cannot be read, CorruptRunError where it is not a log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = RLock()  # a connection that is closed while it is read ends the process
        self._closed = False
        self.damaged = ""
        """What is to be said of a log that was damaged: what can be read of it is shown."""
        self._connection = self._connect()
        try:
            self._check_schema()
        except BaseException:
            self._connection.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        return self._salvaged() if broken_pages(self.path) else opened_to_read(self.path)

    def _salvaged(self) -> sqlite3.Connection:
        self.damaged = f"{self.path} is damaged: rows are missing that cannot be read"
        return salvaged(self.path)

    def _found_damaged(self) -> bool:
        """Read on in what can be read; False where that was done already."""
        if self.damaged:
            return False
        connection = self._salvaged()
        self._connection.close()
        self._connection = connection
        return True

    def _check_schema(self) -> None:
        found = self._query(int, "PRAGMA user_version")[0]
        if not 1 <= found <= SCHEMA:
            raise CorruptRunError(
                f"{self.path} has layout {found}, this version of rnn-tui reads 1 to {SCHEMA}"
            )

    def _query(
        self, build: Callable[..., _Made], sql: str, values: tuple[int | str, ...] = ()
    ) -> list[_Made]:
        """Return what ``build`` makes of each row that ``sql`` finds."""
        with self._turn:
            if self._closed:
                raise StorageError(f"{self.path} was closed")
            try:
                return [build(*found) for found in self._connection.execute(sql, values)]
            except (sqlite3.Error, ValueError, TypeError) as error:  # or a value that is no number
                plain = plain_error(self.path, error)
                if isinstance(plain, StorageError) or not self._found_damaged():
                    raise plain from error
            return self._query(build, sql, values)

    def _has_series(self) -> bool:
        """Say whether the file's layout knows series and arrays; a writer may bring it there."""
        return self._query(int, "PRAGMA user_version")[0] >= 2

    def rows_after(self, step: int, limit: int = 10_000) -> list[Row]:
        """Return up to ``limit`` rows of steps above ``step``, ascending."""
        sql = "SELECT * FROM rows WHERE step > ? ORDER BY step LIMIT ?"
        return self._query(row_of, sql, (step, limit))

    def row_spans(self, step: int, width: int, last: int) -> list[RowSpan]:
        """Return losses and gradient norms above ``step`` and up to ``last``, ascending.

        ``width`` steps are taken together, none across a multiple of it. Lowest and highest are
        kept, so that no spike is lost. A million rows take 0.25 s, a multiple of ``BLOCK`` steps
        together is read from their summaries: ten million rows take 0.03 s.
        """
        return summaries.row_spans(self._query, step, width, last)

    @property
    def summarized(self) -> int:
        """The last step up to which long spans are found without reading the rows; -1: none."""
        return summaries.summarized(self._query)

    def worst_step(self, first: int, last: int) -> int | None:
        """Return where from ``first`` to ``last`` the loss is highest, or not a finite number."""
        sql = """SELECT step FROM rows WHERE step >= ? AND step <= ?
            ORDER BY typeof(loss) = 'text' DESC, loss DESC, step LIMIT 1"""
        found = self._query(int, sql, (first, last))
        return found[0] if found else None

    def stretches(self, width: int) -> list[Stretch]:
        """Return the losses of the run, ``width`` steps together, ascending.

        Multiples of ``BLOCK`` steps are read from their summaries.
        """
        found, end = summaries.stretches(self._query, max(1, width))
        sql = _STRETCHES.format(values=_LOSSES)
        return found + self._query(Stretch, sql, (end, max(1, width)))

    def last(self) -> Row | None:
        """Return the row of the latest step, or None."""
        found = self._query(row_of, "SELECT * FROM rows ORDER BY step DESC LIMIT 1")
        return found[0] if found else None

    def held_out_after(self, step: int, limit: int = 10_000) -> list[HeldOut]:
        """Return up to ``limit`` evaluations of steps above ``step``, ascending."""
        sql = "SELECT * FROM held_out WHERE step > ? ORDER BY step LIMIT ?"
        return self._query(held_out_of, sql, (step, limit))

    def last_held_out(self) -> HeldOut | None:
        """Return the latest evaluation, or None."""
        found = self._query(held_out_of, "SELECT * FROM held_out ORDER BY step DESC LIMIT 1")
        return found[0] if found else None

    def best_held_out(self) -> HeldOut | None:
        """Return the lowest evaluation, of several the first, or None."""
        best = _BEST.format(value="loss", also="")
        found = self._query(held_out_of, f"SELECT * FROM held_out {best}")  # noqa: S608
        return found[0] if found else None

    def events_after(self, number: int, limit: int = 10_000) -> list[Event]:
        """Return up to ``limit`` events whose id is above ``number``, ascending."""
        sql = "SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?"
        return self._query(event_of, sql, (number, limit))

    def series_names(self) -> list[str]:
        """Return the names of the series in the order in which they began."""
        return self._query(str, "SELECT name FROM series ORDER BY id") if self._has_series() else []

    def points_after(self, name: str, step: int, limit: int = 10_000) -> list[Point]:
        """Return up to ``limit`` values of a series of steps above ``step``, ascending.

        Steps of monitored runs may begin at 0: -1 stands before them all.
        """
        sql = """SELECT step, value, seconds FROM points
            WHERE series = (SELECT id FROM series WHERE name = ?) AND step > ?
            ORDER BY step LIMIT ?"""
        return self._query(point_of, sql, (name, step, limit)) if self._has_series() else []

    def point_spans(self, name: str, step: int, width: int, last: int = _NO_END) -> list[Span]:
        """Return what ``row_spans`` does, of the values of a series."""
        values = (name, step, last, max(1, width))
        return self._query(Span, _SPANS, values) if self._has_series() else []

    def count_points(self, name: str, step: int) -> int:
        """Return how many values a series has above ``step``."""
        sql = """SELECT count(*) FROM points
            WHERE series = (SELECT id FROM series WHERE name = ?) AND step > ?"""
        return self._query(int, sql, (name, step))[0] if self._has_series() else 0

    def last_point(self, name: str) -> Point | None:
        """Return the value of a series at its latest step, or None."""
        sql = """SELECT step, value, seconds FROM points
            WHERE series = (SELECT id FROM series WHERE name = ?) ORDER BY step DESC LIMIT 1"""
        found = self._query(point_of, sql, (name,)) if self._has_series() else []
        return found[0] if found else None

    def best_point(self, name: str) -> Point | None:
        """Return the lowest value of a series, of several the first, or None."""
        own = "AND series = (SELECT id FROM series WHERE name = ?)"
        best = _BEST.format(value="value", also=own)
        sql = f"SELECT step, value, seconds FROM points {best}"  # noqa: S608 (nothing from outside)
        found = self._query(point_of, sql, (name,)) if self._has_series() else []
        return found[0] if found else None

    def point_stretches(self, name: str, width: int) -> list[Stretch]:
        """Return the values of a series, ``width`` steps together, ascending."""
        sql = _STRETCHES.format(values=_POINTS)
        return self._query(Stretch, sql, (name, max(1, width))) if self._has_series() else []

    def last_step(self) -> int:
        """Return the latest step of any series; 0 where there is none."""
        sql = """SELECT coalesce(max((SELECT max(step) FROM points WHERE series = id)), 0)
            FROM series"""
        return self._query(int, sql)[0] if self._has_series() else 0

    def arrays_listed(self) -> list[ListedArray]:
        """Return the arrays without their numbers, in alphabetical order."""
        sql = "SELECT name, step, shape, axes FROM arrays ORDER BY name"
        return self._query(listed_array_of, sql) if self._has_series() else []

    @property
    def version(self) -> int:
        """A number that is another one as soon as somebody else has written into the file."""
        return self._query(int, "PRAGMA data_version")[0]

    def array(self, name: str) -> StoredArray | None:
        """Return the latest array of that name, or None."""
        sql = "SELECT * FROM arrays WHERE name = ?"
        found = self._query(array_of, sql, (name,)) if self._has_series() else []
        return found[0] if found else None

    def close(self) -> None:
        """Let go of the file, after whoever reads it."""
        with self._turn:
            self._closed = True
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
