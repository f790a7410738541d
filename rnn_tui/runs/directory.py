"""The folder that holds all of a run: what it is called, what lies in it, how it is made."""

from __future__ import annotations

import difflib
import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from rnn_tui.runs.atomic import read_file, storage_error, write_atomically
from rnn_tui.runs.configuration import load_toml, merge, to_toml
from rnn_tui.runs.drafts import made_whole
from rnn_tui.runs.errors import ConfigError, CorruptRunError, NameTakenError
from rnn_tui.runs.facts import (
    SCHEMA,
    FirstWeights,
    RunFacts,
    TrainedText,
    facts_of,
    facts_of_another,
)
from rnn_tui.runs.hints import command_at
from rnn_tui.runs.lock import Holder, RunLock, holder
from rnn_tui.runs.names import check_name, clipped, is_name, numbered
from rnn_tui.runs.settings import RunConfig

MAX_TEXT = 4 << 30
"""Bytes of text that a run may keep."""

_MAX_FACTS = 1 << 20


@dataclass(frozen=True)
class RunDirectory:
    """A run's folder and the places of its files; making one reads nothing."""

    path: Path

    @property
    def name(self) -> str:
        """The run's name: that of its folder."""
        return self.path.name

    @property
    def config_file(self) -> Path:
        """The configuration, TOML."""
        return self.path / "config.toml"

    @property
    def foreign_config_file(self) -> Path:
        """What the program that trains a monitored run told of itself, JSON."""
        return self.path / "config.json"

    @property
    def text_file(self) -> Path:
        """The exact bytes that are trained on."""
        return self.path / "text"

    @property
    def facts_file(self) -> Path:
        """What never changes (``RunFacts``), JSON."""
        return self.path / "run.json"

    @property
    def metrics_file(self) -> Path:
        """Losses and events, SQLite."""
        return self.path / "metrics.sqlite"

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def plan_file(self) -> Path:
        """How its products are computed, where that was measured; see ``plan``."""
        return self.path / "plan.json"

    @property
    def odd(self) -> Path:
        """The folder of what was there before steps that were not finite."""
        return self.path / "odd"

    @property
    def log_file(self) -> Path:
        """What the trainer's process prints."""
        return self.path / "log.txt"

    @property
    def lock_file(self) -> Path:
        """Locked while somebody trains."""
        return self.path / "lock"

    def lock(self) -> RunLock:
        """Take the right to write here; RunBusyError if another process has it."""
        return RunLock.acquire(self.lock_file)

    def holder(self) -> Holder | None:
        """Return the process that trains the run now, or None."""
        return holder(self.lock_file)

    def require_writable(self) -> None:
        """StorageError where a run may be looked at, but not trained."""
        for folder in (self.path, self.checkpoints, self.odd):
            if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
                refused = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
                raise storage_error("write in", folder, refused)

    def config(self) -> RunConfig:
        """Read the configuration; StorageError, or ConfigError, also for a monitored run."""
        if self.facts().kind == "monitored":
            watch = command_at("attach", self.path)
            raise ConfigError(f"run {self.name} was trained by another program: {watch}")
        return merge(load_toml(self.config_file))

    def facts(self) -> RunFacts:
        """Read what never changes; CorruptRunError, also for another version's layout."""
        data = read_file(self.facts_file, _MAX_FACTS)
        try:
            schema = msgspec.json.decode(data, type=_Schema).schema
            if schema != SCHEMA:
                raise CorruptRunError(_other_schema(self.path, schema))
            return msgspec.json.decode(data, type=RunFacts)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CorruptRunError(f"{self.facts_file} is damaged: {error}") from None

    def text(self) -> bytes:
        """Read the text; CorruptRunError if it is no longer the one that was trained on."""
        data = read_file(self.text_file, MAX_TEXT)
        if hashlib.sha256(data).hexdigest() != self.facts().text_sha256:
            raise CorruptRunError(
                f"{self.text_file} is not the text that was trained on: start a new run"
            )
        return data


class _Schema(msgspec.Struct):
    schema: int


