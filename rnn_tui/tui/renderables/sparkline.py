"""A curve on one line: eight heights, and a cross where nothing was finite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_HEIGHTS: Final = "▁▂▃▄▅▆▇█"
_ASCII: Final = "_.-~=*%#"
_FAILED: Final = "✗"


def spark(values: Sequence[float | None], ascii_only: bool = False) -> str:
    """A character for each value, from the lowest of them to the highest; one for None, too."""
    known = [value for value in values if value is not None]
    if not known:
        return _FAILED * len(values)
    heights = _ASCII if ascii_only else _HEIGHTS
    low, room = min(known), max(known) - min(known)
    scale = (len(heights) - 1) / room if room > 0 else 0.0
    return "".join(
        _FAILED if value is None else heights[round((value - low) * scale)] for value in values
    )
