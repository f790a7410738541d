"""A run without its trainer: what a client is told from the files alone, and nothing is changed.

A run that nobody trains is shown as it was left; one that another program trains, or another
version of this one, is followed as its log grows.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.hints import command
from rnn_tui.runs.lock import Holder
from rnn_tui.training.client import RefusedError, ServerGoneError, TakenUpError
from rnn_tui.training.protocol import Poll, Request, Response, Update, Welcome
from rnn_tui.training.stored_monitored import MonitoredFiles
from rnn_tui.training.stored_trained import TrainedFiles

_Made = TypeVar("_Made")


class StoredClient:
    """The app's end of a run that has no server. All of its reading is done in threads.

    Who waits for a thread may give up; the thread goes on. So threads take turns by a lock of
    their own, and what has been closed opens nothing any more.

    Args:
        files: what is read.
        reason: why there is no server, where there was one before.
    """

    live = False

    def __init__(self, files: TrainedFiles | MonitoredFiles, reason: str = "") -> None:
        self.welcome: Welcome = files.welcome
        self._files = files
        self._reason = reason
        self._turn = threading.Lock()
        self._closed = False

    @classmethod
    async def open(
        cls, directory: RunDirectory, reason: str = "", holder: Holder | None = None
    ) -> StoredClient:
        """Read what there is to be read. Raises ServerGoneError where that is not possible.

        ``holder`` trains the run, but cannot be talked to.
        """
        opening = _in_a_thread(_files_of, directory, holder)
        try:
            return cls(await asyncio.shield(opening), reason)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unused)
            raise
        except RunError as error:
            raise ServerGoneError(str(error)) from error

    async def poll(self, request: Poll) -> Update:
        """What the files say now. Raises ServerGoneError; TakenUpError if there is a server now."""
        try:
            return await asyncio.to_thread(self._answer, request)
        except RunError as error:
            raise ServerGoneError(str(error)) from error

    def _answer(self, request: Poll) -> Update:
        with self._turn:
            if self._closed:
                raise ServerGoneError("the run was closed")
            if self._files.taken_up():
                raise TakenUpError(f"{self.welcome.name} is being trained again")
            return self._files.answer(request, self._reason)

    async def send(self, _command: Request) -> str:
        """Nobody is there to carry it out: RefusedError."""
        return self._refuse()

    async def ask(self, request: Request) -> Response:
        """Polls are answered, all else is refused."""
        if isinstance(request, Poll):
            return await self.poll(request)
        return self._refuse()

    def _refuse(self) -> NoReturn:
        raise RefusedError(self._files.refusal)

    async def close(self) -> None:
        """Let go of the files, after the thread that may be reading them."""
        await asyncio.shield(_in_a_thread(self._close))

    def _close(self) -> None:
        with self._turn:
            if not self._closed:
                self._closed = True
                self._files.close()


def _in_a_thread(work: Callable[..., _Made], *values: Any) -> asyncio.Future[_Made]:
    """Begin now: a task that is cancelled before its first turn would never do it."""
    return asyncio.get_running_loop().run_in_executor(None, work, *values)


def _close_unused(opening: asyncio.Future[TrainedFiles | MonitoredFiles]) -> None:
    """Let go of files that nobody waits for any more."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _files_of(directory: RunDirectory, holder: Holder | None) -> TrainedFiles | MonitoredFiles:
    if directory.facts().kind == "monitored":
        return MonitoredFiles(directory)
    return TrainedFiles(directory, command("resume", directory), holder)
