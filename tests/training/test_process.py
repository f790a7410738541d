"""The run as a process of its own: how it begins, and all the ways in which it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.checkpoint import load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training import protocol, sockets
from rnn_tui.training.client import (
    RefusedError,
    ServerGoneError,
    SocketClient,
    last_log_line,
    start_server,
)
from rnn_tui.training.sockets import socket_path

from .conftest import Sessions, finish
from .serving import Caller, connected, wait_for

Processes = list["subprocess.Popen[bytes]"]


@pytest.fixture
def processes() -> Iterator[Processes]:
    started: Processes = []
    yield started
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def run(sessions: Sessions) -> RunDirectory:
    return sessions.run(checkpoint_every=50)


def start(run: RunDirectory, processes: Processes, **how: Any) -> subprocess.Popen[bytes]:
    processes.append(start_server(run, **how))
    return processes[-1]


def dummy_owner(processes: Processes) -> subprocess.Popen[bytes]:
    """A process that does nothing until it is killed."""
    command = [sys.executable, "-S", "-c", "import signal; signal.pause()"]
    processes.append(subprocess.Popen(command))
    return processes[-1]


def server_of(owner: int, run: RunDirectory, processes: Processes) -> subprocess.Popen[bytes]:
    module = "rnn_tui.training.server"
    command = [sys.executable, "-m", module, str(run.path), "--owner", str(owner)]
    with run.log_file.open("ab") as output:
        processes.append(subprocess.Popen(command, stdout=output, stderr=output))
    return processes[-1]


def test_a_killed_server_resumes_to_the_bits_of_the_unbroken_run(
    sessions: Sessions, processes: Processes
) -> None:
    killed, unbroken = (sessions.run(checkpoint_every=50) for _ in range(2))
    process = start(killed, processes, owned=False)
    with connected(killed, process).greet() as caller:
        wait_for(lambda: caller.status().saved_step >= 100)
        process.kill()
    process.wait()
    last = load_checkpoint(killed.checkpoints).checkpoint.step
    assert start(killed, processes, resume=True, steps=last + 77, owned=False).wait(20) == 0
    session = sessions.open(unbroken, steps=last + 77)
    finish(session)
    session.save()
    ours, theirs = (load_checkpoint(each.checkpoints).checkpoint for each in (killed, unbroken))
    assert {name: value.tobytes() for name, value in ours.params.items()} == {
        name: value.tobytes() for name, value in theirs.params.items()
    }
    machine = {"fingerprint": ""}  # the process has one thread, this one may have more
    assert {**ours.scalars, **machine} == {**theirs.scalars, **machine}


def test_a_signal_saves_and_ends(run: RunDirectory, processes: Processes) -> None:
    process = start(run, processes, owned=False)
    with connected(run, process).greet() as caller:
        wait_for(lambda: caller.status().step > 10)
        process.terminate()
        assert process.wait(3) == 143
    assert load_checkpoint(run.checkpoints).checkpoint.step > 10
    assert not socket_path(run.path).exists()
    assert run.holder() is None


def test_a_second_trainer_of_the_same_run_is_refused(
    run: RunDirectory, processes: Processes
) -> None:
    first = start(run, processes, owned=False)
    with connected(run, first).greet() as caller:
        second = start(run, processes, owned=False)
        assert second.wait(10) == 2
        assert f"is being trained by process {first.pid}" in last_log_line(run)
        assert caller.status().phase == "training"


def test_an_owner_that_is_killed_takes_the_run_with_it_saved(
    run: RunDirectory, processes: Processes
) -> None:
    owner = dummy_owner(processes)
    process = server_of(owner.pid, run, processes)
    with connected(run, process).greet(owner=True) as caller:
        wait_for(lambda: caller.status().step > 10)
        owner.kill()
        owner.wait()
    assert process.wait(5) == 0
    assert load_checkpoint(run.checkpoints).checkpoint.step > 10


def test_an_owner_that_dies_before_it_connects_ends_the_run(
    run: RunDirectory, processes: Processes
) -> None:
    owner = dummy_owner(processes)
    owner.kill()
    owner.wait()
    assert server_of(owner.pid, run, processes).wait(5) == 0


def test_a_run_that_was_left_alone_goes_on_without_its_owner(
    run: RunDirectory, processes: Processes
) -> None:
    owner = dummy_owner(processes)
    process = server_of(owner.pid, run, processes)
    with connected(run, process).greet(owner=True) as caller:
        assert caller.ask(protocol.LeaveRunning()) == protocol.Done()
        owner.kill()
        owner.wait()
    with Caller(socket_path(run.path)).greet() as later:
        step = later.status().step
        wait_for(lambda: later.status().step > step + 100)
    assert process.poll() is None


def test_a_watcher_cannot_leave_the_owners_run_alone(
    run: RunDirectory, processes: Processes
) -> None:
    owner = dummy_owner(processes)
    process = server_of(owner.pid, run, processes)
    with connected(run, process).greet(owner=True), Caller(socket_path(run.path)).greet() as other:
        other.ask(protocol.LeaveRunning())
        owner.kill()
        owner.wait()
    assert process.wait(5) == 0


def test_a_run_that_cannot_begin_says_why_in_its_last_line(
    run: RunDirectory, processes: Processes
) -> None:
    run.text_file.write_bytes(b"another text")
    process = start(run, processes)
    assert process.wait(20) == 3
    assert last_log_line(run).startswith(f"{run.text_file} is not the text")


def test_nothing_is_printed_but_into_the_log(
    run: RunDirectory, processes: Processes, capfd: pytest.CaptureFixture[str]
) -> None:
    process = start(run, processes, owned=False, steps=20)
    assert process.wait(20) == 0
    assert capfd.readouterr() == ("", "")


def test_the_server_has_a_session_of_its_own(run: RunDirectory, processes: Processes) -> None:
    process = start(run, processes)
    assert os.getsid(process.pid) == process.pid != os.getsid(0)


def test_a_hangup_does_not_end_it(run: RunDirectory, processes: Processes) -> None:
    process = start(run, processes, owned=False)
    with connected(run, process).greet() as caller:
        process.send_signal(signal.SIGHUP)
        step = caller.status().step
        wait_for(lambda: caller.status().step > step + 10)


# -- the client --------------------------------------------------------------------------------


async def test_the_client_starts_watches_steers_and_stops_a_run(
    run: RunDirectory, processes: Processes
) -> None:
    process = start(run, processes)
    client = await SocketClient.connect(run, owner=True, process=process)
    assert client.welcome.name == run.name
    await client.send(protocol.Pause())
    assert (await client.poll(protocol.Poll())).status.phase == "paused"
    with pytest.raises(RefusedError, match="learning rate"):
        await client.send(protocol.SetLearningRate(-1.0))
    assert (await client.send(protocol.Stop())).startswith("saved step")
    assert process.wait(5) == 0
    with pytest.raises(ServerGoneError):
        await client.poll(protocol.Poll())
    await client.close()


async def test_the_client_says_why_a_run_did_not_start(
    run: RunDirectory, processes: Processes
) -> None:
    run.text_file.write_bytes(b"another text")
    process = start(run, processes)
    with pytest.raises(ServerGoneError, match=r"did not start: .* is not the text .*log\.txt\)"):
        await SocketClient.connect(run, process=process)


async def test_the_client_does_not_wait_for_ever_for_nobody(run: RunDirectory) -> None:
    began = time.monotonic()
    with pytest.raises(ServerGoneError, match=f"rnn-tui resume {run.name}"):
        await SocketClient.connect(run, seconds=0.05)
    assert time.monotonic() - began < 1


async def test_a_trainer_that_cannot_be_reached_is_named(run: RunDirectory) -> None:
    end_it = f"process {os.getpid()} trains {run.name}, .* end it .*, then go on with rnn-tui res"
    with run.lock(), pytest.raises(ServerGoneError, match=end_it):
        await SocketClient.connect(run, seconds=0.05)


async def test_the_client_says_when_the_folder_of_sockets_is_not_safe(
    run: RunDirectory, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SHARED", short)
    (short / f"rnn-tui-{os.getuid()}").mkdir(mode=0o755)
    with pytest.raises(ServerGoneError, match="is not yours alone"):
        await SocketClient.connect(run)


async def test_the_client_notices_that_the_server_was_killed(
    run: RunDirectory, processes: Processes
) -> None:
    process = start(run, processes)
    client = await SocketClient.connect(run, process=process)
    process.kill()
    process.wait()
    with pytest.raises(ServerGoneError, match="the trainer is gone"):
        await client.poll(protocol.Poll())
    await client.close()
