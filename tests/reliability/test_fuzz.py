"""Twenty thousand damaged files: each is read as it was, in part, or refused in a declared way."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from rnn_tui.runs.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from rnn_tui.runs.configuration import MEMORY_LIMIT, estimated_bytes, load_toml, merge, to_toml
from rnn_tui.runs.errors import CheckpointError, ConfigError, CorruptRunError, StorageError
from rnn_tui.runs.metrics import MetricsLog, MetricsReader, Row
from rnn_tui.runs.rows import StoredArray
from rnn_tui.runs.seal import seal_of
from rnn_tui.runs.tensors import to_bytes
from tests.reliability.mutants import mutants
from tests.training.conftest import make_trainer

PARTS = 4
CHECKPOINTS, RECORDS, FORGED = 6_000, 2_000, 2_000
LOGS, SEALS, JOURNALS = 2_400, 800, 800
CONFIGURATIONS = 6_000
assert CHECKPOINTS + RECORDS + FORGED + LOGS + SEALS + JOURNALS + CONFIGURATIONS == 20_000

parts = pytest.mark.parametrize("part", range(PARTS))


def require_one_line(error: Exception) -> None:
    assert "\n" not in str(error)
    assert len(str(error)) < 1_000


# -- checkpoints -----------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Checkpoint]:
    """A checkpoint of a trainer that made some steps, and its file."""
    trainer = make_trainer(layers=2)
    for _ in range(3):
        trainer.step()
    checkpoint = trainer.checkpoint()
    return save_checkpoint(tmp_path, checkpoint), checkpoint


@parts
@pytest.mark.parametrize(("which", "count"), [("data", CHECKPOINTS), ("record", RECORDS)])
def test_a_damaged_checkpoint_is_the_same_or_refused(
    saved: tuple[Path, Checkpoint], which: str, count: int, part: int
) -> None:
    data, checkpoint = saved
    path = data if which == "data" else data.with_suffix(".json")
    expected, equal = to_bytes(checkpoint), 0
    for mutant in mutants(path.read_bytes(), count // PARTS, part):
        path.write_bytes(mutant)
        try:
            assert to_bytes(load_checkpoint(path.parent).checkpoint) == expected
            equal += 1
        except CheckpointError as error:
            require_one_line(error)
    assert equal == 0 if which == "data" else equal < count // PARTS / 2  # the time tells nothing


@parts
def test_a_forged_checkpoint_is_a_checkpoint_or_refused(
    saved: tuple[Path, Checkpoint], part: int
) -> None:
    """The record fits what is in the file: then its form is all that can be judged."""
    data, record = saved[0], saved[0].with_suffix(".json")
    said: dict[str, Any] = json.loads(record.read_bytes())
    original = data.read_bytes()
    header = 8 + int.from_bytes(original[:8], "little")
    for number, mutant in enumerate(mutants(original[:header], FORGED // PARTS, part)):
        content = mutant + original[header:] if number % 2 else mutant
        data.write_bytes(content)
        fitting = {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        record.write_text(json.dumps(said | fitting))
        try:
            found = load_checkpoint(data.parent).checkpoint
            assert all(isinstance(array, np.ndarray) for array in found.params.values())
        except CheckpointError as error:
            require_one_line(error)


# -- logs ------------------------------------------------------------------------------------------


def row(step: int) -> Row:
    return Row(step, 2.5 + step / 7, 1.5 + step / 3, 1.0, 1e-3, step * 10, step / 8, step / 4)


def all_of(log: MetricsReader) -> list[set[Any]]:
    """All that a log shows, each kind in a set."""
    names = log.series_names()
    points = {(name, *point) for name in names for point in log.points_after(name, -1)}
    events = {event[1:] for event in log.events_after(0)}
    arrays = {log.array(name) for name, *_ in log.arrays_listed()}
    return [set(log.rows_after(0)), set(log.held_out_after(0)), events, set(names), points, arrays]


def filled(log: MetricsLog) -> list[set[Any]]:
    for step in range(1, 201):
        log.append(row(step))
        log.append_point("accuracy", step, step / 9, step / 8)
        if step % 50 == 0:
            log.append_held_out(step, 3.0 - step / 999)
            log.append_event(step, "saved", f"checkpoint of step {step}", step / 8)
            log.flush()
    log.append_knob(200, "clip", "1.0", "0.5", "somebody", 25.0)
    log.put_array(StoredArray("W_hh", 200, "float32", (30, 40), (), bytes(4800), 25.0))
    log.flush()
    return all_of(log)


def closed(folder: Path) -> tuple[Path, list[set[Any]]]:
    with MetricsLog(folder / "metrics.sqlite") as log:
        return log.path, filled(log)


def killed(folder: Path) -> tuple[Path, list[set[Any]]]:
    """A log as it lies there when its writer is killed: most of it in SQLite's journal."""
    with MetricsLog(folder / "live.sqlite") as log:
        written = filled(log)
        for end in ("", "-wal"):
            content = (folder / f"live.sqlite{end}").read_bytes()
            (folder / f"metrics.sqlite{end}").write_bytes(content)
    return folder / "metrics.sqlite", written


def journal(log: Path) -> Path:
    return log.with_name(f"{log.name}-wal")


DAMAGED: dict[str, tuple[Callable[..., Any], Callable[[Path], Path], int]] = {
    "log": (closed, lambda log: log, LOGS),
    "seal": (closed, seal_of, SEALS),
    "journal": (killed, journal, JOURNALS),
}


@parts
@pytest.mark.parametrize("which", DAMAGED)
def test_a_damaged_log_shows_nothing_that_was_not_written(
    tmp_path: Path, which: str, part: int
) -> None:
    make, find, count = DAMAGED[which]
    log, written = make(tmp_path)
    path, shared = find(log), log.with_name(f"{log.name}-shm")
    read = 0
    for mutant in mutants(path.read_bytes(), count // PARTS, part):
        path.write_bytes(mutant)
        shared.unlink(missing_ok=True)
        try:
            with MetricsReader(log) as reader:
                found = all_of(reader)
        except (CorruptRunError, StorageError) as error:
            require_one_line(error)
            continue
        read += 1
        assert all(kind <= known for kind, known in zip(found, written, strict=True))
        if which == "seal":
            assert found == written
    assert read > count // PARTS / 2


def test_without_its_seal_a_log_would_show_what_was_not_written(tmp_path: Path) -> None:
    """The proof has eyes."""
    log, written = closed(tmp_path)
    seal_of(log).unlink()
    wrong = 0
    for mutant in mutants(log.read_bytes(), 50, 0):
        log.write_bytes(mutant)
        with contextlib.suppress(CorruptRunError), MetricsReader(log) as reader:
            wrong += not all_of(reader)[0] <= written[0]
    assert wrong > 0


# -- configurations --------------------------------------------------------------------------------


@parts
def test_a_damaged_configuration_is_a_valid_one_or_refused(tmp_path: Path, part: int) -> None:
    config = merge({"hidden": 100, "schedule": "cosine", "steps": 500, "text": ["novel.txt"]})
    path = tmp_path / "config.toml"
    valid = 0
    for mutant in mutants(to_toml(config).encode(), CONFIGURATIONS // PARTS, part):
        path.write_bytes(mutant)
        try:
            found = merge(load_toml(path))
        except ConfigError as error:
            require_one_line(error)
            continue
        valid += 1
        assert merge(msgspec.structs.asdict(found)) == found
        assert estimated_bytes(found, 1) <= MEMORY_LIMIT
    assert valid > 0
