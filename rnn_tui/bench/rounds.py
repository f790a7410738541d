"""Several contenders in turn: on a noisy machine all of them meet the same noise."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Final, NamedTuple, TypeAlias

ROUNDS: Final = 15
"""In each of them every contender has a turn; the first one only tells how much fits in a turn."""

_FIRST: Final = 32

Contender: TypeAlias = Callable[[int], None]
"""Does so many pieces of work."""


class Rates(NamedTuple):
    """How fast one contender was."""

    name: str
    rounds: tuple[float, ...]
    """Pieces a second in each round."""

    @property
    def median(self) -> float:
        """Pieces a second in the middle one of the rounds."""
        return median(self.rounds)


def alternate(
    contenders: Mapping[str, Contender],
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
    first: int = _FIRST,
) -> tuple[Rates, ...]:
    """Let them take turns for about ``seconds`` in all, every other round in reverse order.

    A contender is warm when it is measured, and has turns of equal time, whatever its speed. At
    least one round is measured. ``first``: pieces in the round that only tells how much fits.
    """
    turn = seconds / (ROUNDS + 1) / len(contenders)
    end = clock() + seconds
    pieces = dict.fromkeys(contenders, first)
    found: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    for number in range(ROUNDS + 1):
        if number > 1 and clock() >= end:
            break
        for name in order:
            rate = _rate(contenders[name], pieces[name], clock)
            pieces[name] = max(1, round(rate * turn))
            if number:
                found[name].append(rate)
        order.reverse()
    return tuple(Rates(name, tuple(rates)) for name, rates in found.items())


def _rate(contender: Contender, pieces: int, clock: Callable[[], float]) -> float:
    start = clock()
    contender(pieces)
    return pieces / max(clock() - start, 1e-9)
