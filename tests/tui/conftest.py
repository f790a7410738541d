"""Helpers of the app's tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from rnn_tui.tui.renderables.characters import ASCII_VARIABLE
from tests.tui import opened

Until = Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _full_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests decide whether there are colours and Unicode, not where they are run."""
    for name in ("NO_COLOR", ASCII_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def until() -> Until:
    """``await until(pilot, condition)`` waits for something to become true."""
    return opened.until
