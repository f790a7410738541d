"""Round numbers for scales and axes, and short ways to write them."""

from __future__ import annotations

import math
from typing import Final

LARGEST: Final = 1e300
"""Charts and scales cut off here: differences of such numbers are still finite."""
_SMALLEST: Final = 1e-300
_SCALE_DIGITS: Final = (1, 1.5, 2, 3, 5, 7)
_UNITS: Final = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def round_up(value: float, digits: tuple[float, ...] = (1, 2, 5)) -> float:
    """The smallest of some digits times a power of ten that is at least ``value``; 1 for zero."""
    if not value > 0:
        return 1.0
    clipped = min(max(value, _SMALLEST), LARGEST)
    power = math.floor(math.log10(clipped))
    for digit in (*digits, 10, 20):
        candidate = float(f"{digit}e{power}")
        if candidate >= clipped:
            break
    return candidate


def steady_scale(maximum: float, previous: float | None = None) -> float:
    """A round scale for ``maximum`` that stays what it was while that is not far off.

    A scale that follows every matrix makes a heatmap flicker; one that is far too large makes it
    pale.
    """
    if previous is not None and 0.4 * previous < maximum <= previous:
        return previous
    return round_up(maximum, _SCALE_DIGITS)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between low and high, evenly spaced by 1, 2 or 5 times a power of ten.

    Args:
        low: where the axis begins; finite.
        high: where it ends; more than low.
        most: how many there may be, roughly.
    """
    step = tick_step(low, high, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last - first > 1000 or abs(first) > 2**52:
        return [low, high]
    return [index * step + 0.0 for index in range(first, last + 1)]


def tick_step(low: float, high: float, most: int) -> float:
    """The distance between the ticks that ``ticks`` gives."""
    return round_up((high - low) / max(most, 1) * (1 - 1e-9))


def short_number(value: float, step: float = 0.0) -> str:
    """A number as short as its neighbours at distance ``step`` allow it."""
    size = max(abs(value), abs(step))
    if value == 0 and not 1e-3 <= step < 1e5:
        return "0"
    if size >= 1e5 or size < 1e-3:
        mantissa, power = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0')}e{int(power)}"
    if step:
        return f"{value:.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
    return f"{value:.6g}"


def reading(value: float) -> str:
    """A value to be read off, three decimals where they fit."""
    return f"{value:.3f}" if 1e-2 <= abs(value) < 1e3 or value == 0 else f"{value:.2e}"


def step_number(step: float) -> str:
    """A count of steps with its unit: 500, 1.5k, 2M."""
    for size, unit in _UNITS:
        if abs(step) >= size:
            return f"{step / size:.4g}{unit}"
    return f"{step:.4g}"
