"""The colours of a text: a scale as the ground of its characters, and inks that can be read on it.

Without colours the scale is of four attributes: dim, plain, bold, bold and underlined. Only the
cursor is ever reversed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rich.style import Style

from rnn_tui.sampling.view import Colour
from rnn_tui.tui.renderables.palette import Rgb, blend, diverging, ink, line_colors, sequential

READABLE: Final = 7.0
"""The contrast (WCAG 2) from which on the ordinary ink is used."""

_WHITE, _BLACK = Rgb(255, 255, 255), Rgb(0, 0, 0)
_BANDS: Final = (Style(dim=True), Style(), Style(bold=True), Style(bold=True, underline=True))


@dataclass(frozen=True)
class TextScale:
    """What the colour of a character is taken from: values from ``low`` to ``high``."""

    colour: Colour
    low: float
    high: float
    levels: int

    def level(self, value: float) -> int:
        """The level of a value; one that is beyond the ends, or NaN, is at an end."""
        share = (value - self.low) / (self.high - self.low)
        return round(min(max(0.0, share), 1.0) * (self.levels - 1))


_COLORED: Final[Mapping[Colour, TextScale]] = {
    "surprise": TextScale("surprise", 0.0, 8.0, 16),  # bits
    "unit": TextScale("unit", -1.0, 1.0, 15),
    "none": TextScale("none", 0.0, 1.0, 1),
}
_PLAIN: Final[Mapping[Colour, TextScale]] = {
    "surprise": TextScale("surprise", 0.0, 8.0, len(_BANDS)),
    "unit": TextScale("unit", -1.0, 1.0, len(_BANDS)),
    "none": TextScale("none", 0.0, 1.0, 1),
}


def text_scale(colour: Colour, plain: bool) -> TextScale:
    """The scale of what the colour says; ``plain``: in attributes, where there are no colours."""
    return (_PLAIN if plain else _COLORED)[colour]


LETTERS: Final = tuple(f"letter{level}" for level in range(31))
"""The names of the inks of characters, by level."""
PROMPTS: Final = tuple(f"prompt{level}" for level in range(31))
"""The same of those of a prompt."""
SIGNS: Final = tuple(f"sign{level}" for level in range(31))
"""The same of signs for what cannot be seen."""


@lru_cache(maxsize=16)
def text_inks(colour: Colour, plain: bool, background: Rgb, dark: bool) -> dict[str, Style]:
    """The styles of a text by the names of their inks."""
    levels = range(text_scale(colour, plain).levels)
    inks = _marks_of_place(plain, background, dark)
    grounds = _grounds(colour, background, dark)
    for level in levels:
        ground = background if plain else grounds[level]
        color = readable(ground, dark)
        band = _BANDS[level] if plain and len(levels) > 1 else Style()
        inks[LETTERS[level]] = ink(color, ground) + band
        inks[PROMPTS[level]] = inks[LETTERS[level]] + Style(italic=plain, underline=not plain)
        inks[SIGNS[level]] = ink(blend(ground, color, 0.5), ground)
    return inks


def readable(ground: Rgb, dark: bool) -> Rgb:
    """An ink that can be read on a ground: that of the theme, or the one with more contrast."""
    usual = blend(ground, _WHITE if dark else _BLACK, 0.9)
    if contrast(usual, ground) >= READABLE:
        return usual
    return max(_WHITE, _BLACK, key=lambda color: contrast(color, ground))


def contrast(one: Rgb, other: Rgb) -> float:
    """The ratio of two luminances, 1 to 21 (WCAG 2)."""
    low, high = sorted((one.luminance, other.luminance))
    return (high + 0.05) / (low + 0.05)


def _grounds(colour: Colour, background: Rgb, dark: bool) -> tuple[Rgb, ...]:
    """Every second colour of a palette: more could not be told apart behind letters."""
    if colour == "unit":
        return diverging(background, dark).colors[1::2]
    return sequential(background, dark).colors[::2]


def _marks_of_place(plain: bool, background: Rgb, dark: bool) -> dict[str, Style]:
    """The cursor, in the column that has it and in others, and what stands between characters."""
    far = _WHITE if dark else _BLACK
    away = blend(background, far, 0.45)
    accent = line_colors(background, dark).smoothed
    if plain:
        here = ink(far, background) + Style(reverse=True, bold=True)
        beside = ink(away, background) + Style(reverse=True)
    else:
        here, beside = ink(background, far, bold=True), ink(readable(away, dark), away)
    between = ink(accent, background, bold=True)
    return {"here": here, "beside": beside, "between": between}
