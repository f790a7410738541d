"""A state as a picture: all units of all layers in rows, as large as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rnn_tui.training.views import pool
from rnn_tui.tui.renderables.heatmap import HALF, Heatmap, Shades
from rnn_tui.tui.renderables.heatmap_layout import HeatmapData
from rnn_tui.tui.renderables.palette import Palette, Rgb, ink

Array = npt.NDArray[Any]

MARK: Final = "●"
_MOST_WIDE: Final = 6
_HEIGHTS: Final = (1, 2, 4)  # in halves of a line, so that a row never ends within one but by 1
_ROUND: Final = 10
_BRIGHT: Final = 0.18  # luminance from which on black can be read better than white


class Unit(NamedTuple):
    """A unit of a layer, both from 0."""

    layer: int
    unit: int


class Size(NamedTuple):
    """How much there is to show: ``layers`` of ``hidden`` units each."""

    layers: int
    hidden: int


@dataclass(frozen=True)
class UnitGrid:
    """Where the units lie. A cell is the picture of ``stride`` units, of one where there is room.

    Each layer has ``rows`` rows of ``columns`` cells, one below the other. Heights are in halves
    of a line where ``halves`` is 2, in lines where it is 1.
    """

    layers: int
    """How many are shown: all, if there is room."""
    hidden: int
    stride: int
    columns: int
    cell_width: int
    cell_height: int
    halves: int
    aligned: bool = True
    """Whether each layer begins on a line of its own."""

    @property
    def rows(self) -> int:
        """Rows of a layer that hold units."""
        return -(-self.hidden // (self.columns * self.stride))

    @property
    def layer_rows(self) -> int:
        """Rows from one layer to the next: an odd one is filled up to the end of its line."""
        odd = self.rows * self.cell_height % self.halves
        return self.rows + (1 if self.aligned and odd else 0)

    @property
    def lines(self) -> int:
        """Lines that all of it takes."""
        return -(-self.layers * self.layer_rows * self.cell_height // self.halves)

    @property
    def width(self) -> int:
        """Cells of a line."""
        return self.columns * self.cell_width

    def rows_on(self, y: int) -> range:
        """The rows that are drawn on line ``y``, counted through all layers."""
        first, last = y * self.halves, (y + 1) * self.halves - 1
        top = first // self.cell_height
        return range(top, min(last // self.cell_height + 1, self.layers * self.layer_rows))

    def first_unit(self, row: int) -> Unit | None:
        """The unit that a row begins with; None for a row that only fills up its line."""
        layer, below = divmod(row, self.layer_rows)
        unit = below * self.columns * self.stride
        return Unit(layer, unit) if unit < self.hidden else None

    def begins(self, y: int) -> tuple[Unit, ...]:
        """The first units of the rows that begin on line ``y``."""
        rows = [row for row in self.rows_on(y) if row * self.cell_height // self.halves == y]
        return tuple(unit for row in rows if (unit := self.first_unit(row)))

    def units_at(self, x: int, y: int) -> tuple[range, ...]:
        """The units drawn at a place: those of the upper cell, and of a lower one if there is.

        Units are numbered through all layers, layer * hidden + unit.
        """
        column = x // self.cell_width
        if not 0 <= column < self.columns:
            return ()
        found = []
        for row in self.rows_on(y):
            begin = self.first_unit(row)
            start = begin.unit + column * self.stride if begin else self.hidden
            if begin and start < self.hidden:
                base = begin.layer * self.hidden
                found.append(range(base + start, base + min(start + self.stride, self.hidden)))
        return tuple(found)

    def cell_of(self, unit: Unit) -> tuple[int, int]:
        """Row and column of the cell that a unit is drawn in."""
        row, column = divmod(unit.unit // self.stride, self.columns)
        return unit.layer * self.layer_rows + row, column


def arrange(size: Size, width: int, lines: int, halves: int) -> UnitGrid | None:
    """The grid with the largest cells that shows every unit, else one that pools; None: no room.

    Rows of a round number of units are preferred: they are easier to find one in.
    """
    if width < 1 or lines < 1 or not size.layers or not size.hidden:
        return None
    fitting = [grid for grid in _grids(size, width, halves) if grid.lines <= lines]
    return max(fitting, key=_merit, default=None) or _pooled(size, width, lines, halves)


def _grids(size: Size, width: int, halves: int) -> Iterator[UnitGrid]:
    """One unit a cell, in all the ways there are."""
    for cell_width in range(1, min(_MOST_WIDE, width) + 1):
        most = min(width // cell_width, size.hidden)
        for columns in {most, max(most // _ROUND * _ROUND, 1) if most < size.hidden else most}:
            for cell_height in _HEIGHTS[: 1 + halves]:
                yield UnitGrid(*size, 1, columns, cell_width, cell_height, halves)
            if halves > 1 and size.layers > 1:
                yield UnitGrid(*size, 1, columns, cell_width, 1, halves, aligned=False)


def _merit(grid: UnitGrid) -> tuple[Any, ...]:
    """Large cells, then layers on lines of their own, round numbers, and square ones."""
    area = grid.cell_width * grid.cell_height
    is_round = grid.columns % _ROUND == 0 or grid.columns == grid.hidden
    across = abs(grid.cell_width - grid.cell_height * 2 // grid.halves)
    return area, grid.aligned, is_round, -across


def _pooled(size: Size, width: int, lines: int, halves: int) -> UnitGrid:
    """As many cells as fit, of equal numbers of units."""
    aligned = size.layers <= lines
    rows = lines // size.layers * halves if aligned else 1
    layers = min(size.layers, lines if aligned else lines * halves)
    stride = -(-size.hidden // (rows * width))
    columns = min(-(-size.hidden // stride), width)
    cell_width = min(width // columns, _MOST_WIDE)
    return UnitGrid(layers, size.hidden, stride, columns, cell_width, 1, halves, aligned)


class UnitPicture:
    """The picture of ``values``, one (H,) a layer, with some units marked: ``line(y)`` draws."""

    def __init__(
        self,
        values: Sequence[Array],
        grid: UnitGrid,
        scale: float,
        palette: Palette,
        shades: Shades | None,
        marked: Iterable[Unit] = (),
    ) -> None:
        self._grid, self._palette, self._shades = grid, palette, shades
        data = HeatmapData(_matrix(values, grid), scale=scale)
        # From four lines on a heatmap keeps one for its legend, which stands elsewhere here.
        lines = grid.lines + 1 if grid.lines >= 3 else grid.lines
        self._picture = Heatmap(data, palette, grid.width, lines, shades)
        self._marks = {grid.cell_of(unit) for unit in marked if unit.layer < grid.layers}

    def line(self, y: int) -> Strip:
        """One line, ``grid.width`` cells."""
        strip = self._picture.line(y)
        for row, column in self._marks:
            if y in self._lines_of(row):
                start = column * self._grid.cell_width
                strip = self._with_mark(strip, start, row, y)
        return strip

    def _lines_of(self, row: int) -> range:
        return self._picture.layout.lines_of(row)

    def _with_mark(self, strip: Strip, start: int, row: int, y: int) -> Strip:
        width, halves = self._grid.cell_width, self._grid.halves
        before, cell, after = strip.divide([start, start + width, strip.cell_length])
        text, style = cell.text, next(iter(cell)).style or Style()
        first = y == self._lines_of(row)[0]
        if text[0] != HALF:  # a shade, or a number that is not finite
            style = ink(self._palette.text, self._palette.background, bold=True)
            text = _dotted(text) if first else text
        elif self._grid.cell_height == 1:
            style = self._half(style, y * halves == row)
        else:
            text, style = " " * width, self._on(style)
            text = _dotted(text) if first else text
        return Strip([*before, Segment(text, style), *after])

    def _half(self, style: Style, upper: bool) -> Style:
        """Of two values in a cell one is marked, the other stays as it is."""
        mark = Color.from_rgb(*self._palette.text)
        return Style(color=mark if upper else style.color, bgcolor=style.bgcolor if upper else mark)

    def _on(self, style: Style) -> Style:
        """What can be read on the colour of a value."""
        triplet = style.color.triplet if style.color else None
        ground = Rgb(*triplet) if triplet else self._palette.background
        dark, bright = sorted(
            (self._palette.text, self._palette.background), key=lambda color: color.luminance
        )
        return ink(dark if ground.luminance > _BRIGHT else bright, ground, bold=True)


def _matrix(values: Sequence[Array], grid: UnitGrid) -> Array:
    """(layers * layer_rows, columns); what holds no unit is 0, which is drawn as the ground is."""
    full = np.zeros((grid.layers, grid.layer_rows * grid.columns), np.float64)
    for row, layer in zip(full, values, strict=False):
        drawn = -(-grid.hidden // grid.stride)
        row[:drawn] = pool(layer[None], 1, drawn)[0][0]
    return full.reshape(-1, grid.columns)


def _dotted(text: str) -> str:
    """The text with a mark in its middle."""
    middle = (len(text) - 1) // 2
    return text[:middle] + MARK + text[middle + 1 :]
