"""Row B11: clocks that jump, and files that are all of the same time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rnn_tui.runs.checkpoint import (
    Checkpoint,
    list_checkpoints,
    load_checkpoint,
    prune,
    save_checkpoint,
)
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.keeping import Kept
from rnn_tui.runs.metrics import MetricsReader
from tests.training.conftest import Sessions, finish

JUMPING = """
import itertools, sys, time
true, jumps = time.time, itertools.cycle([0, -3600, 31_536_000, -31_536_000])
time.time = lambda: true() + next(jumps)
from rnn_tui.training.server import main
sys.exit(main(sys.argv[1:]))
"""


def trained_with_a_clock_that_jumps(run: RunDirectory, *arguments: str) -> None:
    command = [sys.executable, "-c", JUMPING, str(run.path), *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_b11_order_and_durations_do_not_follow_a_clock_that_jumps(sessions: Sessions) -> None:
    run = sessions.run(checkpoint_every=5)
    trained_with_a_clock_that_jumps(run, "--steps", "23")
    for path in run.checkpoints.iterdir():
        os.utime(path, (0, 0))
    trained_with_a_clock_that_jumps(run, "--resume", "--steps", "40")
    assert list_checkpoints(run.checkpoints)[-3:] == (30, 35, 40)
    with MetricsReader(run.metrics_file) as log:
        rows = log.rows_after(0)
    assert [row.step for row in rows] == list(range(1, 41))
    seconds = [row.seconds for row in rows]
    assert seconds == sorted(seconds)
    assert 0 < seconds[-1] < 60
    unbroken, resumed = sessions.new(steps=40), sessions.open(run, resume=True, steps=40)
    finish(unbroken)
    assert resumed.trainer.flat.tobytes() == unbroken.trainer.flat.tobytes()


def test_b11_the_highest_step_is_the_newest_whatever_the_files_say(tmp_path: Path) -> None:
    for step in (5, 1000, 20):
        save_checkpoint(tmp_path, Checkpoint(step, {}, {}, (), {}))
    os.utime(tmp_path / "step-000001000.json", (0, 0))
    assert list_checkpoints(tmp_path) == (5, 20, 1000)
    assert load_checkpoint(tmp_path).checkpoint.step == 1000
    assert load_checkpoint(tmp_path, 20).checkpoint.step == 20
    prune(tmp_path, Kept(last=1))
    assert list_checkpoints(tmp_path) == (1000,)
