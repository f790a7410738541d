"""Fifty kills of a real trainer: what it leaves opens, and goes on to the bits of no kill."""

from __future__ import annotations

import dataclasses
import random
import subprocess
import time
from pathlib import Path
from typing import Any

from rnn_tui.runs.checkpoint import Checkpoint, list_checkpoints, load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.metrics import MetricsReader
from rnn_tui.runs.tensors import to_bytes
from rnn_tui.training.ring import copied
from rnn_tui.training.starting import start_server
from tests.training.conftest import Sessions
from tests.training.serving import wait_for

KILLS = 50
EVERY = 3
OFTEN = {"evaluate_every": 4, "checkpoint_every": EVERY, "schedule": "step", "decay_steps": 200}
LONGEST_WAIT = 0.05
"""Seconds between a checkpoint and a kill at most: enough for some hundred steps."""


class Unbroken:
    """The run that nobody kills: it is as far as it was asked for."""

    def __init__(self, sessions: Sessions) -> None:
        self._session = sessions.new(**OFTEN)
        self._checkpoints: dict[int, Checkpoint] = {}

    def _train_to(self, step: int) -> None:
        session = self._session
        while session.trainer.step_number < step or session.measuring.evaluating:
            session.advance()
            made = session.trainer.step_number
            if made not in self._checkpoints and not session.measuring.evaluating:
                now = session.saving.origin.stamped(session.trainer.checkpoint())
                self._checkpoints[made] = copied(now)

    def checkpoint(self, step: int) -> Checkpoint:
        """What may be saved after so many steps."""
        self._train_to(step)
        return self._checkpoints[step]

    def rows(self, last: int) -> list[tuple[Any, ...]]:
        self._train_to(last)
        self._session.flush()
        return told(self._session.metrics, last)


def told(log: MetricsReader, last: int) -> list[tuple[Any, ...]]:
    """The rows up to a step, but for the time that the steps took."""
    return [row._replace(seconds=0.0) for row in log.rows_after(0, limit=last)]


def killed(process: subprocess.Popen[bytes], run: RunDirectory, rng: random.Random) -> None:
    """Kill it while it begins, or some time after it saved again."""
    saved, began = newest(run.checkpoints), time.monotonic()
    if rng.random() < 0.8:
        further = saved + EVERY * rng.randrange(1, 6)
        wait_for(lambda: process.poll() is not None or newest(run.checkpoints) >= further)
        began, longest = time.monotonic(), LONGEST_WAIT
    else:
        longest = 0.6  # it imports, reads, goes back to the checkpoint
    assert process.poll() is None, run.log_file.read_text()
    moment = began + rng.uniform(0.0, longest)
    while time.monotonic() < moment:
        newest(run.checkpoints)  # whoever looks meanwhile sees whole checkpoints
    process.kill()
    assert process.wait() == -9


def newest(folder: Path) -> int:
    return max(list_checkpoints(folder), default=0)


def require_unharmed(run: RunDirectory, unbroken: Unbroken) -> int:
    """The run as a kill left it is the unbroken one at the step that is returned."""
    assert run.holder() is None
    step = newest(run.checkpoints)
    if not step:
        return 0
    found = load_checkpoint(run.checkpoints)
    assert found.skipped == ()
    assert found.checkpoint.step == step
    assert to_bytes(elsewhere(found.checkpoint)) == to_bytes(elsewhere(unbroken.checkpoint(step)))
    with MetricsReader(run.metrics_file) as log:
        last = log.last()
        assert last is not None
        assert last.step >= step  # what is later is superseded when it goes on
        assert told(log, last.step) == unbroken.rows(last.step)
    return step


def elsewhere(checkpoint: Checkpoint) -> Checkpoint:
    """Without what it tells of the process: another number of threads is another fingerprint."""
    return dataclasses.replace(checkpoint, scalars={**checkpoint.scalars, "fingerprint": ""})


def test_fifty_kills_leave_fifty_runs_that_go_on_bit_for_bit(sessions: Sessions) -> None:
    rng, run, unbroken = random.Random(50), sessions.run(**OFTEN), Unbroken(sessions)
    steps = [0]
    for _ in range(KILLS):
        process = start_server(run, resume=True, owned=False)
        try:
            killed(process, run, rng)
        finally:
            process.kill()
            process.wait()
        steps.append(require_unharmed(run, unbroken))
    assert steps == sorted(steps)
    assert len(set(steps)) > KILLS / 2  # most of them got on
    last = steps[-1] // 12 * 12 + 24  # it is saved and measured there, as on the way
    assert start_server(run, resume=True, steps=last, owned=False).wait(20) == 0
    assert require_unharmed(run, unbroken) == last
