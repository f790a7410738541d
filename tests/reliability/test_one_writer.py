"""Row B8: two writers on one run."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rnn_tui.runs.errors import RunBusyError
from rnn_tui.runs.lock import RunLock, holder
from rnn_tui.training.client import last_log_line
from tests.training.conftest import Sessions
from tests.training.serving import Processes, connected, start


def test_b8_a_second_one_is_refused_at_once_and_told_by_whom(tmp_path: Path) -> None:
    with RunLock.acquire(tmp_path / "lock"):
        began = time.monotonic()
        with pytest.raises(RunBusyError, match=f"by process {os.getpid()}: rnn-tui attach") as busy:
            RunLock.acquire(tmp_path / "lock")
        assert time.monotonic() - began < 1
    assert (busy.value.pid, busy.value.exit_code) == (os.getpid(), 2)


def test_b8_a_second_trainer_is_refused_and_a_kill_makes_room_for_it(
    sessions: Sessions, processes: Processes
) -> None:
    run = sessions.run(checkpoint_every=50)
    first = start(run, processes, owned=False)
    with connected(run, first).greet() as caller:
        assert start(run, processes, owned=False).wait(10) == 2
        assert f"is being trained by process {first.pid}" in last_log_line(run)
        assert caller.status().phase == "training"
        found = holder(run.lock_file)
        assert found is not None
        assert found.pid == first.pid
        first.kill()
        first.wait()
    assert holder(run.lock_file) is None
    assert start(run, processes, resume=True, steps=1, owned=False).wait(20) == 0
