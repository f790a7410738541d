"""Helpers of the app's tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from rnn_tui.tui.renderables.characters import ASCII_VARIABLE

Until = Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]


async def _until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Let the app run until a condition holds; TimeoutError if that takes too long."""
    async with asyncio.timeout(seconds):
        while not condition():
            await pilot.pause(0.01)


@pytest.fixture(autouse=True)
def _full_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests decide whether there are colours and Unicode, not where they are run."""
    for name in ("NO_COLOR", ASCII_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def until() -> Until:
    """``await until(pilot, condition)`` waits for something to become true."""
    return _until
