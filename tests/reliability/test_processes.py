"""Rows A1, A3, A4, A5, A7 of the table of faults: the trainer's process, however it is ended."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_tui.runs.atomic import PARTIAL
from rnn_tui.runs.checkpoint import load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.tensors import Checkpoint
from rnn_tui.training.sockets import socket_path
from rnn_tui.training.starting import single_threaded
from tests.pty.runs import TINY
from tests.training.conftest import Sessions, finish
from tests.training.serving import Processes, connected, dummy_owner, server_of, start, wait_for


@pytest.fixture
def run(sessions: Sessions) -> RunDirectory:
    return sessions.run(checkpoint_every=50)


def newest(run: RunDirectory) -> Checkpoint:
    return load_checkpoint(run.checkpoints).checkpoint


def killed_after(run: RunDirectory, steps: int, processes: Processes, resume: bool) -> None:
    """The trainer makes at least so many steps and is killed, whatever it is just doing."""
    process = start(run, processes, resume=resume, owned=False)
    with connected(run, process).greet() as caller:
        first = caller.status().step
        wait_for(lambda: caller.status().step >= first + steps)
        process.kill()
    process.wait()


def test_a1_a_trainer_killed_again_and_again_resumes_to_the_bits_of_the_unbroken_run(
    sessions: Sessions, processes: Processes
) -> None:
    killed, unbroken = (sessions.run(checkpoint_every=50) for _ in range(2))
    moments = random.Random(1)
    for attempt in range(3):
        killed_after(killed, moments.randint(60, 400), processes, resume=attempt > 0)
    steps = newest(killed).step + 77
    assert start(killed, processes, resume=True, steps=steps, owned=False).wait(20) == 0
    session = sessions.open(unbroken, steps=steps)
    finish(session)
    session.save()
    ours, theirs = newest(killed), newest(unbroken)
    for kind in ("params", "moments"):
        assert bytes_of(getattr(ours, kind)) == bytes_of(getattr(theirs, kind))
    machine = {"fingerprint": ""}  # the process has one thread, this one may have more
    assert {**ours.scalars, **machine} == {**theirs.scalars, **machine}


def bytes_of(arrays: dict[str, object]) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in arrays.items()}  # type: ignore[attr-defined]


def test_a3_an_owner_that_is_killed_takes_the_run_with_it_saved(
    run: RunDirectory, processes: Processes
) -> None:
    owner = dummy_owner(processes)
    process = server_of(owner.pid, run, processes)
    with connected(run, process).greet(owner=True) as caller:
        wait_for(lambda: caller.status().step > 10)
        owner.kill()
        owner.wait()
    assert process.wait(5) == 0
    assert newest(run).step > 10


def test_a3_a_trainer_that_is_busy_in_a_long_step_ends_after_it(
    sessions: Sessions, processes: Processes
) -> None:
    run = sessions.run(hidden=768, batch=64, window=64)
    owner = dummy_owner(processes)
    process = server_of(owner.pid, run, processes)
    with connected(run, process).greet(owner=True):
        wait_for(lambda: run.metrics_file.exists())
        owner.kill()
        owner.wait()
    assert process.wait(5) == 0
    assert newest(run).step >= 1


def test_a3_an_owner_that_dies_before_it_connects_ends_the_run(
    run: RunDirectory, processes: Processes
) -> None:
    owner = dummy_owner(processes)
    owner.kill()
    owner.wait()
    assert server_of(owner.pid, run, processes).wait(5) == 0


def test_a4_a_terminated_trainer_finishes_its_step_and_saves(
    run: RunDirectory, processes: Processes
) -> None:
    process = start(run, processes, owned=False)
    with connected(run, process).greet() as caller:
        wait_for(lambda: caller.status().step > 10)
        process.terminate()
        assert process.wait(5) == 143
    assert newest(run).step > 10
    assert not socket_path(run.path).exists()
    assert run.holder() is None


def test_a5_a_hangup_does_not_end_the_trainer_which_has_a_session_of_its_own(
    run: RunDirectory, processes: Processes
) -> None:
    process = start(run, processes, owned=False)
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    with connected(run, process).greet() as caller:
        process.send_signal(signal.SIGHUP)
        step = caller.status().step
        wait_for(lambda: caller.status().step > step + 10)


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, int], dict[str, int]]:
    """How trainings ended that got one or two Ctrl-C at each file operation of their second save.

    By number of the operation and of the signals; each with its folder.
    """
    folder = tmp_path_factory.mktemp("interrupted")
    script = Path(__file__).with_name("interrupted.py")
    ended = subprocess.run(
        [sys.executable, str(script), str(TINY), str(folder)],
        env=single_threaded({**os.environ, "PYTHONPATH": str(script.parents[2])}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    return {(each["operation"], each["signals"]): each for each in found}


def test_a7_a_ctrl_c_in_the_middle_of_a_save_ends_when_it_is_whole(interrupted) -> None:
    once = [each for (_, signals), each in interrupted.items() if signals == 1]
    assert len(once) >= 10
    for each in once:
        directory = RunDirectory(Path(each["run"]))
        loaded = load_checkpoint(directory.checkpoints)
        assert (each["status"], loaded.checkpoint.step, loaded.skipped) == (130, 4, ()), each
        assert f"saved step 4 in {directory.path}" in each["said"]
        assert list(directory.checkpoints.glob(f".*{PARTIAL}")) == []


def test_a7_a_second_ctrl_c_ends_now_and_leaves_the_old_or_the_new_checkpoint(interrupted) -> None:
    twice = {number: each for (number, signals), each in interrupted.items() if signals == 2}
    last = max(twice)
    for number, each in twice.items():
        loaded = load_checkpoint(RunDirectory(Path(each["run"])).checkpoints)
        expected = 4 if number == last else 2  # the record was renamed just before
        assert (each["status"], loaded.checkpoint.step, loaded.skipped) == (130, expected, ()), each
        assert each["later"] == 0
        assert "stopped at once, step 2 is saved; go on with: rnn-tui resume" in each["said"]
