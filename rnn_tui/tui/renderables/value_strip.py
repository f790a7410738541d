"""A vector on one line, and a matrix on a few: cells coloured by their values."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.segment import Segment
from rich.style import Style

from rnn_tui.stepping.digits import signed
from rnn_tui.training.views import pool
from rnn_tui.tui.renderables.heatmap import Heatmap, Shades
from rnn_tui.tui.renderables.heatmap_layout import HeatmapData
from rnn_tui.tui.renderables.palette import LEVELS, MIDDLE, NOT_FINITE, Palette, ink

Array = npt.NDArray[Any]
Cell = tuple[int, int]

LEFT_HALF: Final = "▌"
_NUMBER_WIDTH: Final = 10
_MOST_WIDE: Final = 4
_BRIGHT: Final = 0.18  # luminance from which on black can be read better than white


class Arrangement(NamedTuple):
    """How the values of a vector lie in the cells of a line."""

    stride: int
    """How many values one drawn value stands for."""
    per_cell: int
    """Drawn values in a cell: 2 with halves."""
    cell_width: int
    numbers: bool
    """Whether the numbers themselves are written in the cells."""

    def index_at(self, x: int, count: int) -> int | None:
        """The value drawn at cell ``x``; of several the first."""
        index = x // self.cell_width * self.per_cell * self.stride
        return index if 0 <= index < count else None


def arrange(count: int, width: int, halves: bool) -> Arrangement:
    """The most telling way to draw ``count`` values in ``width`` cells."""
    if count * _NUMBER_WIDTH <= width:
        return Arrangement(1, 1, _NUMBER_WIDTH, numbers=True)
    if count <= width:
        return Arrangement(1, 1, min(width // max(count, 1), _MOST_WIDE), numbers=False)
    per_cell = 2 if halves else 1
    stride = -(-count // max(width * per_cell, 1))
    return Arrangement(stride, per_cell, 1, numbers=False)


class VectorStrip:
    """The picture of ``values`` (n,) on one line, at most ``width`` cells long."""

    def __init__(
        self, values: Array, scale: float, palette: Palette, width: int, shades: Shades | None
    ) -> None:
        self.values = values
        self.palette = palette
        self.shades = shades
        self.arrangement = arrange(len(values), width, halves=shades is None)
        drawn = -(-len(values) // self.arrangement.stride)
        pooled = pool(values[None], 1, drawn)[0][0]
        self._levels: list[int] = palette.quantise(pooled, scale).tolist()

    def segments(self, selected: int | None = None) -> list[Segment]:
        """The cells; the one with the selected value is marked."""
        how = self.arrangement
        mark = None if selected is None else selected // how.stride
        if how.numbers:
            return [self._number(i, i == mark) for i in range(len(self._levels))]
        if self.shades:
            return self._shaded(mark)
        return self._blocks(mark) if how.per_cell == 1 else self._halves(mark)

    def _blocks(self, mark: int | None) -> list[Segment]:
        width = self.arrangement.cell_width
        return [
            Segment(
                "█" * width if level != NOT_FINITE else "×" * width, self._solid(level, i, mark)
            )
            for i, level in enumerate(self._levels)
        ]

    def _halves(self, mark: int | None) -> list[Segment]:
        levels = self._levels + [MIDDLE if self.palette.diverging else 0] * (len(self._levels) % 2)
        segments = []
        for i in range(0, len(levels), 2):
            left, right = levels[i], levels[i + 1]
            if mark in (i, i + 1):
                segments.append(Segment(LEFT_HALF, self._marked(left, right, mark == i)))
            elif NOT_FINITE in (left, right):
                segments.append(Segment("×", self._error))
            else:
                segments.append(Segment(LEFT_HALF, self.palette.pairs[left * LEVELS + right]))
        return segments

    def _marked(self, left: int, right: int, first: bool) -> Style:
        colors = [
            self.palette.error if level == NOT_FINITE else self.palette.colors[level]
            for level in (left, right)
        ]
        colors[0 if first else 1] = self.palette.text
        return ink(colors[0], colors[1])

    def _solid(self, level: int, i: int, mark: int | None) -> Style:
        if i == mark:
            return ink(self.palette.text, self.palette.background)
        return self._error if level == NOT_FINITE else self.palette.pairs[level * LEVELS + level]

    @property
    def _error(self) -> Style:
        return ink(self.palette.error, self.palette.background, bold=True)

    def _number(self, i: int, marked: bool) -> Segment:
        level = self._levels[i]
        text = f"{signed(float(self.values[i])):>{_NUMBER_WIDTH - 1}} "
        if level == NOT_FINITE:
            return Segment(text, self._error)
        if self.shades:
            style = ink(self.palette.text, self.palette.background, bold=marked)
            return Segment(f"[{text[1:-1]}]" if marked else text, style)
        ground = self.palette.colors[level]
        if marked:
            return Segment(text, ink(self.palette.background, self.palette.text, bold=True))
        front, back = sorted((self.palette.text, self.palette.background), key=_luminance)[::-1]
        return Segment(text, ink(back if ground.luminance > _BRIGHT else front, ground))

    def _shaded(self, mark: int | None) -> list[Segment]:
        plain = ink(self.palette.text, self.palette.background)
        reverse = ink(self.palette.background, self.palette.text)
        width = self.arrangement.cell_width
        return [
            Segment(self._shade(level) * width, reverse if i == mark else plain)
            for i, level in enumerate(self._levels)
        ]

    def _shade(self, level: int) -> str:
        negative, positive, error = self.shades or Shades("", "", "×")
        if level == NOT_FINITE:
            return error
        height = level - MIDDLE if self.palette.diverging else level
        most = MIDDLE if self.palette.diverging else LEVELS - 1
        glyphs = positive if height >= 0 else negative
        index = round(abs(height) / most * len(glyphs))
        return glyphs[index - 1] if index else " "


def _luminance(color: Any) -> float:
    return float(color.luminance)


def _fewer_rows(matrix: Array, rows: int) -> tuple[Array, int]:
    """Pooled as ``pool`` does, block after block: ten times as fast down the columns."""
    stride = -(-matrix.shape[0] // max(rows, 1)) or 1
    if stride == 1:
        return matrix, 1
    blocks = [matrix[start : start + stride] for start in range(0, matrix.shape[0], stride)]
    high = np.stack([block.max(axis=0) for block in blocks])
    low = np.stack([block.min(axis=0) for block in blocks])
    return np.where(-low > high, low, high), stride


class MatrixBlock:
    """The picture of a matrix (R, C) on a few lines, pooled to fit."""

    def __init__(
        self,
        matrix: Array,
        scale: float,
        palette: Palette,
        width: int,
        height: int,
        shades: Shades | None,
    ) -> None:
        halves = 1 if shades else 2
        self.shape = matrix.shape
        narrowed, self.down = _fewer_rows(matrix, height * halves)
        pooled, _, self.along = pool(narrowed, len(narrowed), width)
        # From four lines on a heatmap keeps one for its legend, which stands elsewhere here.
        room = height + 1 if height >= 3 else height
        self._picture = Heatmap(HeatmapData(pooled, scale=scale), palette, width, room, shades)
        self.height = min(self._picture.layout.body_lines, height)

    def line(self, y: int, selected: Cell | None = None) -> list[Segment]:
        """One line of it; the cell with the selected value is marked."""
        cursor = None if selected is None else (selected[0] // self.down, selected[1] // self.along)
        return list(self._picture.line(y, cursor))

    def cell_at(self, x: int, y: int) -> Cell | None:
        """The first row and column of what is drawn at a place."""
        found = self._picture.layout.cell_at(x, y)
        return None if found is None else (found[0] * self.down, found[1] * self.along)

    @property
    def note(self) -> str:
        """In words, what one cell stands for."""
        return f"{self.down}×{self.along} pooled" if self.down * self.along > 1 else ""
