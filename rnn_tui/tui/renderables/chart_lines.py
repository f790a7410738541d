"""Curves as characters: the dots of all lines of a chart at once, in NumPy.

plotext draws them, too, a list for each of them; that took nine tenths of a chart's time. And it
spreads them over the whole of the outermost cells, while its labels are in the middle of those: a
curve then passes up to half a cell beside the mark that is on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.tui.renderables.axis import Axis
from rnn_tui.tui.renderables.chart_canvas import Canvas

Array = npt.NDArray[Any]

BRAILLE: Final = "braille"
"""The marker of curves whose cells have two by four dots; others have one dot, a letter."""

_BITS: Final = np.array([[0x40, 0x80], [0x04, 0x20], [0x02, 0x10], [0x01, 0x08]], np.uint8)
"""The bit of a dot in Unicode's braille patterns, by its row from below and its column."""

_PATTERNS: Final = [chr(0x2800 + bits) for bits in range(256)]
_DIGITS: Final = 8  # a place that is a hair below a dot is that dot


class Plotted(NamedTuple):
    """Points (n) on the scales of the axes, and what they look like.

    joined: whether lines are drawn between them.
    """

    xs: Sequence[float]
    ys: Sequence[float]
    marker: str
    ink: int
    joined: bool = True


def draw(canvas: Canvas, plotted: Iterable[Plotted], steps: Axis, values: Axis) -> None:
    """Put curves on the plot; the later ones lie over those before."""
    if canvas.columns < 1 or canvas.rows < 1:
        return
    for curve in plotted:
        if len(curve.xs):
            wide, high = (2, 4) if curve.marker == BRAILLE else (1, 1)
            x = dots(curve.xs, steps, canvas.columns, wide)
            y = dots(curve.ys, values, canvas.rows, high)
            _write(canvas, _bits(canvas, *(_joined(x, y) if curve.joined else (x, y)), wide), curve)


def dots(places: Sequence[float], axis: Axis, cells: int, each: int = 1) -> Array:
    """Which (n,) dot of so many cells with ``each`` along an axis places on its scale are.

    The ends of the axis are in the middle of its outermost cells, as labels and marks have it:
    a dot is always in the cell that a mark at the same place has.
    """
    among = 0.5 + (cells - 1) * (np.asarray(places) - axis.low) / (axis.high - axis.low)
    return np.floor(np.round(among * each, _DIGITS)).astype(np.int64)


def _joined(x: Array, y: Array) -> tuple[Array, Array]:
    """All dots on the lines between neighbouring ones, each line's last one left to the next."""
    across, up = np.diff(x), np.diff(y)
    count = np.maximum(np.abs(across), np.abs(up))  # (n - 1,)
    line = np.repeat(np.arange(len(count)), count)
    along = np.arange(len(line)) - (np.cumsum(count) - count)[line]
    xs = (x[line] + along * (across / np.maximum(count, 1))[line]).astype(np.int64)
    ys = (y[line] + along * (up / np.maximum(count, 1))[line]).astype(np.int64)
    return np.append(xs, x[-1]), np.append(ys, y[-1])


def _bits(canvas: Canvas, x: Array, y: Array, wide: int) -> Array:
    """Which dots each cell (rows, columns) of the plot has, from below."""
    bits = np.zeros((canvas.rows, canvas.columns), np.uint8)
    if wide == 1:
        bits[y, x] = 1
    else:
        np.bitwise_or.at(bits, (y // 4, x // 2), _BITS[y % 4, x % 2])
    return bits


def _write(canvas: Canvas, bits: Array, curve: Plotted) -> None:
    rows, columns = np.nonzero(bits)
    places = zip((canvas.rows - 1 - rows).tolist(), (columns + canvas.left).tolist(), strict=True)
    for (row, column), pattern in zip(places, bits[rows, columns].tolist(), strict=True):
        canvas.text[row][column] = _PATTERNS[pattern] if curve.marker == BRAILLE else curve.marker
        canvas.inks[row][column] = curve.ink
