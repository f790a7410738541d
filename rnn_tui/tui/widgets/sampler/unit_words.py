"""What a unit is called, wherever the sampler speaks of one."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_tui.sampling.units import Watched

_MOST_NAMED = 3


def unit_name(layer: int, unit: int, layers: int) -> str:
    """Such as "unit 37", and "layer 0 unit 37" where there are several layers."""
    return f"layer {layer} unit {unit}" if layers > 1 else f"unit {unit}"


def units_name(units: Sequence[Watched], layers: int) -> str:
    """All of a set, the first of many: "units 37, −40 and 5 more"; a minus where low is on."""
    if len(units) == 1:
        layer, unit, sign = units[0]
        return ("−" if sign < 0 else "") + unit_name(layer, unit, layers)
    named = [_short(watched, layers) for watched in units[:_MOST_NAMED]]
    more = f" and {len(units) - _MOST_NAMED} more" if len(units) > _MOST_NAMED else ""
    return f"units {', '.join(named)}{more}"


def units_on(units: Sequence[Watched], layers: int) -> str:
    """When they are on: "unit 37 is most on", "unit 40 is lowest", "units 37, −40 are most on"."""
    if len(units) == 1 and units[0].sign < 0:
        return f"{unit_name(*units[0][:2], layers)} is lowest"
    return f"{units_name(units, layers)} {'are' if units[1:] else 'is'} most on"


def _short(watched: Watched, layers: int) -> str:
    place = f"{watched.layer}:{watched.unit}" if layers > 1 else str(watched.unit)
    return f"−{place}" if watched.sign < 0 else place
