"""The run as a process of its own: how it begins, and all the ways in which it ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training import protocol, sockets
from rnn_tui.training.client import (
    RefusedError,
    ServerGoneError,
    SocketClient,
    last_log_line,
)
from rnn_tui.training.sockets import socket_path

from .conftest import Sessions
from .serving import Caller, Processes, connected, dummy_owner, server_of, start, wait_for


@pytest.fixture
def run(sessions: Sessions) -> RunDirectory:
    return sessions.run(checkpoint_every=50)


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


def test_the_server_has_a_session_of_its_own(run: RunDirectory, processes: Processes) -> None:
    process = start(run, processes)
    assert os.getsid(process.pid) == process.pid != os.getsid(0)


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
