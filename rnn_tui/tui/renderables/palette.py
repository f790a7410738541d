"""Colours: two scales for matrices and the inks of the charts, built for a background.

The scales are interpolated in OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab/),
where equal steps look equal. Both move steadily away from the background in lightness, so that
they can still be read when a terminal shows greys only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.color import Color
from rich.style import Style

Array = npt.NDArray[Any]

LEVELS: Final = 31
"""Levels of a scale. 31 * 31 pairs of half blocks fit Textual's cache of 1,024 filtered styles."""
MIDDLE: Final = LEVELS // 2
STEADY: Final = 0.8
"""Of a level: so far from the true one a shade may be before it is changed; rounding takes 0.5."""
NOT_FINITE: Final = -1
"""What a quantised NaN or infinity becomes."""

_LMS_OF_RGB: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB_OF_LMS: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


class Rgb(NamedTuple):
    """A colour of the screen, each part 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def luminance(self) -> float:
        """Relative luminance, 0 to 1 (WCAG 2)."""
        return float(_linear(np.array(self)) @ np.array([0.2126, 0.7152, 0.0722]))


def rgb(text: str) -> Rgb:
    """The colour that ``#rrggbb`` names."""
    value = int(text.removeprefix("#"), 16)
    return Rgb(value >> 16, value >> 8 & 255, value & 255)


DARK_BACKGROUND: Final = rgb("#121212")
LIGHT_BACKGROUND: Final = rgb("#ffffff")


def _linear(color: Array) -> Array:
    """Light intensities (3,) of an sRGB colour (3,) of 0 to 255 (IEC 61966-2-1)."""
    share = color / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def oklab(color: Rgb) -> Array:
    """Lightness, green-red and blue-yellow (3,) of a colour."""
    return _LAB_OF_LMS @ np.cbrt(_LMS_OF_RGB @ _linear(np.array(color)))  # type: ignore[no-any-return]


def from_oklab(lab: Array) -> Rgb:
    """The nearest colour of the screen to a point (3,) of OKLab."""
    light = np.linalg.solve(_LMS_OF_RGB, np.linalg.solve(_LAB_OF_LMS, lab) ** 3).clip(0, 1)
    share = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    red, green, blue = (int(part) for part in np.rint(255 * share))
    return Rgb(red, green, blue)


def blend(start: Rgb, end: Rgb, share: float) -> Rgb:
    """The colour that lies ``share`` of the way from start to end, in OKLab."""
    return from_oklab((1 - share) * oklab(start) + share * oklab(end))


@lru_cache(maxsize=512)
def ink(color: Rgb, background: Rgb, bold: bool = False) -> Style:
    """The style of text in one colour on another."""
    return Style(color=Color.from_rgb(*color), bgcolor=Color.from_rgb(*background), bold=bold)


