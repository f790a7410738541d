"""Where a series begins to be not finite: marked once a stretch, not at every step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_tui.runs.metrics import MetricsLog

MAX_MARKS = 1_000
"""How often a run is told so; the values are kept anyway."""


class Marks:
    """Writes the events of kind "not finite" of series and arrays."""

    def __init__(self, log: MetricsLog) -> None:
        self._log = log
        self._odd: set[str] = set()
        self._made = 0

    def see(self, name: str, value: float, step: int, seconds: float) -> None:
        """Take note of a value; of an array any that is not finite, where there is one."""
        if math.isfinite(value):
            self._odd.discard(name)
        elif name not in self._odd:
            self._odd.add(name)
            self._mark(name, f"{name} is {value}", step, seconds)

    def _mark(self, name: str, detail: str, step: int, seconds: float) -> None:
        self._made += 1
        if self._made == MAX_MARKS:
            detail += "; further ones are kept, and not marked"
        if self._made <= MAX_MARKS:
            self._log.append_event(step, "not finite", detail, seconds, name)
