"""What the tests of every screen share: an app inside the test, its keys, and what it shows."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot, WaitForScreenTimeout

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZES = [(80, 24), (120, 35), (200, 50)]


async def until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Let the app run until a condition holds; TimeoutError if that takes too long."""
    async with asyncio.timeout(seconds):
        while not condition():
            await pilot.pause(0.01)


@asynccontextmanager
async def running(
    app: App[Any], size: tuple[int, int], pause: float = 0.001
) -> AsyncIterator[Pilot[Any]]:
    """The app inside the test, which waits for conditions, not until the app is idle.

    Args:
        app: to be run.
        size: of the terminal.
        pause: seconds between two keys, as if somebody typed them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual._wait.SLEEP_GRANULARITY", pause)
        patch.setattr("textual._wait.SLEEP_IDLE", math.inf)
        patch.setattr(Pilot, "_wait_for_screen", _keys_and_screen)
        async with app.run_test(size=size, notifications=True) as pilot:
            yield pilot


_screen = Pilot._wait_for_screen


async def _keys_and_screen(pilot: Pilot[Any], timeout: float = 2.0) -> bool:
    """Wait until the keys have come all the way, then as Textual does.

    It asks every widget to answer, and one that goes away meanwhile never does.
    """
    app: Any = pilot.app
    async with asyncio.timeout(15):
        while getattr(app, "_under_way", 0) and app.is_running and not app._exit:
            await asyncio.sleep(0.001)
    try:
        return await _screen(pilot, timeout)
    except WaitForScreenTimeout:
        return False


def screen_text(app: App[Any]) -> str:
    """The screen as it is now, a line a row."""
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text.rstrip() for strip in strips)


async def looks_as_stored(pilot: Pilot[Any], name: str, seconds: float = 15.0) -> None:
    """Wait until the screen is the stored one. RNN_TUI_SNAPSHOTS=write stores it anew, at rest."""
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("RNN_TUI_SNAPSHOTS") == "write":
        file.write_text(screen_text(pilot.app) + "\n")
    stored = file.read_text().removesuffix("\n")
    try:
        await until(pilot, lambda: screen_text(pilot.app) == stored, seconds)
    except TimeoutError:
        assert screen_text(pilot.app).splitlines() == stored.splitlines()
        raise


class Screened:
    """An app, and what can be seen of it.

    Args:
        app: inside the test.
        screen: the one that the test is about; commands go to it.
        pilot: presses its keys.
    """

    def __init__(self, app: Any, screen: Any, pilot: Pilot[Any]) -> None:
        self.app, self.screen, self.pilot = app, screen, pilot

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def alone(self) -> bool:
        """Whether nothing lies above the screen."""
        return self.app.screen is self.screen

    @property
    def said(self) -> str:
        """What the line at the bottom says."""
        return str(self.app.screen.prompt.said)

    @property
    def busy(self) -> bool:
        """Whether something is read or computed that will be drawn."""
        raise NotImplementedError

    async def press(self, *keys: str) -> None:
        """One after the other: a key may move the focus that the next one goes to."""
        for key in keys:
            await self.pilot.press(key)

    async def until(self, condition: str | Callable[[], object]) -> None:
        """Wait for a text on the screen, or for anything else."""
        if isinstance(condition, str):
            words = condition
            await until(self.pilot, lambda: words in self.text)
        else:
            await until(self.pilot, condition)

    async def rest(self) -> None:
        """Wait until nothing is computed, and all that was found is drawn."""
        await self.until(lambda: not self.busy)
        before = ""
        while before != self.text:
            before = self.text
            await self.pilot.pause()
            await self.pilot.pause()

    async def do(self, *commands: str) -> None:
        """Carry commands out, one after the other."""
        for command in commands:
            assert self.screen.do(command), command
            await self.rest()

    async def looks_as_stored(self, name: str) -> None:
        await self.rest()
        await looks_as_stored(self.pilot, name)
