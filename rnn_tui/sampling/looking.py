"""What the colours of a text say: its surprise, or what one unit or several are doing."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Final, TypeAlias

from rnn_tui.core.work import Task
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.units import Place, Ranking, Watched, places, rank_units
from rnn_tui.sampling.view import Colour
from rnn_tui.sampling.weights import Weights

COLOURS: Final[tuple[Colour, ...]] = ("surprise", "unit", "none")

PLACES: Final = 30
"""How many places of a text are looked for."""

MOST_RANKED: Final = 2_000_000
"""Characters (or bytes) at the beginning of a text that units are ranked on: 220 MB at most."""

MOST_SEARCHED: Final = 8_000_000
"""The same for places."""

Reads: TypeAlias = Callable[[], str | bytes]
"""Reads a text when it is needed: it may be large."""


class Looking:
    """The colour, the units that are watched, and which of them track what."""

    def __init__(self) -> None:
        self.colour: Colour = "surprise"
        self.units: tuple[Watched, ...] = ()
        self.cycling = False
        self.ranking: Ranking | None = None
        self.ranked = ""
        self._place = -1

    def next_colour(self) -> str:
        """The next of the colours; that of a unit only once one is watched."""
        self.cycling = False
        known = [colour for colour in COLOURS if colour != "unit" or self.units]
        self.colour = known[(known.index(self.colour) + 1) % len(known)]
        return ""

    def watch(self, units: tuple[Watched, ...], weights: Weights) -> str:
        """Colour the text by these units. Raises SamplerError for one that there is not."""
        sizes = weights.architecture
        for layer, unit, _ in units:
            if not (0 <= layer < sizes.layers and 0 <= unit < sizes.hidden):
                layers = f" in layers 0 to {sizes.layers - 1}" if sizes.layers > 1 else ""
                raise SamplerError(
                    f"there is no such unit: this network has 0 to {sizes.hidden - 1}{layers}"
                )
        self.units, self.cycling = units, False
        self.colour = "unit" if units else "surprise"
        return ""

    def cycle(self, weights: Weights) -> str:
        """Show the units one after the other, those first that track something best; or stop."""
        self.cycling = not self.cycling
        if self.cycling:
            self._place = -1
            self.turn(weights)
        return ""

    def turn(self, weights: Weights) -> None:
        """The next unit, while they are cycled through."""
        sizes = weights.architecture
        order = [detector.watched for detector in self.ranking.detectors] if self.ranking else []
        known = [w for w in order if w.layer < sizes.layers and w.unit < sizes.hidden]
        count = len(known) or sizes.layers * sizes.hidden
        self._place = (self._place + 1) % count
        watched = known[self._place] if known else Watched(*divmod(self._place, sizes.hidden))
        self.units, self.colour = (watched,), "unit"

    def rank(self, weights: Weights, text: Reads, name: str) -> Task:
        """Find out which units track which properties of a text, such as the run's own."""

        def apply(ranking: Ranking) -> str:
            part = f"the first {MOST_RANKED:,} of " if ranking.count >= MOST_RANKED else ""
            self.ranking, self.ranked = ranking, f"{weights.title} on {part}{name}"
            return ""

        return Task("ranking the units", _ranking(weights, text), apply)

    def places(self, weights: Weights, text: Reads) -> Task:
        """Find where in a text the watched units are most on: the work returns Places.

        Raises SamplerError while no unit is watched.
        """
        if not self.units:
            raise SamplerError("choose a unit first: u ranks them, enter shows one")
        self.watch(self.units, weights)
        return Task("looking for places", _places(weights, text, self.units), lambda _: "")


def _ranking(weights: Weights, text: Reads) -> Generator[float, None, Ranking]:
    yield 0.0
    return (yield from rank_units(weights, text()[:MOST_RANKED]))


def _places(
    weights: Weights, text: Reads, units: tuple[Watched, ...]
) -> Generator[float, None, tuple[Place, ...]]:
    yield 0.0
    return (yield from places(weights, text()[:MOST_SEARCHED], units, count=PLACES))
