"""The file that the log of a run lies in: its tables, its layouts, and what SQLite complains of."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from rnn_tui.runs.errors import CorruptRunError, StorageError

SCHEMA = 2
"""The layout that is written. Layout 1, which knew no series and no arrays, is read too."""

_ROWS = """
CREATE TABLE rows (
    step INTEGER PRIMARY KEY, loss, gradient_norm, scale, learning_rate,
    characters INTEGER, seconds, epoch
);
CREATE TABLE held_out (step INTEGER PRIMARY KEY, loss);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER, kind TEXT, detail TEXT, seconds
);
"""
_SINCE_2 = """
ALTER TABLE events ADD COLUMN name TEXT;
ALTER TABLE events ADD COLUMN "before" TEXT;
ALTER TABLE events ADD COLUMN "after" TEXT;
ALTER TABLE events ADD COLUMN who TEXT;
CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE points (
    series INTEGER, step INTEGER, value, seconds, PRIMARY KEY (series, step)
) WITHOUT ROWID;
CREATE TABLE arrays (
    name TEXT PRIMARY KEY, step INTEGER, dtype TEXT, shape TEXT, axes TEXT, data BLOB, seconds
);
"""
_STEPS = {0: _ROWS + _SINCE_2, 1: _SINCE_2}
"""From each layout that can be brought to the present one: what does it. 0: an empty file."""

BLOCK = 256
"""Steps that are summed up together as soon as the last of them is there, for long runs."""

SUMMARIES = (
    """CREATE TABLE IF NOT EXISTS summaries (
    block INTEGER PRIMARY KEY, first INTEGER, last INTEGER, characters INTEGER, seconds,
    low, high, mean, odd INTEGER, finite INTEGER,
    norm_low, norm_high, norm_mean, norm_odd INTEGER, norm_finite INTEGER
)""",
    f"""CREATE TRIGGER IF NOT EXISTS superseded AFTER DELETE ON rows
BEGIN DELETE FROM summaries WHERE block >= old.step / {BLOCK}; END""",  # noqa: S608 (a number of ours)
)
"""Of all blocks from the first one on, up to any: what is behind is read from the rows.

They say nothing new, so that the layout is the same for who does not know them: a writer of an
older version adds rows, and where it removes some, the file itself removes their summaries.
"""

_REFUSED = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}  # the file system, or somebody else, is at fault; not what the file holds


def opened(path: Path, query: str) -> sqlite3.Connection:
    """Open the file as SQLite's URI ``query`` says: any thread may use it, one at a time."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{query}",
        uri=True,
        timeout=5.0,
        isolation_level=None,
        check_same_thread=False,
    )


def opened_to_read(path: Path) -> sqlite3.Connection:
    """Open a file that is there; StorageError or CorruptRunError."""
    if not path.is_file():
        raise StorageError(f"cannot read {path}: there is no such file")
    connection = opened(path, "mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        connection.close()
        if _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise plain_error(path, error) from error
        # A folder that we may not write in, so there is no place for SQLite's shared memory.
        # No writer is alive either: its shared memory would be there.
        connection = opened(path, "mode=ro&immutable=1")
    return connection


def opened_to_write(path: Path) -> sqlite3.Connection:
    """Open a file, made where it is missing, in the present layout; errors as above."""
    connection = None
    try:
        connection = opened(path, "mode=rwc")
        _prepare(connection)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise plain_error(path, error) from error
    return connection


def empty_log() -> sqlite3.Connection:
    """A log in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.executescript(_STEPS[0])
    connection.execute(SUMMARIES[0])
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables where the file is new, and those that an older layout lacks."""
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")  # complains now, not later, if we may not write
    try:
        found = layout(connection)
        if found in _STEPS:
            for statement in _STEPS[found].split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
        if found in (*_STEPS, SCHEMA):
            for statement in SUMMARIES:
                connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    # Only now, since it writes to the file: until the tables are there the file stays empty.
    connection.execute("PRAGMA journal_mode = WAL")


def layout(connection: sqlite3.Connection) -> int:
    """Return the file's layout; 0 for an empty one, -1 where there are tables of nobody."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(version) or (-1 if tables else 0)


def _code(error: Exception) -> int:
    """Return SQLite's primary result code, 0 where there is none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def plain_error(path: Path, error: Exception) -> StorageError | CorruptRunError:
    """Return SQLite's complaint as one of ours."""
    if _code(error) in _REFUSED:
        return StorageError(
            f"cannot use {path}: {error}: check the free space and the permissions of its folder",
            errno.ENOSPC if _code(error) == sqlite3.SQLITE_FULL else None,
        )
    return CorruptRunError(f"{path} is damaged or not a log of metrics: {error}")
