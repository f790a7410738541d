"""Row B2 on a disk that is really full: training waits, says why, and goes on by itself."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_tui.runs.checkpoint import load_checkpoint
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.runs.metrics import MetricsReader
from rnn_tui.text.corpus import load_paths
from rnn_tui.training import protocol
from tests.pty.runs import run_in
from tests.reliability.small_disk import Filler, mounted
from tests.training.conftest import SMALL, TINY, Sessions, finish
from tests.training.serving import Processes, connected, start, wait_for


def may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            with mounted(Path(folder)):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@pytest.fixture
def disk(short: Path) -> Iterator[Path]:
    with mounted(short / "disk") as folder:
        yield folder


needs_mount = pytest.mark.skipif(not may_mount(), reason="only root may mount a small disk")


@needs_mount
def test_b2_a_full_disk_pauses_training_until_there_is_space(
    disk: Path, sessions: Sessions, processes: Processes
) -> None:
    run = create(disk, "a", merge({**SMALL, "checkpoint_every": 20}), load_paths([TINY]))
    filler = Filler(disk)
    process = start(run, processes, owned=False)
    with connected(run, process).greet() as caller:
        wait_for(lambda: caller.status().saved_step >= 20)
        filler.fill()
        wait_for(lambda: caller.status().phase == "paused")
        full = caller.status()
        assert full.message.startswith("the disk is full, tried again every 5 s: ")
        assert str(run.path) in full.message
        assert load_checkpoint(run.checkpoints).skipped == ()
        filler.free()
        wait_for(lambda: caller.status().step > full.step)
        assert caller.status().message == ""
        caller.ask(protocol.Stop())
        assert process.wait(10) == 0
    require_complete(run, sessions)


def require_complete(run: RunDirectory, sessions: Sessions) -> None:
    """The full disk cost nothing: neither a row nor a bit."""
    saved = load_checkpoint(run.checkpoints).checkpoint
    unbroken = sessions.new(steps=saved.step)
    finish(unbroken)
    expected = unbroken.trainer.checkpoint().params
    assert {name: a.tobytes() for name, a in saved.params.items()} == {
        name: a.tobytes() for name, a in expected.items()
    }
    with MetricsReader(run.metrics_file) as log:
        assert [row.step for row in log.rows_after(0)] == list(range(1, saved.step + 1))
        kinds = [event.kind for event in log.events_after(0)]
    assert kinds.count("continued") == 1


@needs_mount
def test_b2_on_a_full_disk_training_does_not_begin(disk: Path, processes: Processes) -> None:
    run = create(disk, "a", merge(SMALL), load_paths([TINY]))
    Filler(disk).fill()
    assert start(run, processes, owned=False).wait(20) == 4
    assert list(run.checkpoints.iterdir()) == []


@needs_mount
def test_b2_the_app_shows_why_training_waits_and_that_it_goes_on(disk: Path) -> None:
    filler = Filler(disk)
    with run_in(disk) as run, run.start(columns=120, rows=35) as terminal:
        filler.fill()
        terminal.until("the disk is full, tried again every 5 s")
        terminal.until("‖ paused")
        terminal.type("?")  # it answers
        terminal.until("close")
        terminal.type("\x1b")
        filler.free()
        terminal.until("● training")
        terminal.until(lambda: "the disk is full" not in terminal.text)
        run.stop(terminal)
        assert terminal.left_on == []
