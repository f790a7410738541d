"""Asks the run's server for what is visible, at the app's own rate, and never faster than it draws.

Pull, not push: the answer is the latest state, so a slow terminal skips frames and stays in time.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from rnn_tui.training.client import Client, RefusedError, ServerGoneError, TakenUpError
from rnn_tui.training.protocol import Request, Response
from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.housekeeping import Housekeeping
from rnn_tui.tui.rates import Allowance, rates

SHARE = 0.35
"""Of one core that drawing may take: a dearer frame makes the next one later."""

BURST = 0.06
"""Seconds of processor time that are not counted: one dear frame among many cheap ones."""

SHORTEST = 0.02
"""Seconds of rest after a frame at least."""

SLOWEST = 2.0
"""Seconds between two frames at most."""

COVERED_SECONDS = 1.0
"""Between two looks whether what covers the viewer has gone; meanwhile nothing is asked for."""

RECONNECT_SECONDS = 1.0


class Viewer(Protocol):
    """Who looks at the run: says what it wants to see, and is shown it."""

    def wishes(self, history: History) -> dict[str, Any]:
        """The views and the text that the visible panes need."""

    async def show(self, frame: Frame) -> None:
        """Draw."""

    def greet(self, history: History) -> None:
        """A run was reached, for the first time or again."""

    def lost(self, reason: str) -> None:
        """The server does not answer any more."""

    @property
    def pace(self) -> float:
        """Seconds from one frame to the next, as its panes and what happens want it."""

    @property
    def sent(self) -> int:
        """Bytes that were sent to the terminal so far, if that is known."""

    @property
    def typing(self) -> bool:
        """Whether somebody is typing."""

    @property
    def covered(self) -> bool:
        """Whether nothing of it can be seen."""


class Feed:
    """The connection to one run: polls for the viewer, and carries out its commands."""

    def __init__(self, connect: Callable[[], Awaitable[Client]], viewer: Viewer) -> None:
        self._connect = connect
        self._viewer = viewer
        self._client: Client | None = None
        self._wake = asyncio.Event()
        self._housekeeping = Housekeeping()
        self._time_of_core, self._line = Allowance(), Allowance()
        self._sent = 0
        self.answered = time.monotonic()

    async def run(self) -> None:
        """Connect and poll, for ever; a lost server is looked for again and again."""
        self._housekeeping.begin()
        try:
            await self._run()
        finally:
            self._housekeeping.end()

    async def _run(self) -> None:
        while True:
            try:
                client = await self._connect()
                self._client = client
                history = History(client.welcome)
                self.answered = time.monotonic()
                self._viewer.greet(history)
                await self._poll(client, history)
            except TakenUpError:
                continue  # at once: there is a server now
            except ServerGoneError as error:
                self._viewer.lost(str(error))
            except RefusedError as error:
                self._viewer.lost(f"the trainer refused: {error}")
            finally:
                await self.close()
            self._housekeeping.after_frame(busy=False)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _poll(self, client: Client, history: History) -> None:
        spent = time.process_time()
        while True:
            if self._viewer.covered:
                await self._wait_covered()
                continue
            started = time.monotonic()
            update = await client.poll(history.poll(**self._viewer.wishes(history)))
            self.answered = time.monotonic()
            history.take(update)
            if update.more or self._viewer.covered:
                continue
            await self._viewer.show(Frame(history, update))
            self._housekeeping.after_frame(self._viewer.typing)
            before, spent = spent, time.process_time()
            await self._pause(started, spent - before)

    async def _pause(self, started: float, cost: float) -> None:
        """Wait for the next frame, or for a command that wants to be seen.

        ``started`` is when the last frame began, ``cost`` its processor time, drawing included.
        """
        now = time.monotonic()
        most = rates()
        rests = (
            self._time_of_core.wait(cost, now, SHARE, BURST),
            self._line.wait(self._viewer.sent - self._sent, now, most.bytes, most.burst),
        )
        self._sent = self._viewer.sent
        pace = started + self._viewer.pace - now
        await self._rest(max(pace, min(max(rests), SLOWEST), SHORTEST))

    async def _wait_covered(self) -> None:
        """Ask for nothing: silence is then no sign that the server is gone."""
        await self._rest(COVERED_SECONDS)
        self._housekeeping.after_frame(self._viewer.typing)
        self.answered = time.monotonic()

    async def _rest(self, seconds: float) -> None:
        """Wait, unless somebody wakes us."""
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    @property
    def connected(self) -> bool:
        """Whether there is a server to talk to."""
        return self._client is not None

    @property
    def stored(self) -> bool:
        """Whether it is the run's files that are shown, and nobody trains it."""
        return self._client is not None and not self._client.live

    def wake(self) -> None:
        """Ask for the next frame now."""
        self._wake.set()

    async def send(self, command: Request) -> str:
        """Carry out a command. Raises RefusedError or ServerGoneError."""
        detail = await self._server.send(command)
        self.wake()
        return detail

    async def ask(self, request: Request) -> Response:
        """The whole answer to any request. Raises RefusedError or ServerGoneError."""
        return await self._server.ask(request)

    @property
    def _server(self) -> Client:
        if self._client is None:
            raise ServerGoneError("there is no trainer to tell")
        return self._client

    async def close(self) -> None:
        """Part from the run."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