@dataclass(frozen=True, eq=False)
class Palette:
    """A scale of ``LEVELS`` colours on a background, with the styles of its half blocks.

    ``diverging``: level ``MIDDLE`` is zero; otherwise level 0 is.
    """

    colors: tuple[Rgb, ...]
    background: Rgb
    dark: bool
    diverging: bool
    text: Rgb = field(init=False)
    faint: Rgb = field(init=False)
    error: Rgb = field(init=False)
    pairs: tuple[Style, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        white, black = Rgb(255, 255, 255), Rgb(0, 0, 0)
        ends = white if self.dark else black
        object.__setattr__(self, "text", blend(self.background, ends, 0.9))
        object.__setattr__(self, "faint", blend(self.background, ends, 0.5))
        object.__setattr__(self, "error", rgb("#ff5f87" if self.dark else "#c4004f"))
        object.__setattr__(
            self, "pairs", tuple(ink(top, low) for top in self.colors for low in self.colors)
        )

    def style(self, top: int, bottom: int) -> Style:
        """The style of an upper half block: ink of the level above, ground of the one below."""
        return self.pairs[top * LEVELS + bottom]

    def quantise(self, values: Array, scale: float, before: Array | None = None) -> Array:
        """The level of each value, int16 in the shape of ``values``; ``NOT_FINITE`` marks the rest.

        Args:
            values: numbers of any shape.
            scale: the magnitude that the last level stands for; what is beyond it is cut off.
            before: levels that are kept where they are wrong by less than ``STEADY``: a number that
                trembles between two levels does not make its cell flicker.
        """
        limit = scale if np.isfinite(scale) and scale > 0 else 1.0
        finite = np.isfinite(values)
        with np.errstate(over="ignore", under="ignore"):
            share = np.where(finite, values, 0).astype(np.float64) / limit
        share = share.clip(-1 if self.diverging else 0, 1)
        levels = share * MIDDLE + MIDDLE if self.diverging else share * (LEVELS - 1)
        nearest = np.rint(levels)
        if before is not None:
            nearest = np.where(np.abs(levels - before) < STEADY, before, nearest)
        return np.where(finite, nearest, NOT_FINITE).astype(np.int16)


# Hue and chroma of the ends are kept; only lightness is set, the same on both sides.
_ENDS: Final = {True: ("#4aa3ff", "#ff9f40"), False: ("#0a58b8", "#b35300")}
_LEAST_LIGHTNESS: Final = 0.1  # below it, 8 bits cannot tell steps apart
_END_LIGHTNESS: Final = {True: 0.80, False: 0.50}


def _ramp(start: Rgb, end: str, lightness: float, steps: int) -> list[Rgb]:
    """Colours from start (left out) to the hue of end at a lightness, evenly spaced in OKLab."""
    first, last = oklab(start), oklab(rgb(end))
    last[0] = lightness
    first[0] = max(first[0], _LEAST_LIGHTNESS)
    return [from_oklab(first + (last - first) * step / steps) for step in range(1, steps + 1)]


@lru_cache(maxsize=16)
def diverging(background: Rgb = DARK_BACKGROUND, dark: bool = True) -> Palette:
    """Blue for negative, the background for zero, orange for positive (colour-blind safe)."""
    lightness = _END_LIGHTNESS[dark]
    low, high = (_ramp(background, end, lightness, MIDDLE) for end in _ENDS[dark])
    return Palette((*reversed(low), background, *high), background, dark, diverging=True)


@lru_cache(maxsize=16)
def sequential(background: Rgb = DARK_BACKGROUND, dark: bool = True) -> Palette:
    """From the background to orange, for values that are never negative."""
    colors = _ramp(background, _ENDS[dark][1], _END_LIGHTNESS[dark], LEVELS - 1)
    return Palette((background, *colors), background, dark, diverging=False)


@dataclass(frozen=True)
class LineColors:
    """The inks of a chart; hues after Okabe and Ito (2008), told apart by all colour vision."""

    background: Rgb
    text: Rgb
    faint: Rgb
    smoothed: Rgb
    raw: Rgb
    held_out: Rgb
    event: Rgb
    error: Rgb


_LINE_HUES: Final = {
    True: ("#56b4e9", "#e69f00", "#2fc79a", "#ff5f87"),
    False: ("#0072b2", "#c25700", "#00795a", "#c4004f"),
}


@lru_cache(maxsize=16)
def line_colors(background: Rgb = DARK_BACKGROUND, dark: bool = True) -> LineColors:
    """The inks of a chart on a background."""
    smoothed, held_out, event, error = (rgb(hue) for hue in _LINE_HUES[dark])
    far = Rgb(255, 255, 255) if dark else Rgb(0, 0, 0)
    return LineColors(
        background=background,
        text=blend(background, far, 0.75),
        faint=blend(background, far, 0.42),
        smoothed=smoothed,
        raw=blend(background, smoothed, 0.5),
        held_out=held_out,
        event=event,
        error=error,
    )
