"""Helpers of the app's tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

Until = Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]


async def _until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Let the app run until a condition holds; TimeoutError if that takes too long."""
    async with asyncio.timeout(seconds):
        while not condition():
            await pilot.pause(0.01)


@pytest.fixture
def until() -> Until:
    """``await until(pilot, condition)`` waits for something to become true."""
    return _until
