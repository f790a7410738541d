"""A curve on one line: eight heights, and a cross where something was not finite."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Final

_HEIGHTS: Final = "▁▂▃▄▅▆▇█"
_ASCII: Final = "_.-~=*%#"
_FAILED: Final = "✗"


def spark(values: Sequence[float | None], ascii_only: bool = False) -> str:
    """A character for each value, lowest to highest; a cross for NaN, a blank for None."""
    known = [value for value in values if value is not None and isfinite(value)]
    heights = _ASCII if ascii_only else _HEIGHTS
    low, room = min(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
    scale = (len(heights) - 1) / room if room > 0 else 0.0

    def drawn(value: float | None) -> str:
        if value is None:
            return " "
        return heights[round((value - low) * scale)] if isfinite(value) else _FAILED

    return "".join(map(drawn, values))
