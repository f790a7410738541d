"""What is left of a log that was damaged: all that stands on pages that can still be read."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rnn_tui.runs.atomic import DISK, read_file, storage_error, write_atomically
from rnn_tui.runs.errors import CorruptRunError
from rnn_tui.runs.metrics_file import empty_log, opened_to_read
from rnn_tui.runs.seal import PAGE, broken_pages, seal_of

_MAX_LOG = 16 << 30
_TABLES = {"rows": "step", "held_out": "step", "events": "id", "series": "id", "arrays": "rowid"}
_ON_ONE_PAGE = PAGE - 400  # bytes of texts; numbers and what SQLite adds take less than the rest
_COUNTED = "SELECT (SELECT count(*) FROM rows) + (SELECT count(*) FROM points)"
_FIRST, _LAST = -(2**62), 2**62
_MOST_GAPS = 1000


def salvaged(path: Path) -> sqlite3.Connection:
    """A log in memory that holds what can be read of a damaged one; CorruptRunError if nothing can.

    What the seal says is damaged is not read, whatever it looks like.
    """
    source = _without(path, broken) if (broken := broken_pages(path)) else opened_to_read(path)
    log = empty_log()
    try:
        for table, key in _TABLES.items():
            _copy(source, log, table, key, "TRUE")
        for (series,) in log.execute("SELECT id FROM series").fetchall():
            _copy(source, log, "points", "step", f"series = {int(series)}")
    except sqlite3.Error as error:
        log.close()
        raise CorruptRunError(f"{path} is damaged: {error}") from error
    finally:
        source.close()
    return log


def _without(path: Path, broken: Iterable[int]) -> sqlite3.Connection:
    """The log with nothing on its broken pages: whoever comes to one of them is told."""
    content = bytearray(read_file(path, _MAX_LOG))
    for page in broken:
        content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    content = content[: len(content) // PAGE * PAGE]
    content[18:20] = b"\1\1"  # no journal: it is in memory
    source = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    source.deserialize(bytes(content))
    return source


def _copy(
    source: sqlite3.Connection, log: sqlite3.Connection, table: str, key: str, where: str
) -> None:
    """Copy what can be read of a table, or of those of its rows that ``where`` names."""
    for rows in _readable(source, f"SELECT {key}, * FROM {table} WHERE {where}", key):  # noqa: S608
        places = ", ".join("?" * (len(rows[0]) - 1))
        columns = ", ".join(_columns(source, table))
        log.executemany(
            f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({places})",  # noqa: S608
            [row[1:] for row in rows if _on_one_page(row)],
        )


def _on_one_page(row: tuple[Any, ...]) -> bool:
    """Whether a row is too short to go on on pages that SQLite cannot know the loss of."""
    texts = (part.encode() if isinstance(part, str) else part for part in row)
    return sum(len(part) for part in texts if isinstance(part, bytes)) < _ON_ONE_PAGE


def _columns(source: sqlite3.Connection, table: str) -> list[str]:
    found = source.execute(f"SELECT * FROM {table} LIMIT 0").description  # noqa: S608
    return [f'"{column[0]}"' for column in found]


def _readable(source: sqlite3.Connection, query: str, key: str) -> Iterator[list[tuple[Any, ...]]]:
    """The rows between the gaps, ascending; where one begins, the next row is looked for."""
    query = f"{query} AND {key} >= ? ORDER BY {key}"
    first = _FIRST
    for _ in range(_MOST_GAPS):  # pages that lead back to each other would make them without end
        rows, whole = _rows_until_gap(source, query, first)
        if rows:
            yield rows
        if whole:
            return
        last = rows[-1][0] if rows and isinstance(rows[-1][0], int) else first
        behind = _behind_gap(source, query, max(first, last + 1 if rows else first))
        if behind is None:
            return
        first = behind


def _rows_until_gap(
    source: sqlite3.Connection, query: str, first: int
) -> tuple[list[tuple[Any, ...]], bool]:
    """The rows from ``first`` on, and whether they are all that there are."""
    rows: list[tuple[Any, ...]] = []
    try:
        for row in source.execute(query, (first,)):
            rows.append(row)  # noqa: PERF402 (an error keeps those before it)
    except sqlite3.DatabaseError:
        return rows, False
    return rows, True


def _behind_gap(source: sqlite3.Connection, query: str, gap: int) -> int | None:
    """Where from ``gap`` on rows can be read again; None where nowhere."""
    low, high = gap, _first_that(source, query, gap)
    if high is None:
        return None
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _is_read(source, query, middle) else (middle, high)
    return high


def _first_that(source: sqlite3.Connection, query: str, gap: int) -> int | None:
    """Some key above ``gap`` from which on rows can be read."""
    distance = 1
    while (key := max(gap, 0) + distance) < _LAST:
        if _is_read(source, query, key):
            return key
        distance *= 2
    return None


def _is_read(source: sqlite3.Connection, query: str, key: int) -> bool:
    try:
        source.execute(f"{query} LIMIT 1", (key,)).fetchone()
    except sqlite3.DatabaseError:
        return False
    return True


def is_damaged(path: Path) -> bool:
    """Whether a log was damaged, as far as its seal, or else SQLite, can tell."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    if broken_pages(path):
        return True
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        return bool(connection.execute("PRAGMA quick_check").fetchone() != ("ok",))
    except sqlite3.OperationalError:  # not there, locked, not to be written: not damaged
        return False
    except sqlite3.DatabaseError:
        return True
    finally:
        connection.close()


def mend(path: Path) -> str:
    """Put what is left of a damaged log into its place; what was done, in words, or nothing.

    The damaged one stays beside it. Whatever dies meanwhile, the next call goes on: until the end
    there is the damaged log or, beside it, what is left of it. StorageError where the disk refuses.
    """
    spare = path.with_name(f"{path.name}.mended")
    aside = path.with_name(f"{path.name}.damaged")
    if path.exists() or not spare.exists():
        if not is_damaged(path):
            return ""
        with contextlib.closing(salvaged(path)) as log:
            write_atomically(spare, log.serialize())
    with contextlib.closing(opened_to_read(spare)) as log:
        (rows,) = log.execute(_COUNTED).fetchone()
    try:
        for end in ("", "-wal", "-shm"):  # without the log nobody reads its journal
            _move(path.with_name(path.name + end), aside.with_name(aside.name + end))
        _move(seal_of(path), seal_of(aside))
        os.replace(spare, path)
        DISK.fsync_folder(path.parent)
    except OSError as error:
        raise storage_error("put aside", path, error) from error
    return f"{path} was damaged: {rows:,} rows could be read; {aside.name} is what it was"


def _move(file: Path, target: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.replace(file, target)
