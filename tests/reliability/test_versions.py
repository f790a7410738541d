"""Row B13: a run that an older or a newer version wrote."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.checkpoint import list_checkpoints
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create, open_run
from rnn_tui.runs.errors import CorruptRunError, NewerError
from rnn_tui.runs.metrics import MetricsLog, MetricsReader
from tests.training.conftest import Sessions, finish

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.zip"))


@pytest.mark.parametrize("archive", GOLDEN, ids=[path.stem for path in GOLDEN])
def test_b13_a_run_of_each_release_is_read_and_goes_on(
    sessions: Sessions, tmp_path: Path, archive: Path
) -> None:
    with zipfile.ZipFile(archive) as golden:
        golden.extractall(tmp_path / "runs")
    run = open_run(tmp_path / "runs", "golden")
    assert run.facts().version == archive.stem
    with MetricsReader(run.metrics_file) as log:
        rows = log.rows_after(0)
        assert [row.step for row in rows] == list(range(1, 9))
        assert log.last_held_out() is not None
        assert {"saved", "paused", "knob"} <= {event.kind for event in log.events_after(0)}
    resumed = sessions.open(run, resume=True, steps=12)
    assert resumed.trainer.step_number == 8
    finish(resumed)
    resumed.close()
    assert list_checkpoints(run.checkpoints)[-1] == 12


@pytest.mark.parametrize(("schema", "who"), [(2, "a newer"), (0, "an older")])
def test_b13_another_layout_of_a_run_is_refused(
    tmp_path: Path, corpus: Any, schema: int, who: str
) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    run.facts_file.write_text(json.dumps({"schema": schema, "something": "else"}))
    with pytest.raises(CorruptRunError, match=f"was written by {who} rnn-tui"):
        open_run(tmp_path, "a")


@pytest.mark.parametrize("kind", [MetricsLog, MetricsReader])
def test_b13_another_layout_of_the_log_is_refused(
    tmp_path: Path, kind: type[MetricsReader]
) -> None:
    path = tmp_path / "metrics.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 9")
        other.execute("CREATE TABLE rows (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(CorruptRunError, match="has layout 9"):
        kind(path)
    assert path.read_bytes()[100:] == before[100:]


def test_b13_checkpoints_of_a_newer_version_are_neither_passed_over_nor_removed(
    sessions: Sessions,
) -> None:
    session = sessions.new(checkpoint_every=5, steps=10)
    finish(session)
    session.close()
    run = RunDirectory(session.directory.path)
    newest = run.checkpoints / "step-000000010.json"
    newest.write_text(json.dumps({"schema": 2, "step": 10, "file": {"shards": 2}}))
    before = sorted(path.name for path in run.checkpoints.iterdir())
    with pytest.raises(NewerError, match=r"has layout 2, .*: use the rnn-tui that wrote it"):
        sessions.open(run, resume=True)
    assert sorted(path.name for path in run.checkpoints.iterdir()) == before
