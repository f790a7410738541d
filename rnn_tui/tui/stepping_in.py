"""From the dashboard into the stepper and back; the run is left as it was found."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.text.visible import visible_line
from rnn_tui.training.client import RefusedError, ServerGoneError
from rnn_tui.training.protocol import Done, Pause, Poll, Resume, Status, Update, Welcome
from rnn_tui.tui.feed import Feed
from rnn_tui.tui.replaying_in import replayed, worst_step
from rnn_tui.tui.screens.taking import answered, taken

if TYPE_CHECKING:
    from rnn_tui.stepping.window import Window

_NEVER = 2**62
_ONLY_STATUS = Poll(_NEVER, _NEVER, _NEVER, _NEVER)


class SteppingIn:
    """Takes the window that a training step uses or has used, and opens the stepper on it.

    That of the next step is the trainer's, or made from the last checkpoint where nobody trains.

    Training pauses for the trainer's, and goes on afterwards if it was this that paused it and
    nobody has trained since: who paused the run on purpose finds it paused.
    """

    def __init__(self, app: App[Any], feed: Feed, directory: RunDirectory) -> None:
        self._app, self._feed, self._directory = app, feed, directory
        self._busy = False
        self._paused_at: int | None = None

    async def step_through(self, welcome: Welcome) -> None:
        """Pause, take the window, walk; then let training go on. Does nothing a second time."""
        take = partial(self._replay, None) if self._feed.stored else partial(self._take, welcome)
        await self._walk_through("the window", take)
        await self.give_back()
        self._feed.wake()

    async def step_at(self, first: int, last: int) -> None:
        """Walk through the step with the highest loss of several; training goes on meanwhile."""
        try:
            at = await asyncio.to_thread(worst_step, self._directory, first, last)
        except RunError as error:
            self._warn(error)
            return
        await self._walk_through(f"step {at:,}", partial(self._replay, at))
        self._feed.wake()

    async def _walk_through(
        self, what: str, take: Callable[[Callable[[float], None]], Awaitable[Window]]
    ) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            window = await taken(self._app, what, take)
            if window is not None:
                await self._walk(window)
        except (RefusedError, ServerGoneError, RunError) as error:
            self._warn(error)
        finally:
            self._busy = False

    def _warn(self, error: Exception) -> None:
        self._app.notify(visible_line(str(error)), severity="warning", markup=False)

    async def _replay(self, at: int | None, tell: Callable[[float], None]) -> Window:
        recent = None
        if (
            at is not None and self._feed.connected and not self._feed.stored
        ):  # the trainer may remember what was shortly before
            from rnn_tui.stepping.recent import recent_state

            recent = await recent_state(self._feed, at)
        return await replayed(self._directory, at, tell, recent)

    async def _take(self, welcome: Welcome, tell: Callable[[float], None]) -> Window:
        from rnn_tui.stepping.live import take_window  # not before: it loads the network

        await self._pause()
        return await take_window(self._feed, welcome, tell=tell)

    async def _walk(self, window: Window) -> None:
        from rnn_tui.tui.screens.stepper import StepperScreen

        await answered(self._app)
        await self._app.push_screen_wait(StepperScreen(window))

    async def _pause(self) -> None:
        done = await self._feed.ask(Pause())
        if isinstance(done, Done) and done.changed:
            self._paused_at = (await self._status()).step

    async def give_back(self) -> None:
        """Let training go on where it was paused for the walk; nothing where it was not."""
        step, self._paused_at = self._paused_at, None
        if step is None:
            return
        try:
            status = await self._status()
            if (status.phase, status.step) == ("paused", step):
                await self._feed.send(Resume())
        except (RefusedError, ServerGoneError) as error:
            reason = f"training could not be told to go on: {error}"
            self._app.notify(reason, severity="warning", markup=False)

    async def _status(self) -> Status:
        update = await self._feed.ask(_ONLY_STATUS)
        if isinstance(update, Update):
            return update.status
        raise RefusedError("the trainer did not say how far it is")
