"""Servers for tests: one in a thread, and ones that are processes of their own."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training import frames, protocol
from rnn_tui.training.server import Server
from rnn_tui.training.session import Session
from rnn_tui.training.sockets import socket_path
from rnn_tui.training.starting import start_server

Processes = list["subprocess.Popen[bytes]"]
"""Those that a test started; they are ended with it."""


def start(run: RunDirectory, processes: Processes, **how: Any) -> subprocess.Popen[bytes]:
    """The server of a run, as the app starts it."""
    processes.append(start_server(run, **how))
    return processes[-1]


def dummy_owner(processes: Processes) -> subprocess.Popen[bytes]:
    """A process that does nothing until it is killed."""
    command = [sys.executable, "-S", "-c", "import signal; signal.pause()"]
    processes.append(subprocess.Popen(command))
    return processes[-1]


def server_of(owner: int, run: RunDirectory, processes: Processes) -> subprocess.Popen[bytes]:
    """The server of a run that belongs to the process ``owner``."""
    module = "rnn_tui.training.server"
    command = [sys.executable, "-m", module, str(run.path), "--owner", str(owner)]
    with run.log_file.open("ab") as output:
        processes.append(subprocess.Popen(command, stdout=output, stderr=output))
    return processes[-1]


def wait_for(done: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so; fails when it is not in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.005)


class Caller:
    """A client that blocks, and that can misbehave."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def hear(self) -> protocol.Response:
        head = self._read(frames.LENGTH.size)
        return frames.decode_response(self._read(frames.frame_length(head)))

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def ask(self, request: protocol.Request) -> protocol.Response:
        self.socket.sendall(frames.frame(request))
        return self.hear()

    def greet(self, owner: bool = False) -> Self:
        assert isinstance(self.ask(protocol.Hello(protocol.VERSION, owner)), protocol.Welcome)
        return self

    def status(self) -> protocol.Status:
        found = self.ask(protocol.Poll())
        assert isinstance(found, protocol.Update), found
        return found.status

    @property
    def cut_off(self) -> bool:
        """Whether the server has closed this connection; waits for it."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return True


@contextmanager
def served(session: Session, path: Path) -> Iterator[Server]:
    """The session behind a socket, in a thread of this process."""
    server = Server(session, path)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.signal = 15
        thread.join(20)
        assert not thread.is_alive()


def connected(run: RunDirectory, process: subprocess.Popen[bytes]) -> Caller:
    """A client of a server that is just starting."""
    found: list[Caller] = []

    def there() -> bool:
        assert process.poll() is None, run.log_file.read_text()
        try:
            found.append(Caller(socket_path(run.path)))
        except OSError:
            return False
        return True

    wait_for(there)
    return found[0]
