"""A formula whose factors have the colours of the rows that show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style

from rnn_tui.stepping.formulas import Token
from rnn_tui.tui.renderables.palette import Palette, Rgb, ink, rgb

# Neither the blue nor the orange of the heatmaps; told apart by lightness too.
_HUES: Final = {
    True: ("#2fc79a", "#e8d36b", "#d39be8", "#7fd0e0", "#e8a79b"),
    False: ("#00795a", "#7a6200", "#8a3ea8", "#00657a", "#a3453a"),
}


@lru_cache(maxsize=4)
def operand_colors(dark: bool) -> tuple[Rgb, ...]:
    """The colours of the operands, in their order; those beyond them have none of their own."""
    return tuple(rgb(hue) for hue in _HUES[dark])


def operand_styles(names: Sequence[str], palette: Palette) -> Mapping[str, Style]:
    """A style for each operand of an operation."""
    colors = operand_colors(palette.dark)
    return {
        name: ink(colors[place] if place < len(colors) else palette.text, palette.background)
        for place, name in enumerate(names)
    }


def token_segments(
    pieces: Iterable[Token], styles: Mapping[str, Style], palette: Palette
) -> list[Segment]:
    """The pieces of a formula or of its arithmetic, each in its colour."""
    text = ink(palette.text, palette.background)
    strong = ink(palette.text, palette.background, bold=True)
    segments = []
    for piece in pieces:
        style = strong if piece.kind == "result" else text
        if piece.names:
            style = styles.get(piece.names[0], text)
        segments.append(Segment(piece.text, style))
    return segments
