"""The other end: talk to a run's server, and notice when it is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import time
from typing import Protocol, TypeVar

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import StorageError
from rnn_tui.runs.hints import command
from rnn_tui.training import frames, protocol
from rnn_tui.training.message import ProtocolError
from rnn_tui.training.protocol import Request, Response
from rnn_tui.training.sockets import socket_path

CONNECT_SECONDS = 20.0

_Answer = TypeVar("_Answer", bound=Response)


_SPOKEN = re.compile(r"\bspeaks version (\d{1,9}) of the protocol")
"""Where the server of any version says which one it has."""


class ServerGoneError(Exception):
    """The run's server does not answer, and why as far as is known."""


class OtherVersionError(ServerGoneError):
    """There is a server, but it speaks another version of the protocol."""


class TakenUpError(ServerGoneError):
    """Only its files were looked at, and now somebody trains the run: its server knows more."""


class RefusedError(Exception):
    """The server answered that it cannot do what was asked."""


class Asks(Protocol):
    """The connection to a run, or whoever holds it."""

    async def ask(self, request: Request) -> Response:
        """The answer to a request. Raises RefusedError or ServerGoneError."""


class Client(Asks, Protocol):
    """What the app needs of a run: the socket's client here, one in-process in the tests."""

    welcome: protocol.Welcome
    live: bool
    """Whether somebody is there to carry out commands."""

    async def poll(self, request: protocol.Poll) -> protocol.Update:
        """The latest state. Raises ServerGoneError."""

    async def send(self, command: Request) -> str:
        """Carry out a command. Raises RefusedError or ServerGoneError."""

    async def close(self) -> None:
        """Part from the run."""


def last_log_line(directory: RunDirectory) -> str:
    """What the server wrote last: why it ended, when it did."""
    with contextlib.suppress(OSError):
        with directory.log_file.open("rb") as file:
            file.seek(max(0, directory.log_file.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").strip().splitlines()
        return lines[-1].rpartition(" ERROR ")[2] if lines else ""
    return ""


class SocketClient:
    """A client on the run's socket."""

    live = True

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        welcome: protocol.Welcome,
    ) -> None:
        self.welcome = welcome
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()

    @classmethod
    async def connect(
        cls,
        directory: RunDirectory,
        owner: bool = False,
        process: subprocess.Popen[bytes] | None = None,
        seconds: float = CONNECT_SECONDS,
    ) -> SocketClient:
        """Connect, waiting for a server that is just starting.

        Raises ServerGoneError when there is none within ``seconds``, or ``process`` has ended.
        """
        reader, writer = await _reach(directory, process, seconds)
        hello = protocol.Hello(protocol.VERSION, owner, who_asks())
        try:
            answer = await _ask(reader, writer, hello)
            if isinstance(answer, protocol.Welcome):
                return cls(reader, writer, answer)
        except ServerGoneError:
            writer.close()
            raise
        writer.close()
        raise _not_welcome(answer)

    async def poll(self, request: protocol.Poll) -> protocol.Update:
        """The latest state."""
        return await self._expected(request, protocol.Update)

    async def send(self, command: Request) -> str:
        """Carry out a command; what the server says of it."""
        return (await self._expected(command, protocol.Done)).detail

    async def _expected(self, request: Request, kind: type[_Answer]) -> _Answer:
        answer = await self.ask(request)
        if isinstance(answer, kind):
            return answer
        self._writer.close()  # it answers another question: all later answers would be wrong
        raise ServerGoneError("the trainer answered something else than it was asked")

    async def ask(self, request: Request) -> Response:
        """The answer to a request, whatever it is but a refusal."""
        answer = await self._asked(request)
        if isinstance(answer, protocol.Failed):
            raise RefusedError(answer.reason)
        return answer

    async def _asked(self, request: Request) -> Response:
        async with self._turn:
            try:
                return await _ask(self._reader, self._writer, request)
            except (asyncio.CancelledError, ServerGoneError):
                self._writer.close()  # else the next question would get this one's answer
                raise

    async def close(self) -> None:
        """Part from the run."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


def _not_welcome(answer: Response) -> ServerGoneError:
    """What it means that a server did not answer ``Hello`` with a welcome."""
    reason = answer.reason if isinstance(answer, protocol.Failed) else "no welcome"
    other = _SPOKEN.search(reason)
    if other is None or int(other[1]) == protocol.VERSION:
        return ServerGoneError(reason)
    spoken = f"protocol {other[1]}, this one {protocol.VERSION}"
    return OtherVersionError(f"trained by another version of rnn-tui ({spoken}): use that one")


def who_asks() -> str:
    """This process for people: its terminal, where it has one, and its number."""
    with contextlib.suppress(OSError):
        return f"{os.ttyname(0).removeprefix('/dev/')[:40]}, process {os.getpid()}"
    return f"process {os.getpid()}"


async def _reach(
    directory: RunDirectory, process: subprocess.Popen[bytes] | None, seconds: float
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the run's server, as soon as it listens."""
    try:
        path = socket_path(directory.path)
    except StorageError as error:
        raise ServerGoneError(str(error)) from error
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await asyncio.open_unix_connection(path)
        except OSError as error:
            if process is not None and process.poll() is not None:
                raise ServerGoneError(
                    f"the trainer of {directory.name} did not start: "
                    f"{last_log_line(directory)} (see {directory.log_file})"
                ) from error
            if time.monotonic() > deadline:
                raise ServerGoneError(_unreachable(directory)) from error
            await asyncio.sleep(0.01)


def _unreachable(directory: RunDirectory) -> str:
    """Why nobody listens, and what to do: to resume helps only where nobody trains."""
    again = command("resume", directory)
    holder = None
    with contextlib.suppress(StorageError):
        holder = directory.holder()
    if holder is None or holder.pid is None:
        return f"nobody is training {directory.name}: {again}"
    return (
        f"process {holder.pid} trains {directory.name}, but cannot be reached: "
        f"end it (kill {holder.pid}), then go on with {again}"
    )


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request
) -> Response:
    try:
        asked = frames.frame(request, frames.LARGEST_REQUEST)
    except ProtocolError as error:
        raise RefusedError(str(error)) from error
    try:
        writer.write(asked)
        await writer.drain()
        length = frames.frame_length(await reader.readexactly(frames.LENGTH.size))
        return frames.decode_response(await reader.readexactly(length))
    except (OSError, EOFError, ProtocolError) as error:
        raise ServerGoneError("the trainer is gone") from error
