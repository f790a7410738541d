"""The sampler inside the test: its app on a small network with the same numbers everywhere."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.sources import Tell, Trained, nobody
from rnn_tui.sampling.view import Column, View
from rnn_tui.sampling.weights import Weights
from rnn_tui.tui.sampling_app import SamplingApp
from rnn_tui.tui.widgets.sampler.sampler_board import SamplerBoard
from tests.sampling.networks import make_weights
from tests.tui.opened import Screened, running

SYMBOLS = "abcdefgh \n"
CORPUS = 'abc "def"\n(gh) abc\n' * 60


class FixedSource:
    """Stands in for a run: ``newer`` are the weights that its trainer has by now."""

    def __init__(self, weights: Weights) -> None:
        self.newer = self.weights = weights
        self.live, self.trouble, self.name = True, "", weights.name
        self.steps: tuple[int, ...] = (0, 7)
        self.refusal: Exception | None = None
        self.taken = 0
        self.progress: Trained | None = Trained(9, "training")

    async def newest(self, tell: Tell = nobody) -> Weights:
        self.taken += 1
        if self.refusal is not None:
            raise self.refusal
        return self.newer

    async def trained(self) -> Trained | None:
        return self.progress

    def corpus(self) -> str | bytes:
        return CORPUS

    def checkpoints(self) -> tuple[int, ...]:
        return self.steps

    def at(self, step: int) -> Weights:
        return make_weights(SYMBOLS, layers=1, step=step, seed=step + 2)

    def others(self) -> tuple[tuple[str, int], ...]:
        return (("calm-fox", 3),)

    def of_run(self, name: str) -> Weights:
        return make_weights("abcxyz\n", layers=1, hidden=4, step=3)

    async def close(self) -> None:
        """Nothing to part from."""


class Sampling(Screened):
    """The app, and what can be seen of it."""

    def __init__(self, app: SamplingApp, source: FixedSource, pilot: Pilot[str]) -> None:
        super().__init__(app, app._sampling, pilot)
        self.source = source
        self.sampler = self.screen.sampler
        self._length = self.sampler.settings.length
        self._weights = source.weights

    @property
    def view(self) -> View:
        assert self.screen.view is not None
        return self.screen.view

    @property
    def column(self) -> Column:
        assert self.view.column is not None
        return self.view.column

    @property
    def written(self) -> str:
        """The text that the cursor is in."""
        return "".join(self.column.pieces[: self.column.count])

    @property
    def busy(self) -> bool:
        """Whether something is computed, or waited for: what is above is waited for, too."""
        waits = self.alone and any(not worker.is_finished for worker in self.app.workers)
        return waits or self.screen.errands.busy or self.sampler.writing

    async def anew(self, *commands: str) -> None:
        """As if it were just opened, with the focus on the text: cheaper than to open it.

        Commands are carried out then.
        """
        while not self.alone:
            await self.press("escape")
        if self.screen.prompt.asking:
            await self.press("escape")
        await self.until(lambda: all(worker.is_finished for worker in self.app.workers))
        vars(self.source).clear()
        self.source.__init__(self._weights)  # type: ignore[misc]
        self.sampler.__init__(self._weights, Settings(length=self._length))  # type: ignore[misc]
        self.sampler.speed = 0
        self.app.clear_notifications()
        self.screen.query_one("PromptArea").text = ""  # type: ignore[attr-defined]
        self.board.full = False
        self.screen.action_pane(1)
        self.screen.say("")
        await self.carry_out(*commands)

    async def carry_out(self, *commands: str) -> None:
        """One after the other, until all is computed: cheaper than to look what is drawn, too."""
        await self.until(lambda: not self.busy)
        for command in commands:
            assert self.screen.do(command), command
            await self.until(lambda: not self.busy)
        await self.pilot.pause()

    async def write(self, prompt: str) -> None:
        """Write behind a prompt, until the text has ended."""
        await self.begin(prompt)
        await self.rest()

    async def begin(self, prompt: str) -> None:
        """Write behind a prompt, until there is a text."""
        count = len(self.view.texts)
        await self.press("t")
        self.screen.query_one("PromptArea").text = prompt  # type: ignore[attr-defined]
        await self.press("enter")
        await self.until(lambda: len(self.view.texts) > count)

    async def leave(self) -> None:
        """Out of the prompt, or of the settings: keys are the screen's."""
        pane = self.screen.query_one("TextPane")
        if not pane.has_focus:
            await self.press("escape")
            await self.until(lambda: pane.has_focus)

    @property
    def board(self) -> SamplerBoard:
        return self.screen.query_one(SamplerBoard)


@asynccontextmanager
async def sampling(
    size: tuple[int, int] = (120, 35),
    weights: Weights | None = None,
    speed: int = 0,
    **settings: Any,
) -> AsyncIterator[Sampling]:
    """The sampler's app, writing as fast as it goes."""
    weights = weights or make_weights(SYMBOLS, layers=1, hidden=8)
    source = FixedSource(weights)
    sampler = Sampler(weights, Settings(**{"length": 60, **settings}))
    sampler.speed = speed
    app = SamplingApp(sampler, source, Path(os.devnull))  # type: ignore[arg-type]
    async with running(app, size) as pilot:
        opened = Sampling(app, source, pilot)
        await opened.until(lambda: opened.screen.view is not None)
        await opened.rest()
        yield opened
