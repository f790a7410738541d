"""Rows G2 and G3 of the table of faults: clients that do not read, and other users."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_tui.runs.errors import StorageError
from rnn_tui.training import protocol, sockets
from rnn_tui.training.frames import LARGEST_REQUEST, LENGTH, frame
from rnn_tui.training.protocol import Failed, Poll, View
from rnn_tui.training.session import Session
from rnn_tui.training.sockets import socket_folder
from rnn_tui.training.starting import start_server
from rnn_tui.training.wire import unpack
from tests.training.conftest import Sessions
from tests.training.serving import Caller, connected, served, wait_for


@pytest.fixture
def session(sessions: Sessions) -> Session:
    return sessions.new()


@pytest.fixture
def path(session: Session, short: Path) -> Iterator[Path]:
    """Of a socket that serves the session, in a thread."""
    with served(session, short / "s"):
        yield short / "s"


def goes_on(session: Session) -> None:
    before = session.trainer.step_number
    wait_for(lambda: session.trainer.step_number > before + 50)


# -- G2 ----------------------------------------------------------------------------------------


def flood(caller: Caller, asked: bytes) -> None:
    """Ask and never read, until the two buffers hold no more."""
    caller.socket.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            caller.socket.sendall(asked)


def test_g2_a_client_that_stops_reading_does_not_stop_training(
    session: Session, path: Path
) -> None:
    with Caller(path).greet() as deaf, Caller(path).greet() as other:
        flood(deaf, frame(Poll(views=(View("weights", "W_hy", 100, 100),) * 64)))
        goes_on(session)
        assert other.status().step > 0
    session.pause()
    wait_for(lambda: session.phase == "paused")


def resident(pid: int) -> int:
    """Bytes of memory that a process has in use."""
    if Path("/proc/self/statm").exists():
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")
    command = ["/bin/ps", "-o", "rss=", "-p", str(pid)]
    return 1024 * int(subprocess.run(command, capture_output=True, check=True).stdout)


def test_g2_ten_clients_that_stop_reading_take_no_memory_and_no_row_of_the_log(
    sessions: Sessions,
) -> None:
    run = sessions.run(hidden=64, steps=2000, checkpoint_every=0)
    process = start_server(run, owned=False)
    try:
        with contextlib.ExitStack() as stack:
            other = stack.enter_context(connected(run, process).greet())
            wait_for(lambda: other.status().step > 20)
            before = resident(process.pid)
            asked = frame(Poll(views=(View("weights", "W_hy", 100, 100),) * 64))
            for _ in range(10):
                deaf = stack.enter_context(Caller(sockets.socket_path(run.path)).greet())
                flood(deaf, asked)
            wait_for(lambda: other.status().phase == "finished")
            assert resident(process.pid) < before + 64 * 2**20
            logged = other.ask(Poll(after_step=0))
            assert isinstance(logged, protocol.Update)
            assert unpack(logged.rows.steps).tolist() == list(range(1, 2001))
    finally:
        process.kill()
        process.wait()


def test_g2_more_than_any_screen_shows_is_refused_and_not_computed(
    sessions: Sessions, short: Path
) -> None:
    session = sessions.new(hidden=1000, batch=1)
    with served(session, short / "s"), Caller(short / "s").greet() as greedy:
        whole = View("weights", "layer0.W_hh", 10**9, 10**9)  # 8 MB
        assert isinstance(greedy.ask(Poll(views=(whole,))), protocol.Update)
        told = greedy.ask(Poll(views=(whole,) * 64))
        assert told == Failed("more was asked for than any screen shows: make it smaller")


def test_g2_what_is_asked_very_slowly_takes_little_memory(session: Session, path: Path) -> None:
    with Caller(path).greet() as slow, Caller(path).greet() as other:
        slow.socket.sendall(LENGTH.pack(LARGEST_REQUEST) + bytes(LARGEST_REQUEST - 1))
        goes_on(session)
        assert other.status().phase == "training"
        slow.socket.sendall(b"\0")
        assert slow.cut_off


# -- G3 ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(short: Path) -> Path:
    """Where the user's folder will be."""
    return short / f"rnn-tui-{os.getuid()}"


def test_g3_the_folder_is_made_for_the_user_alone(short: Path, folder: Path) -> None:
    assert socket_folder(short) == folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert socket_folder(short) == folder


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o707])
def test_g3_a_folder_that_others_may_look_into_is_refused(
    short: Path, folder: Path, mode: int
) -> None:
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(StorageError, match="is not yours alone: remove it, or let"):
        socket_folder(short)


def test_g3_somebody_elses_folder_is_refused(
    short: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = os.getuid() + 1
    folder.mkdir(mode=0o700)
    folder.rename(short / f"rnn-tui-{other}")
    monkeypatch.setattr(sockets.os, "getuid", lambda: other)
    with pytest.raises(StorageError, match="is not yours alone"):
        socket_folder(short)


def test_g3_a_link_or_a_file_in_its_place_is_refused(short: Path, folder: Path) -> None:
    (short / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(short / "elsewhere")
    with pytest.raises(StorageError, match="is not yours alone"):
        socket_folder(short)
    folder.unlink()
    folder.touch(0o600)
    with pytest.raises(StorageError):
        socket_folder(short)


def test_g3_a_socket_is_the_users_alone_and_no_other_user_gets_in(
    session: Session, short: Path
) -> None:
    """Another user, where this one may become one; else the modes that keep others out."""
    folder = socket_folder(short)
    with served(session, folder / "s"), Caller(folder / "s").greet():
        mode = (folder / "s").stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert mode & 0o077 == folder.stat().st_mode & 0o077 == 0
        short.chmod(0o755)
        if os.getuid() == 0:
            command = [sys.executable, "-c", INTRUDER, str(folder / "s")]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            assert told.stdout == "Permission denied\n"


INTRUDER = """
import os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except OSError as error:
    print(error.strerror)
"""
