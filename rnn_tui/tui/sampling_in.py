"""From the dashboard into the sampler and back; the run is not even paused."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.app import App

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.text.visible import visible_line
from rnn_tui.training.client import RefusedError, ServerGoneError
from rnn_tui.training.protocol import Welcome
from rnn_tui.tui.feed import Feed
from rnn_tui.tui.screens.taking import answered, taken

if TYPE_CHECKING:
    from rnn_tui.sampling.sampler import Sampler
    from rnn_tui.sampling.sources import Source
    from rnn_tui.sampling.weights import Weights


class SamplingIn:
    """Takes the weights of now, and opens the sampler on them; who comes back finds their texts."""

    def __init__(self, app: App[Any], feed: Feed, directory: RunDirectory) -> None:
        self._app, self._feed, self._directory = app, feed, directory
        self._sampler: Sampler | None = None
        self._busy = False

    async def sample(self, welcome: Welcome) -> None:
        """Take the weights unless there are texts already, then sample. Not a second time."""
        if self._busy:
            return
        self._busy = True
        try:
            await self._sample(welcome)
        finally:
            self._busy = False
        self._feed.wake()

    async def _sample(self, welcome: Welcome) -> None:
        from rnn_tui.sampling.sampler import Sampler  # not before: it loads the network
        from rnn_tui.sampling.sources import LiveSource, StoredSource
        from rnn_tui.tui.screens.sampler import SamplerScreen

        source: LiveSource | StoredSource = (
            StoredSource(self._directory)
            if self._feed.stored
            else LiveSource(self._feed, welcome, self._directory)
        )
        if self._sampler is None:
            weights = await self._weights(source)
            if weights is None:
                return
            self._sampler = Sampler(weights)
        await answered(self._app)
        await self._app.push_screen_wait(SamplerScreen(self._sampler, source))
        if isinstance(source, StoredSource):
            await source.close()

    async def _weights(self, source: Source) -> Weights | None:
        """Those of now, or of the last checkpoint; None if there are none, or nobody wants them."""
        try:
            return await taken(self._app, "the weights", source.newest)
        except (RefusedError, ServerGoneError) as error:
            return await self._stored(str(error))
        except RunError as error:  # of a run that nobody trains
            self._warn(str(error))
            return None

    async def _stored(self, reason: str) -> Weights | None:
        from rnn_tui.sampling.weights import from_checkpoint

        try:
            weights = await asyncio.to_thread(from_checkpoint, self._directory)
        except RunError as error:
            self._warn(f"{reason}; {error}")
            return None
        self._warn(f"the last checkpoint is read, of step {weights.step:,}: {reason}")
        return weights

    def _warn(self, reason: str) -> None:
        self._app.notify(visible_line(reason), severity="warning", markup=False)
