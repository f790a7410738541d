"""The near past of a run that is being trained, from the memory of its trainer."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rnn_tui.cli import status_of
from rnn_tui.runs.checkpoint import save_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.stepping.recent import recent_state, remembered
from rnn_tui.stepping.replay import replaying, run_window
from rnn_tui.training import client, ring, ring_answers
from tests.training.serving import served
from tests.tui.local_client import LocalClient, LocalRun, local_run


def _replayed(run: LocalRun, at: int, recent) -> tuple[str, int]:
    """The title, and how many steps were made again."""
    work, told = replaying(run.directory.path, at, recent=recent), -1
    while True:
        try:
            next(work)
            told += 1
        except StopIteration as end:
            return end.value.title, told


async def test_the_near_past_is_entered_from_memory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(ring_answers, "MOST_BYTES", 1000)  # so that it comes in parts
    with local_run(tmp_path, checkpoint_every=1000) as run:
        run.train_to(130)
        run.session.turn("clip", 0.01)
        run.train_to(150)
        run.session.flush()
        state = await recent_state(LocalClient(run), 140)
        assert state is not None
        assert state.step == 100
        assert _replayed(run, 140, state) == ("quiet-otter · step 140", 9)  # a checkpoint is nearer
        state = await recent_state(LocalClient(run), 125)
        assert _replayed(run, 125, state) == ("quiet-otter · step 125", 24)


async def test_what_is_not_kept_is_none(tmp_path: Path) -> None:
    with local_run(tmp_path) as run:
        run.train_to(60)
        assert await recent_state(LocalClient(run), 50) is None
        state = await recent_state(LocalClient(run), 51)
        assert state is not None
        assert state.step == 50


def test_the_ring_is_bounded_and_forgets_what_was_undone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(ring, "MOST_BYTES", 0)
    with local_run(tmp_path) as run:
        run.train_to(120)
        assert run.session.ring.steps == (100,)  # one is always there
        run.session.turn("clip", 0.5)
        run.train_to(151)
        run.session.undo()
        assert run.session.ring.steps == ()


@pytest.mark.parametrize("at", [60, 101])
async def test_a_state_from_memory_gives_the_same_bits(tmp_path: Path, at: int) -> None:
    with local_run(tmp_path, layers=2) as run:
        run.train_to(120)
        run.session.flush()
        state = await recent_state(LocalClient(run), at)
        run.train_to(140)  # it is a copy
        window = run_window(run.directory.path, at, recent=state)
        assert window.title == f"quiet-otter · step {at}"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[RunDirectory]:
    """A run of 120 steps whose trainer answers, and whose log has lost its beginning."""
    with tempfile.TemporaryDirectory() as short, local_run(tmp_path, checkpoint_every=1000) as run:
        run.train_to(120)
        run.session.pause()
        run.session.flush()
        with closing(sqlite3.connect(run.directory.metrics_file)) as log, log:
            log.execute("DELETE FROM rows WHERE step < 90")
        path = Path(short) / "socket"
        with run.directory.lock(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(client, "socket_path", lambda _: path)
            with served(run.session, path):
                yield run.directory


def test_from_the_command_line_the_near_past_is_entered_from_memory_too(
    live: RunDirectory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RNN_TUI_RUNS", str(live.path.parent))
    assert status_of(["step", "quiet-otter", "--at", "110", "--print"]) == 0
    assert "quiet-otter · step 110" in capsys.readouterr().out
    words = ["step", "the cat", "--checkpoint", "quiet-otter", "--at", "111", "--print"]
    assert status_of(words) == 0
    assert status_of(["export", "quiet-otter", "--at", "112", "-o", str(tmp_path / "net")]) == 0


def test_what_a_checkpoint_has_as_near_is_not_asked_of_the_trainer(live: RunDirectory) -> None:
    state = asyncio.run(remembered(live, 110))
    assert state is not None
    assert state.step == 100
    save_checkpoint(live.checkpoints, state)
    assert asyncio.run(remembered(live, 110)) is None
    assert asyncio.run(remembered(live, 50)) is None


def test_a_trainer_that_does_not_answer_is_no_reason_to_fail(tmp_path: Path) -> None:
    with local_run(tmp_path) as run, run.directory.lock():
        assert asyncio.run(remembered(run.directory, 10)) is None
