"""What was asked of a run and may not be on the screen yet."""

from __future__ import annotations

import time
from typing import TypeVar

Value = TypeVar("Value")

KEPT_SECONDS = 1.0
"""For so long what was asked counts as done; then what is shown counts again."""


class Intentions:
    """Two quick presses of a key: the second goes on from what the first one asked for."""

    def __init__(self) -> None:
        self._asked: dict[str, tuple[object, float]] = {}

    def latest(self, name: str, shown: Value) -> Value:
        """What was asked for a moment ago, else what is shown."""
        value, at = self._asked.get(name, (shown, 0.0))
        recent = time.monotonic() - at < KEPT_SECONDS
        return value if recent and isinstance(value, type(shown)) else shown

    def ask(self, name: str, value: object) -> None:
        """Remember what is asked for."""
        self._asked[name] = value, time.monotonic()
