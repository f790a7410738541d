"""A walk inside the test: the stepper's app on a window with the same numbers everywhere."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
from textual.pilot import Pilot

from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.trace import Update
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.stepping.view import View
from rnn_tui.stepping.window import Window, make_window
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.tui.stepping_app import SteppingApp
from tests.tui.opened import Screened, running

TEXTS = ("the 漢\nthe end", "no, no\nmore x")
"""Two rows of a batch, with a line's end and a character that is two cells wide."""


def small_window(T: int = 12, H: int = 8, rows: int = 1, layers: int = 1) -> Window:
    """Weights of a fixed seed, gradients that are clipped, and an update."""
    texts = [text * (T // len(text) + 2) for text in TEXTS[:rows]]
    vocabulary = Vocabulary.of("".join(TEXTS), "character")
    encoded = (vocabulary.encode(text[: T + 1]).astype(int) for text in texts)
    symbols = np.stack(list(encoded), axis=1)  # (T + 1, B)
    V = len(vocabulary)
    architecture = Architecture(inputs=V, hidden=H, layers=layers, outputs=V, cell="tanh")
    _, params = initialize(architecture, "xavier", np.random.default_rng(5), np.float64)
    state = tuple(np.zeros((rows, H)) for _ in range(layers))
    settings: dict[str, Any] = {"rows": rows, "clip": 0.25, "update": Update("sgd", 0.1, {}, {}, 0)}
    return make_window(
        params, symbols[:-1], symbols[1:], state, vocabulary, "a small walk", **settings
    )


class Walking(Screened):
    """The app, and what can be seen of its walk."""

    def __init__(self, app: SteppingApp, pilot: Pilot[str]) -> None:
        super().__init__(app, app._stepper, pilot)

    @property
    def stepper(self) -> Stepper:
        assert self.screen.stepper is not None
        return self.screen.stepper

    @property
    def view(self) -> View:
        assert self.screen.view is not None
        return self.screen.view

    @property
    def at(self) -> str:
        """What the walk stands at: ``forward u_t 1``."""
        operation = self.view.operation
        return f"{operation.phase} {operation.symbol} {operation.t}"

    @property
    def busy(self) -> bool:
        """Whether something is computed."""
        return self.screen._background.busy

    async def write(self, line: str) -> None:
        """Write a command after ``:``, and wait for what it does."""
        prompt = self.screen.prompt
        if not prompt.asking:
            await self.press("colon")
        self.line.value = line
        await self.press("enter")
        await self.until(lambda: not prompt.asking or prompt.query("#said.-trouble"))
        await self.rest()

    @property
    def line(self) -> Any:
        """Where commands are written."""
        return self.screen.prompt.query_one("Input")


@asynccontextmanager
async def stepping(
    window: Window | None = None, size: tuple[int, int] = (120, 35), row: int = 0
) -> AsyncIterator[Walking]:
    """The stepper on a window, once it is traced."""
    app = SteppingApp(window if window is not None else small_window(), row, Path(os.devnull))
    async with running(app, size) as pilot:
        walking = Walking(app, pilot)
        await walking.until(lambda: walking.screen.view is not None)
        await walking.rest()
        yield walking
