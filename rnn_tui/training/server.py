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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rnn_tui.runs.atomic import storage_error
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.training import frames, protocol
from rnn_tui.training.answers import answer
from rnn_tui.training.message import ProtocolError
from rnn_tui.training.owner import Owner, Ownership
from rnn_tui.training.session import Session
from rnn_tui.training.sockets import socket_path

log = logging.getLogger("rnn_tui.server")

IDLE_WAIT = 0.25
"""Seconds to wait for a request when there is nothing to train."""

TEXT_WAIT = 0.01
"""The same while a text is being written."""

READ = 65536

MOST_CLIENTS = 32
"""Connections at a time; a further one is closed at once, and files can still be opened."""


@dataclass
class Connection:
    """One client: what it has sent and not yet been answered, what it has not yet read."""

    number: int
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)
    greeted: bool = False


class Server:
    """A session behind a Unix socket.

    Args:
        session: what is served.
        path: of the socket; anything there is replaced, since the run's lock is held.
        owner: whose end ends the run; None for a run that is on its own.

    Raises StorageError when there can be no socket at ``path``.
    """

    def __init__(self, session: Session, path: Path, owner: Owner | None = None) -> None:
        self.session = session
        self.path = path
        self.ownership = Ownership(owner)
        self.signal = 0
        self._at_once = False
        self._selector = selectors.DefaultSelector()
        self._connections: dict[int, Connection] = {}
        self._accepted = 0
        self._listener = _listening(path)
        self._made = path.stat().st_ino
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
        """A signal handler: finish the piece of work, save, end. The second time: end now."""
        if self.signal:
            self._at_once = True
            raise SystemExit(128 + number)
        self.signal = number

    def _must_end(self) -> bool:
        if self.session.ended or self.session.gone or self.signal:
            return True
        return self.ownership.gone() or self._nobody_waits

    @property
    def _nobody_waits(self) -> bool:
        """All is done, nobody owns the run, and nobody looks at it."""
        on_its_own = self.ownership.owner is None and not self._connections
        return on_its_own and self.session.complete

    @property
    def watched(self) -> bool:
        """Whether somebody is connected."""
        return bool(self._connections)

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
            except (OSError, ProtocolError) as error:
                log.info("connection %d ended: %s", connection.number, error)
                self._drop(connection)

    def _accept(self) -> None:
        try:
            accepted, _ = self._listener.accept()
        except OSError as error:
            log.info("a client did not get in: %s", error)
            return
        if len(self._connections) >= MOST_CLIENTS:
            accepted.close()
            return
        accepted.setblocking(False)
        self._accepted += 1
        connection = Connection(self._accepted, accepted)
        self._connections[connection.number] = connection
        self._selector.register(accepted, selectors.EVENT_READ, connection)

    def _read(self, connection: Connection) -> None:
        with contextlib.suppress(BlockingIOError):
            data = connection.socket.recv(READ)
            if not data:
                self._drop(connection)
                return
            connection.received += data
        self._answer_all(connection)

    def _write(self, connection: Connection) -> None:
        _send(connection)
        self._answer_all(connection)

    def _answer_all(self, connection: Connection) -> None:
        """Answer what was asked, one request at a time: the next when this one has been read."""
        while not connection.unsent:
            bodies, taken = frames.split_frames(
                connection.received, most=1, largest=frames.LARGEST_REQUEST
            )
            if not bodies:
                break
            del connection.received[:taken]
            response = self._answer(connection, frames.decode_request(bodies[0]))
            connection.unsent += frames.frame(response)
            _send(connection)
        waiting = selectors.EVENT_WRITE if connection.unsent else selectors.EVENT_READ
        self._selector.modify(connection.socket, waiting, connection)

    def _answer(self, connection: Connection, request: protocol.Request) -> protocol.Response:
        if isinstance(request, protocol.Hello):
            connection.greeted = request.version == protocol.VERSION
            if connection.greeted and request.owner:
                self.ownership.connected(connection.number)
        elif not connection.greeted:
            return protocol.Failed("say Hello first")
        if isinstance(request, protocol.LeaveRunning):
            self.ownership.give_up(connection.number)
        return answer(self.session, connection.number, request)

    def _drop(self, connection: Connection) -> None:
        if self._connections.pop(connection.number, None) is None:
            return
        self._selector.unregister(connection.socket)
        connection.socket.close()
        self.session.leave(connection.number)
        self.ownership.disconnected(connection.number)

    def _close(self) -> None:
        try:
            if not self._at_once:
                self.session.close()
        finally:
            for connection in list(self._connections.values()):
                self._drop(connection)
            self._selector.close()
            self._listener.close()
            self._remove_socket()

    def _remove_socket(self) -> None:
        """Not that of another run, which lies where this one was before it was renamed."""
        with contextlib.suppress(FileNotFoundError):
            if self.path.stat().st_ino == self._made:
                self.path.unlink()


def _listening(path: Path) -> socket.socket:
    """A socket at ``path`` that clients can connect to; what was there is replaced."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(16)
    except OSError as error:
        listener.close()
        raise storage_error("make the socket", path, error) from error
    listener.setblocking(False)
    return listener


def _send(connection: Connection) -> None:
    """Send what the client takes now."""
    with contextlib.suppress(BlockingIOError):
        while connection.unsent:
            del connection.unsent[: connection.socket.send(connection.unsent)]


@contextlib.contextmanager
def handled_signals(server: Server, *signals: signal.Signals) -> Iterator[None]:
    """While inside, these signals end the server in order; ignored ones (nohup) stay ignored."""
    heard = [number for number in signals if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, server.end) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(directory: RunDirectory, resume: bool, owner: Owner | None, steps: int | None) -> int:
    """Train and serve a run until it ends; the process's exit status."""
    with directory.lock():
        path = socket_path(directory.path)
        session = Session(directory, resume=resume, steps=steps)
        server = Server(session, path, owner)
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
    owner = Owner.of(options.owner) if options.owner else None
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
