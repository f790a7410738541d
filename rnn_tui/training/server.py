"""The process of a run: a session with a socket.

One thread: a piece of work, then a look at the sockets, and so on. A client that stops reading
costs nothing: it is answered when it asks, and not asked again before it has read its answer.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.lock import start_time
from rnn_tui.training import protocol
from rnn_tui.training.answers import answer
from rnn_tui.training.session import Session
from rnn_tui.training.sockets import socket_path

log = logging.getLogger("rnn_tui.server")

OWNER_GRACE = 2.0
"""Seconds after the owner's connection broke before the run saves and ends."""

FIRST_OWNER_GRACE = 30.0
"""Seconds for the owner to connect for the first time."""

IDLE_WAIT = 0.25
"""Seconds to wait for a request when there is nothing to train."""

TEXT_WAIT = 0.01
"""The same while a text is being written."""

READ = 65536


@dataclass
class Connection:
    """One client: what it has sent and not yet been answered, what it has not yet read."""

    number: int
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)
    greeted: bool = False
    owner: bool = False


@dataclass(frozen=True)
class Owner:
    """The process that a run belongs to, and when that process began."""

    pid: int
    started: str | None

    def alive(self) -> bool:
        """Whether that very process lives; a later one with its number does not count."""
        return start_time(self.pid) == self.started


class Server:
    """A session behind a Unix socket.

    Args:
        session: what is served.
        path: of the socket; anything there is replaced, since the run's lock is held.
        owner: whose end ends the run; None for a run that is on its own.
    """

    def __init__(self, session: Session, path: Path, owner: Owner | None = None) -> None:
        self.session = session
        self.path = path
        self.owner = owner
        self.signal = 0
        self._selector = selectors.DefaultSelector()
        self._connections: dict[int, Connection] = {}
        self._accepted = 0
        self._owner_gone_at: float | None = time.monotonic() + FIRST_OWNER_GRACE - OWNER_GRACE
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(16)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)

    def run(self, after_work: Callable[[Session], None] | None = None) -> None:
        """Serve until the session has ended, or it was signalled, or its owner is gone.

        ``after_work`` is called after every piece of work, for a progress bar.
        """
        try:
            while not self._must_end():
                worked = self.session.advance()
                if after_work is not None:
                    after_work(self.session)
                self._listen(self._patience(worked))
        finally:
            self._close()

    def end(self, number: int, _frame: FrameType | None = None) -> None:
        """A signal handler: finish the piece of work, save, end."""
        if self.signal:
            raise SystemExit(128 + number)  # the second time: now
        self.signal = number

    def _must_end(self) -> bool:
        if self.session.ended or self.signal:
            return True
        if self.owner is None or self._owner_gone_at is None:
            return False
        gone = time.monotonic() - self._owner_gone_at > OWNER_GRACE
        return gone or not self.owner.alive()

    def _patience(self, worked: bool) -> float:
        if worked:
            return 0.0
        return TEXT_WAIT if self.session.waits_for_text else IDLE_WAIT

    def _listen(self, seconds: float) -> None:
        for key, mask in self._selector.select(seconds):
            if key.data is None:
                self._accept()
                continue
            connection: Connection = key.data
            try:
                if mask & selectors.EVENT_WRITE:
                    self._write(connection)
                if mask & selectors.EVENT_READ:
                    self._read(connection)
            except (OSError, protocol.ProtocolError) as error:
                log.info("connection %d ended: %s", connection.number, error)
                self._drop(connection)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            accepted, _ = self._listener.accept()
            accepted.setblocking(False)
            self._accepted += 1
            connection = Connection(self._accepted, accepted)
            self._connections[connection.number] = connection
            self._selector.register(accepted, selectors.EVENT_READ, connection)

    def _read(self, connection: Connection) -> None:
        data = connection.socket.recv(READ)
        if not data:
            self._drop(connection)
            return
        connection.received += data
        self._answer_next(connection)

    def _answer_next(self, connection: Connection) -> None:
        """Answer what was asked, one request at a time: the next when this one has been read."""
        while not connection.unsent:
            bodies, taken = protocol.split_frames(connection.received, most=1)
            if not bodies:
                break
            del connection.received[:taken]
            response = self._answer(connection, protocol.decode_request(bodies[0]))
            connection.unsent += protocol.frame(response)
            self._write(connection)
        waiting = selectors.EVENT_WRITE if connection.unsent else selectors.EVENT_READ
        if connection.number in self._connections:
            self._selector.modify(connection.socket, waiting, connection)

    def _write(self, connection: Connection) -> None:
        with contextlib.suppress(BlockingIOError):
            while connection.unsent:
                del connection.unsent[: connection.socket.send(connection.unsent)]
        if not connection.unsent and connection.received:
            self._answer_next(connection)
        elif not connection.unsent:
            self._selector.modify(connection.socket, selectors.EVENT_READ, connection)

    def _answer(self, connection: Connection, request: protocol.Request) -> protocol.Response:
        if isinstance(request, protocol.Hello):
            connection.greeted = request.version == protocol.VERSION
            if connection.greeted and request.owner and self.owner is not None:
                connection.owner = True
                self._owner_gone_at = None
        elif not connection.greeted:
            return protocol.Failed("say Hello first")
        if isinstance(request, protocol.LeaveRunning):
            self.owner = None
        return answer(self.session, connection.number, request)

    def _drop(self, connection: Connection) -> None:
        if self._connections.pop(connection.number, None) is None:
            return
        self._selector.unregister(connection.socket)
        connection.socket.close()
        self.session.leave(connection.number)
        if connection.owner:
            self._owner_gone_at = time.monotonic()

    def _close(self) -> None:
        try:
            self.session.close()
        finally:
            for connection in list(self._connections.values()):
                self._drop(connection)
            self._selector.close()
            self._listener.close()
            self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def handled_signals(server: Server, *signals: signal.Signals) -> Iterator[None]:
    """While inside, these signals end the server in order."""
    before = {number: signal.signal(number, server.end) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(directory: RunDirectory, resume: bool, owner: Owner | None, steps: int | None) -> int:
    """Train and serve a run until it ends; the process's exit status."""
    with directory.lock():
        session = Session(directory, resume=resume, steps=steps)
        server = Server(session, socket_path(directory.path), owner)
        with handled_signals(server, signal.SIGTERM, signal.SIGINT):
            server.run()
    return 128 + server.signal if server.signal else 0


def _last_words(reason: str) -> None:
    """What the app shows when the server ends: the log's last line."""
    log.error("%s", " ".join(reason.split()))


def main(arguments: list[str] | None = None) -> int:
    """``python -m rnn_tui.training.server RUN``: what the app starts. Its output is the log."""
    parser = argparse.ArgumentParser(prog="rnn_tui.training.server")
    parser.add_argument("run", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--owner", type=int, default=0)
    parser.add_argument("--steps", type=int, default=None)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    owner = Owner(options.owner, start_time(options.owner)) if options.owner else None
    try:
        return serve(RunDirectory(options.run), options.resume, owner, options.steps)
    except RunError as error:
        _last_words(str(error))
        return error.exit_code
    except Exception as error:
        log.exception("the trainer failed")
        _last_words(f"{type(error).__name__}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
