"""The log of a run: losses, evaluations and events, in SQLite, one writer and any readers.

Rows become visible to readers when they are committed, about twice a second. A torn write, a kill
or a full disk costs the rows since the last commit and nothing older.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

from rnn_tui.runs.errors import CorruptRunError, StorageError
from rnn_tui.runs.rows import Event, HeldOut, Row, Span, event_of, held_out_of, row_of, stored

__all__ = ["Event", "HeldOut", "MetricsLog", "MetricsReader", "Row", "Span"]

SCHEMA = 1
COMMIT_SECONDS = 0.5
_Made = TypeVar("_Made")
_MAX_PENDING = 10_000  # rows; then commit early

_SPANS = """
SELECT min(step), max(step), min(finite), max(finite), avg(finite), count(*) - count(finite)
FROM (SELECT step, CASE typeof(loss) WHEN 'text' THEN NULL ELSE loss END AS finite
      FROM rows WHERE step > ?)
GROUP BY step / ? ORDER BY step
"""
_TABLES = """
CREATE TABLE rows (
    step INTEGER PRIMARY KEY, loss, gradient_norm, scale, learning_rate,
    characters INTEGER, seconds, epoch
);
CREATE TABLE held_out (step INTEGER PRIMARY KEY, loss);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER, kind TEXT, detail TEXT, seconds
);
"""


def _opened(path: Path, query: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{query}",
        uri=True,
        timeout=5.0,
        isolation_level=None,
        check_same_thread=False,  # any thread, one at a time
    )


_REFUSED = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}  # the file system, or somebody else, is at fault; not what the file holds


def _code(error: Exception) -> int:
    """Return SQLite's primary result code, 0 where there is none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _plain_error(path: Path, error: Exception) -> StorageError | CorruptRunError:
    """Return SQLite's complaint as one of ours."""
    if _code(error) in _REFUSED:
        return StorageError(
            f"cannot use {path}: {error}: check the free space and the permissions of its folder"
        )
    return CorruptRunError(f"{path} is damaged or not a log of metrics: {error}")


class MetricsReader:
    """The log as others see it: committed rows only; never writes.

    Any thread may call it, one at a time. Raises StorageError where the file cannot be read,
    CorruptRunError where it is not a log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = self._connect()
        try:
            self._check_schema()
        except BaseException:
            self._connection.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        if not self.path.is_file():
            raise StorageError(f"cannot read {self.path}: there is no such file")
        connection = _opened(self.path, "mode=ro")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            connection.close()
            if _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                raise _plain_error(self.path, error) from error
            # A folder that we may not write in, so there is no place for SQLite's shared memory.
            # No writer is alive either: its shared memory would be there.
            connection = _opened(self.path, "mode=ro&immutable=1")
        return connection

    def _check_schema(self) -> None:
        found = self._query(int, "PRAGMA user_version")[0]
        if found != SCHEMA:
            raise CorruptRunError(
                f"{self.path} has layout {found}, this version of rnn-tui reads {SCHEMA}"
            )

    def _query(
        self, build: Callable[..., _Made], sql: str, values: tuple[int, ...] = ()
    ) -> list[_Made]:
        """Return what ``build`` makes of each row that ``sql`` finds."""
        try:
            return [build(*found) for found in self._connection.execute(sql, values)]
        except (sqlite3.Error, ValueError, TypeError) as error:  # or a value that is no number
            raise _plain_error(self.path, error) from error

    def rows_after(self, step: int, limit: int = 10_000) -> list[Row]:
        """Return up to ``limit`` rows of steps above ``step``, ascending."""
        sql = "SELECT * FROM rows WHERE step > ? ORDER BY step LIMIT ?"
        return self._query(row_of, sql, (step, limit))

    def spans(self, step: int, width: int) -> list[Span]:
        """Return the losses above ``step``, ``width`` steps together, ascending.

        Lowest and highest are kept, so that no spike is lost; a million rows take 0.3 s.
        """
        return self._query(Span, _SPANS, (step, max(1, width)))

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

    def events_after(self, number: int, limit: int = 10_000) -> list[Event]:
        """Return up to ``limit`` events whose id is above ``number``, ascending."""
        sql = "SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?"
        return self._query(event_of, sql, (number, limit))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class MetricsLog(MetricsReader):
    """The log as its one writer sees it; a missing file is created.

    What is appended is kept in memory and committed with the next append that comes at least
    ``COMMIT_SECONDS`` after the last commit, by ``flush`` and by ``close``. If a commit fails
    nothing is lost: it is tried again with the next.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._committed_at = clock()
        self._pending: list[Row] = []
        self._pending_other: list[tuple[str, tuple[Any, ...]]] = []
        super().__init__(path)
        self._inode = os.stat(path).st_ino

    def _connect(self) -> sqlite3.Connection:
        connection = None
        try:
            connection = _opened(self.path, "mode=rwc")
            _prepare(connection)
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise _plain_error(self.path, error) from error
        return connection

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

    def append_event(self, step: int, kind: str, detail: str = "", seconds: float = 0.0) -> None:
        """Add an event; ``seconds`` as in ``Row``."""
        values = (step, kind, _encodable(detail), stored(seconds))
        sql = "INSERT INTO events (step, kind, detail, seconds) VALUES (?, ?, ?, ?)"
        self._pending_other.append((sql, values))

    def flush(self) -> None:
        """Commit what was appended; StorageError if the disk or the folder is not there for it."""
        self._committed_at = self._clock()
        if not self._pending and not self._pending_other:
            return
        self._check_place()
        rows = [tuple(map(stored, row)) for row in self._pending]
        self._commit(
            [("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)]
            + [(sql, [values]) for sql, values in self._pending_other]
        )
        self._pending.clear()
        self._pending_other.clear()

    def truncate_after(self, step: int) -> None:
        """Remove all that is of steps above ``step``: a resume from there supersedes it."""
        self.flush()
        self._commit(
            [
                ("DELETE FROM rows WHERE step > ?", [(step,)]),
                ("DELETE FROM held_out WHERE step > ?", [(step,)]),
                ("DELETE FROM events WHERE step > ?", [(step,)]),
            ]
        )

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
            raise _plain_error(self.path, error) from error

    def _check_place(self) -> None:
        """SQLite goes on writing into a file that was removed; nobody would ever see it."""
        try:
            there = os.stat(self.path).st_ino == self._inode
        except OSError:
            there = False
        if not there:
            raise StorageError(f"cannot write {self.path}: the run was removed or renamed")

    def close(self) -> None:
        """Commit and let go of the file."""
        try:
            self.flush()
        finally:
            super().close()


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables where the file is new."""
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")  # complains now, not later, if we may not write
    connection.execute("ROLLBACK")
    (found,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if found == 0:
        connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {SCHEMA}; COMMIT;")
    # Only now, since it writes to the file: until the tables are there the file stays empty.
    connection.execute("PRAGMA journal_mode = WAL")


def _encodable(text: str) -> str:
    """Return the text without lone surrogates, which SQLite cannot store."""
    return text.encode("utf-8", "backslashreplace").decode()
