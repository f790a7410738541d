"""A run without its trainer: what a client is told from the files alone, and nothing is changed.

A run that nobody trains is shown as it was left; one that another program trains, or another
version of this one, is followed as its log grows.
"""

from __future__ import annotations

import asyncio
from typing import NoReturn

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.hints import command
from rnn_tui.runs.lock import Holder
from rnn_tui.training.client import RefusedError, ServerGoneError, TakenUpError
from rnn_tui.training.protocol import Poll, Request, Response, Update, Welcome
from rnn_tui.training.stored_monitored import MonitoredFiles
from rnn_tui.training.stored_trained import TrainedFiles


class StoredClient:
    """The app's end of a run that has no server. All of its reading is done in threads.

    Args:
        files: what is read.
        reason: why there is no server, where there was one before.
    """

    live = False

    def __init__(self, files: TrainedFiles | MonitoredFiles, reason: str = "") -> None:
        self.welcome: Welcome = files.welcome
        self._files = files
        self._reason = reason
        self._turn = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(
        cls, directory: RunDirectory, reason: str = "", holder: Holder | None = None
    ) -> StoredClient:
        """Read what there is to be read. Raises ServerGoneError where that is not possible.

        ``holder`` trains the run, but cannot be talked to.
        """
        try:
            return cls(await asyncio.to_thread(_files_of, directory, holder), reason)
        except RunError as error:
            raise ServerGoneError(str(error)) from error

    async def poll(self, request: Poll) -> Update:
        """What the files say now. Raises ServerGoneError; TakenUpError if there is a server now."""
        async with self._turn:
            if self._closed:
                raise ServerGoneError("the run was closed")
            try:
                return await asyncio.to_thread(self._answer, request)
            except RunError as error:
                raise ServerGoneError(str(error)) from error

    def _answer(self, request: Poll) -> Update:
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
        async with self._turn:
            if not self._closed:
                self._closed = True
                await asyncio.to_thread(self._files.close)


def _files_of(directory: RunDirectory, holder: Holder | None) -> TrainedFiles | MonitoredFiles:
    if directory.facts().kind == "monitored":
        return MonitoredFiles(directory)
    return TrainedFiles(directory, command("resume", directory), holder)
