"""How curves are drawn: as their role says, or in a colour or with a letter of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.style import Style

from rnn_tui.tui.renderables.chart_canvas import FIRST_TINT, Ink
from rnn_tui.tui.renderables.chart_data import ChartData, Curve, Role
from rnn_tui.tui.renderables.palette import LineColors, blend, ink

_BEHIND: Final = 0.45  # of its colour is left to what lies behind a curve


class Look(NamedTuple):
    """What a curve is drawn with."""

    ink: int
    plain_marker: str
    sign: str
    layer: int  # curves of a higher one are drawn over those of a lower one


LOOKS: Final[dict[Role, Look]] = {
    "raw": Look(Ink.RAW, ".", "─", 0),
    "smoothed": Look(Ink.SMOOTHED, "*", "━", 2),
    "held out": Look(Ink.HELD_OUT, "o", "◇", 1),
}


def look_of(data: ChartData, curves: Sequence[Curve], place: int) -> Look:
    """The look of the curve at a place: its role's, in its own colour, or with its own letter."""
    curve = curves[place]
    look = LOOKS[curve.role]
    if curve.tint is not None:
        look = look._replace(ink=FIRST_TINT + place)
    if data.signs and curve.sign:
        look = look._replace(plain_marker=curve.sign, sign=curve.sign.upper())
    return look


def styles(colors: LineColors) -> dict[int, Style]:
    """The styles of the inks that every chart has."""
    inks = {
        Ink.RAW: colors.raw,
        Ink.SMOOTHED: colors.smoothed,
        Ink.HELD_OUT: colors.held_out,
        Ink.AXIS: colors.faint,
        Ink.REFERENCE: colors.faint,
        Ink.ERROR: colors.error,
        Ink.EVENT: colors.event,
        Ink.TEXT: colors.text,
        Ink.LABEL: colors.faint,
    }
    return {
        int(name): ink(color, colors.background, bold=name is Ink.ERROR)
        for name, color in inks.items()
    }


def tints(curves: Sequence[Curve], colors: LineColors) -> dict[int, Style]:
    """The colours of single curves; what lies behind another curve is fainter."""
    background, found = colors.background, {}
    for place, curve in enumerate(curves):
        if curve.tint is not None:
            behind = curve.role == "raw"
            color = blend(background, curve.tint, _BEHIND) if behind else curve.tint
            found[FIRST_TINT + place] = ink(color, background)
    return found
