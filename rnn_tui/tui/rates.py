"""How often what is drawn, and what may be sent for it: usually, and calmly for slow lines.

These are the most: what a slow machine or a slow line cannot do is drawn later, not piled up.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Final, NamedTuple

CALM_VARIABLE: Final = "RNN_TUI_CALM"
"""The environment variable that asks for few drawings and few bytes."""


class Rates(NamedTuple):
    """Seconds from one drawing to the next, by what is drawn, and what may be sent."""

    heatmap: float
    """The state and the weights; a timer that is a little late makes ten a second of it."""
    gradient: float
    """All of it is another one after each step: nobody can follow it any faster."""
    chart: float
    """It changes slowly, and costs the most; each fifth picture of a heatmap is two a second."""
    text: float
    """The numbers of the status, and texts that nobody waits for."""
    awaited: float
    """A text that somebody waits for."""
    typing: float
    """Anything while somebody types: a letter must not wait for a picture."""
    resting: float
    """Nothing happens: a look whether that is still so."""
    bytes: float
    """To the terminal, a second, as far as pictures are concerned."""
    burst: float
    """Bytes that may be sent before that counts."""


USUAL: Rates = Rates(0.095, 0.3, 0.45, 0.2, 0.08, 0.5, 1.0, bytes=195e3, burst=40e3)
CALM: Rates = Rates(2.0, 3.0, 3.0, 1.0, 0.5, 1.0, 1.5, bytes=16e3, burst=8e3)


def is_calm(environ: Mapping[str, str]) -> bool:
    """Whether the calm rates are asked for."""
    return environ.get(CALM_VARIABLE, "") not in ("", "0")


def rates() -> Rates:
    """Those of now."""
    return CALM if is_calm(os.environ) else USUAL


class Allowance:
    """So much of something may be used a second: says how long to wait after more than that."""

    def __init__(self) -> None:
        self._owed = 0.0
        self._at = -math.inf

    def wait(self, used: float, now: float, rate: float, burst: float = 0.0) -> float:
        """Seconds to wait before more is used.

        Args:
            used: since the last call.
            now: monotonic.
            rate: how much may be used a second.
            burst: how much may be used before anything is waited for.
        """
        self._owed = max(self._owed - (now - self._at) * rate, 0.0) + used
        self._at = now
        return max(self._owed - burst, 0.0) / rate
