"""Getting at a run, whoever trains it: its server where there is one, else its files."""

from __future__ import annotations

import asyncio
import subprocess
import time

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.lock import Holder
from rnn_tui.training.client import (
    CONNECT_SECONDS,
    Client,
    OtherVersionError,
    ServerGoneError,
    SocketClient,
    last_log_line,
)

ATTEMPT_SECONDS = 0.5
"""Between two looks whether the process that should answer is still there."""


class Attachment:
    """Called for a client whenever there is none.

    Args:
        directory: the run's.
        process: the run's server, if it was started for us: then the run ends with us.
    """

    def __init__(
        self, directory: RunDirectory, process: subprocess.Popen[bytes] | None = None
    ) -> None:
        self._directory = directory
        self._process = process
        self._was_served = False

    async def __call__(self) -> Client:
        """A connection, else the files. Raises ServerGoneError where there is neither."""
        try:
            if await asyncio.to_thread(self._is_served):
                return await self._connected()
        except RunError as error:
            raise ServerGoneError(str(error)) from error
        return await self._stored(self._why())

    def _is_served(self) -> bool:
        if self._ours:
            return True
        monitored = self._directory.facts().kind == "monitored"
        return not monitored and self._directory.holder() is not None

    @property
    def _ours(self) -> bool:
        """Whether the server that was started for us is alive."""
        return self._process is not None and self._process.poll() is None

    async def _connected(self) -> Client:
        """As long as there is somebody who may answer, for a while."""
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            process = self._process if self._ours else None
            try:
                client = await SocketClient.connect(
                    self._directory, process is not None, process, ATTEMPT_SECONDS
                )
            except OtherVersionError as error:
                holder = await asyncio.to_thread(self._directory.holder)
                return await self._stored(str(error), holder)
            except ServerGoneError as error:
                if not await asyncio.to_thread(self._is_served):
                    reason = str(error) if process is not None else ""
                    return await self._stored(reason or self._why())
                if time.monotonic() > deadline:
                    raise
            else:
                self._was_served = True
                return client

    async def _stored(self, reason: str, holder: Holder | None = None) -> Client:
        from rnn_tui.training.stored import StoredClient  # not before: it loads NumPy

        return await StoredClient.open(self._directory, reason, holder)

    def _why(self) -> str:
        """Why nobody serves the run any more; nothing where nobody did."""
        if not self._was_served:
            return ""
        status = self._process.returncode if self._process is not None else None
        if status is not None and status < 0:
            return f"the trainer was killed (signal {-status})"
        if status:
            return f"the trainer ended: {last_log_line(self._directory) or f'status {status}'}"
        return "the trainer has ended"
