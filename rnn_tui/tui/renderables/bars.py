"""Bars that lie: an eighth of a cell is the smallest step, and percentages that go with them."""

from __future__ import annotations

from typing import Final

PERCENT_WIDTH: Final = 7
"""Cells that any percentage fits in."""

_EIGHTHS: Final = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_FULL: Final = "█"
_ASCII: Final = "#"
_LEAST: Final = 0.0005
_DIGITS: Final = ((1.0, 1), (0.1, 2), (0.0, 3))
"""Decimals, from so many per cent on."""


def bar(share: float, width: int, ascii_only: bool = False) -> str:
    """A bar over ``share`` of ``width`` cells, 0 to 1, without the cells that stay empty."""
    cells = min(max(share, 0.0), 1.0) * max(width, 0)
    if ascii_only:
        return _ASCII * round(cells)
    full, eighths = divmod(round(cells * 8), 8)
    return _FULL * full + _EIGHTHS[eighths]


def percentage(share: float) -> str:
    """A share of 0 to 1 in per cent, about two digits of it; none is rounded to nothing."""
    value = 100.0 * share
    if 0.0 < value < _LEAST:
        return "<0.001%"
    decimals = next(decimals for least, decimals in _DIGITS if value >= least)
    return f"{value:.{decimals if value else 0}f}%"
