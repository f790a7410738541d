"""A folder of TensorBoard's event files as runs: each folder in it that holds some becomes one."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from rnn_tui.runs.atomic import read_file, storage_error
from rnn_tui.runs.directory import RunDirectory, create_monitored, run_folders
from rnn_tui.runs.errors import ConfigError, StorageError
from rnn_tui.runs.event_files import Scalar, library, scalars
from rnn_tui.runs.marks import Marks
from rnn_tui.runs.metrics import MetricsLog
from rnn_tui.runs.names import MAX_SERIES, label, run_name

MARK = "tfevents"
"""What the name of every event file has in it."""

_AT_ONCE = 10_000  # points of a commit
_MAX_CONFIG = 1 << 20
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class _Origin(msgspec.Struct):
    """The configuration of a run that comes from event files."""

    event_files: str  # their folder


class EventFolder(NamedTuple):
    """A folder that holds event files."""

    path: Path
    name: str  # of the run that it becomes
    files: tuple[Path, ...]  # oldest first: the moment of their making is in their names


class Brought(NamedTuple):
    """What became of a folder of event files."""

    source: Path
    run: RunDirectory | None  # None: there was no scalar in it
    points: int
    series: int
    wrong: tuple[str, ...]  # what could not be read, a line each


def event_folders(folder: Path) -> list[EventFolder]:
    """Return what may be runs in ``folder`` and below it; ConfigError if there is nothing."""
    if not folder.is_dir():
        raise ConfigError(f"no folder {folder}: name one that TensorBoard would be started on")
    found = []
    for root, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort()
        path = Path(root)
        files = tuple(f for name in sorted(names) if MARK in name and (f := path / name).is_file())
        if files:
            parts = path.relative_to(folder).parts or (folder.resolve().name,)
            found.append(EventFolder(path.resolve(), run_name("-".join(parts)), files))
    if not found:
        raise ConfigError(f"no event files in {folder} (*{MARK}*)")
    return found


def _refuse(error: OSError) -> None:
    raise storage_error("read", error.filename, error) from error


def bring_in(folder: Path, runs: Path) -> Iterator[Brought]:
    """Make each folder of event files in ``folder`` a run in ``runs``, or bring it up to date.

    A value is known by its name and its step: of several, the last counts. ConfigError where there
    is no library to read with or nothing to read; otherwise errors as for runs that are made.
    """
    library()  # before anything is made
    found = event_folders(folder)
    known = _known(runs)
    for source in found:
        yield _brought(source, runs, known.get(str(source.path)))


def _known(runs: Path) -> dict[str, RunDirectory]:
    """Return the runs that come from event files, by the folder of these."""
    known = {}
    for run in run_folders(runs):
        try:
            origin = msgspec.json.decode(
                read_file(run.foreign_config_file, _MAX_CONFIG), type=_Origin
            )
        except (StorageError, msgspec.DecodeError, UnicodeDecodeError):
            continue  # nearly all: they have no such file, or one that says something else
        known[origin.event_files] = run
    return known


def _brought(source: EventFolder, runs: Path, run: RunDirectory | None) -> Brought:
    wrong: list[str] = []
    values = _in_all(source.files, wrong)
    first = next(values, None)
    if first is None:
        return Brought(source.path, None, 0, 0, tuple(wrong))
    if run is None:
        config = msgspec.json.encode(_Origin(str(source.path)))
        run = create_monitored(runs, source.name, config, _moment(first.time))
    with run.lock(), MetricsLog(run.metrics_file) as log:
        log.truncate_after(-1)  # also the marks: all is said anew
        written = _Written(log, first.time)
        written.add(first)
        for value in values:
            written.add(value)
    return Brought(source.path, run, written.points, len(written.names), tuple(wrong))


def _in_all(files: tuple[Path, ...], wrong: list[str]) -> Iterator[Scalar]:
    """Yield what is in the files; what cannot be read of them is told in ``wrong``."""
    for file in files:
        try:
            said = yield from scalars(file)
        except StorageError as error:
            said = str(error)
        if said:
            wrong.append(said)


def _moment(time: float) -> str:
    """Return a moment as UTC, ISO 8601; empty, which means now, for one that is none."""
    if not 0 <= time < _LATEST:
        return ""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="microseconds")


class _Written:
    """Puts scalars into a log, some thousands at a time."""

    def __init__(self, log: MetricsLog, began: float) -> None:
        self._log, self._began = log, began
        self._marks = Marks(log)
        self.names: dict[str, str] = {}
        self.points = 0

    def add(self, scalar: Scalar) -> None:
        name = self.names.get(scalar.name)
        if name is None:
            if len(self.names) >= MAX_SERIES:
                return
            name = self.names[scalar.name] = label(scalar.name)
        seconds = scalar.time - self._began
        seconds = seconds if math.isfinite(seconds) else 0.0
        self._log.append_point(name, scalar.step, scalar.value, seconds)
        self._marks.see(name, scalar.value, scalar.step, seconds)
        self.points += 1
        if self.points % _AT_ONCE == 0:
            self._log.flush()