def _other_schema(path: Path, schema: int) -> str:
    who = "a newer" if schema > SCHEMA else "an older"
    return (
        f"{path} was written by {who} rnn-tui (layout {schema}, this one reads {SCHEMA}): "
        "use that version to open it"
    )


def create(
    folder: Path,
    name: str,
    config: RunConfig,
    corpus: TrainedText,
    first: FirstWeights | None = None,
) -> RunDirectory:
    """Make a new run in ``folder``; an empty ``name`` gets a free one.

    It appears whole or not at all. ConfigError if the name is not allowed or taken; StorageError if
    the file system refuses.
    """

    def fill(path: Path, name: str) -> None:
        _fill(RunDirectory(path), msgspec.structs.replace(config, name=name), corpus, first)

    return RunDirectory(made_whole(folder, name, fill))


def create_monitored(folder: Path, name: str, config: bytes, created: str = "") -> RunDirectory:
    """Make a run that another program trains; where ``name`` is taken it is numbered: ``name-2``.

    config: its configuration, JSON. created: when it began (``RunFacts``); empty: now. Otherwise as
    ``create``.
    """

    def fill(path: Path, _: str) -> None:
        run = RunDirectory(path)
        run.checkpoints.mkdir()
        write_atomically(run.foreign_config_file, config)
        _write_facts(run, facts_of_another(created))

    tried, number = name, 1
    while True:
        try:
            return RunDirectory(made_whole(folder, tried, fill))
        except NameTakenError:
            number += 1
            tried = numbered(name, number)


def _fill(
    run: RunDirectory, config: RunConfig, corpus: TrainedText, first: FirstWeights | None
) -> None:
    run.checkpoints.mkdir()
    write_atomically(run.text_file, corpus.text)
    write_atomically(run.config_file, to_toml(config).encode())
    if first is not None:
        first.save(run.checkpoints)
    _write_facts(run, facts_of(config, corpus, first))


def _write_facts(run: RunDirectory, facts: RunFacts) -> None:
    data = msgspec.json.format(msgspec.json.encode(facts), indent=2)
    write_atomically(run.facts_file, data + b"\n")


def open_run(folder: Path, name_or_path: str) -> RunDirectory:
    """Return the run called ``name_or_path`` in ``folder``, or at that path if it has a slash.

    ConfigError if none is there, naming the closest, or if its folder is called as no run may be;
    CorruptRunError if what is there is damaged.
    """
    if "/" in name_or_path or name_or_path in (".", ".."):
        return _run_at(Path(name_or_path))
    run = RunDirectory(folder / check_name(name_or_path))
    if not run.path.is_dir():
        raise ConfigError(f"no run {clipped(run.name)} in {folder}{_nearest(folder, run.name)}")
    _require_run(run)
    return run


def _run_at(path: Path) -> RunDirectory:
    """Return the run at ``path``: nobody has checked what its folder is called."""
    path = path.expanduser().absolute()
    run = RunDirectory(path.resolve() if path.name in ("", "..") else path)
    if not run.path.is_dir():
        raise ConfigError(f"no run at {clipped(str(path))}: rnn-tui runs lists them")
    _require_run(run)
    if not is_name(run.name):
        raise ConfigError(
            f"the run's folder is called {clipped(run.name)}: rename it with 1 to 64 of the "
            "characters A-Z a-z 0-9 . _ - and no dot in front"
        )
    return run


def _require_run(run: RunDirectory) -> None:
    """ConfigError for a folder that holds something else; CorruptRunError for a damaged run."""
    if not os.path.lexists(run.facts_file):
        raise ConfigError(
            f"{run.path} is no run: it holds no {run.facts_file.name} (rnn-tui runs lists the runs)"
        )
    run.facts()


def _nearest(folder: Path, name: str) -> str:
    near = difflib.get_close_matches(name, [run.name for run in run_folders(folder)], 1)
    return f": did you mean {near[0]}?" if near else ": rnn-tui runs lists them"


def run_folders(folder: Path) -> list[RunDirectory]:
    """Return the folders that may be runs; none where ``folder`` does not exist."""
    try:
        found = [path for path in folder.iterdir() if os.path.isdir(path)]  # no link in a circle
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error("read", folder, error) from error
    return [RunDirectory(path) for path in found if is_name(path.name)]
