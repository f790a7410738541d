"""A colour for every run, the same wherever the run is drawn."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from zlib import crc32

from rnn_tui.tui.renderables.palette import Rgb, rgb

MOST: Final = 8
"""Colours; and runs that are drawn in one chart."""

_HUES: Final = {
    True: ("#56b4e9", "#e69f00", "#2fc79a", "#f0e442", "#cc79a7", "#e8703a", "#7d8cff", "#c3cad6"),
    False: ("#0072b2", "#b07400", "#00795a", "#857a00", "#a8407c", "#bf4400", "#3a3fc0", "#5a6472"),
}
"""After Okabe and Ito (2008), told apart by all colour vision; lighter or darker than theirs."""


def hues(dark: bool) -> tuple[Rgb, ...]:
    """The colours on a dark or on a light background."""
    return tuple(map(rgb, _HUES[dark]))


def place_of(name: str, taken: Collection[int] = ()) -> int:
    """The number of a run's colour: that of its name, or the next one that is not taken."""
    first = crc32(name.encode("utf-8", "surrogatepass")) % MOST
    places = ((first + by) % MOST for by in range(MOST))
    return next((place for place in places if place not in taken), first)


def sign_of(place: int) -> str:
    """The letter that stands for a colour where there are none."""
    return "abcdefgh"[place]
