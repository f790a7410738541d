"""Runs beside each other: what they differ in, which are meant, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.glances import Glance
from rnn_tui.runs.names import clipped

Key = Callable[[Glance], Any]

_STATES: Final = ("training", "stopped", "finished", "broken")


def differences(glances: Iterable[Glance]) -> tuple[str, ...]:
    """Return the settings that are not the same in all runs, in the order of the settings.

    Runs of other programs are compared among themselves: they have settings of their own.
    """
    kinds: dict[str, list[Mapping[str, str]]] = {}
    for glance in glances:
        if glance.settings:
            kinds.setdefault(glance.kind, []).append(glance.settings)
    found: dict[str, None] = {}
    for settings in kinds.values():
        for name in dict.fromkeys(name for one in settings for name in one):
            if len({one.get(name) for one in settings}) > 1:
                found[name] = None
    return tuple(found)


def matching(glances: Iterable[Glance], wanted: str) -> list[Glance]:
    """Return the runs that every word of ``wanted`` is found in, whatever its case.

    A word may be a part of the name, of the text's name, a state, a ``#tag`` or a ``setting=value``
    (both whole); one with ! before it must not be found.
    """
    words = wanted.lower().split()
    return [glance for glance in glances if all(_has(glance, word) for word in words)]


def _has(glance: Glance, word: str) -> bool:
    if word.startswith("!"):
        return len(word) == 1 or not _has(glance, word[1:])
    if word.startswith("#"):
        return word[1:] in map(str.lower, glance.tags)
    if "=" in word:
        name, _, value = word.partition("=")
        return any(
            name == setting.lower() and value == found.lower()
            for setting, found in glance.settings.items()
        )
    parts = glance.name, glance.state, glance.summary.text, *glance.tags
    return any(word in part.lower() for part in parts)


ORDERS: Final[Mapping[str, Key]] = {
    "created": lambda glance: _latest(glance.summary.created or glance.summary.updated),
    "name": lambda glance: glance.name.lower(),
    "state": lambda glance: _STATES.index(glance.state),
    "step": lambda glance: -glance.summary.step,
    "loss": lambda glance: _lowest(glance.summary.loss),
    "best": lambda glance: _lowest(glance.best.loss if glance.best else None),
    "speed": lambda glance: -(glance.speed or 0.0),
    "size": lambda glance: -glance.summary.size,
    "updated": lambda glance: _latest(glance.summary.updated),
}
"""What runs may be sorted by: the newest, the lowest loss, the most of anything else first."""


def _latest(time: str) -> tuple[int, ...]:
    return tuple(-ord(char) for char in time) or (1,)


def _lowest(loss: float | None) -> float:
    """What is not known, or is no number, comes last."""
    return math.inf if loss is None or math.isnan(loss) else loss


def in_order(glances: Iterable[Glance], by: str, backwards: bool = False) -> list[Glance]:
    """Return the runs sorted by one of ``ORDERS`` or by a setting; equal ones by their names."""
    named = sorted(glances, key=lambda glance: glance.name)
    key = ORDERS.get(by) or (lambda glance: _of_setting(glance.settings.get(by)))
    return sorted(named, key=key, reverse=backwards)


def _of_setting(value: str | None) -> tuple[int, float, str]:
    """Numbers by their size, before words; what has no such setting comes last."""
    if value is None:
        return 2, 0.0, ""
    try:
        number = float(value)
    except ValueError:
        return 1, 0.0, value.lower()
    return (0, number, "") if math.isfinite(number) else (1, 0.0, value)


def checked_order(by: str, settings: Collection[str]) -> str:
    """Return ``by`` if runs can be sorted by it; ConfigError otherwise."""
    if by in ORDERS or by in settings:
        return by
    others = f", or a setting that differs: {', '.join(settings)}" if settings else ""
    raise ConfigError(f"cannot sort by {clipped(by)}: {', '.join(ORDERS)}{others}")


def spread(glances: Sequence[Glance], setting: str) -> int:
    """Return how many values of a setting there are among the runs."""
    return len({glance.settings.get(setting) for glance in glances})
