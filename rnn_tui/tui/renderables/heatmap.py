"""A matrix as a picture: two values in each cell of the terminal, or shades of characters."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rnn_tui.tui.renderables.heatmap_layout import HeatmapData, largest_magnitude, lay_out
from rnn_tui.tui.renderables.numbers import round_up, short_number, steady_scale
from rnn_tui.tui.renderables.palette import LEVELS, MIDDLE, NOT_FINITE, Palette, Rgb, ink

Array = npt.NDArray[Any]

HALF: Final = "▀"
TOO_WIDE: Final = "◦"
"""Stands for a label that is wider than its column."""
_PAIRS: Final = LEVELS * LEVELS
_FEW_LINES: Final = 8


class Shades(NamedTuple):
    """Characters for values without colour, from small to large magnitude."""

    negative: str
    positive: str
    error: str

    def legend(self, diverging: bool) -> str:
        """What the characters mean, between the ends of the scale."""
        return f"{self.negative[::-1]} 0 {self.positive}" if diverging else self.positive


SHADES: Final = Shades("·-=≡", "░▒▓█", "×")
ASCII_SHADES: Final = Shades(".-=~", ":+*#", "x")


class Heatmap:
    """The picture of a matrix for one size and palette: ``line(y)`` gives its strips.

    The levels are found once, or given; a line is built when it is asked for.
    """

    def __init__(
        self,
        data: HeatmapData,
        palette: Palette,
        width: int,
        height: int,
        shades: Shades | None = None,
        first: tuple[int, int] = (0, 0),
        scale: float | None = None,
        levels: Array | None = None,
    ) -> None:
        self.data = data
        self._given = levels
        self.palette = palette
        self.shades = shades
        self.layout = lay_out(data, width, height, shades is not None, first)
        self.scale = scale or data.scale or steady_scale(largest_magnitude(data.matrix))
        self._plain = ink(palette.text, palette.background)
        self._faint = ink(palette.faint, palette.background)
        self._strong = ink(palette.text, palette.background, bold=True)
        self._error = ink(palette.error, palette.background, bold=True)

    def strips(self, cursor: tuple[int, int] | None = None) -> list[Strip]:
        """All lines, each exactly as wide as was asked for."""
        return [self.line(y, cursor) for y in range(self.layout.height)]

    def line(self, y: int, cursor: tuple[int, int] | None = None) -> Strip:
        """Line ``y`` from the top, with the value under the cursor marked."""
        layout = self.layout
        if y < layout.body_lines:
            segments = self._body(y, cursor)
        elif y < layout.body_lines + layout.label_lines:
            segments = self._column_labels(cursor)
        elif y < layout.body_lines + layout.label_lines + layout.legend_lines:
            segments = self._legend()
        else:
            segments = []
        return Strip(segments).adjust_cell_length(layout.width, self._plain)

    @cached_property
    def _levels(self) -> Array:
        """Levels of what can be seen, one number a cell or half cell: (lines * halves, cells)."""
        layout = self.layout
        rows, columns = layout.visible
        top, left = layout.first_row, layout.first_column
        seen = slice(top, top + max(rows, 0)), slice(left, left + max(columns, 0))
        if self._given is None:
            levels = self.palette.quantise(self.data.matrix[seen], self.scale)
        else:
            levels = self._given[seen]
        return levels.repeat(layout.cell_height, axis=0).repeat(layout.cell_width, axis=1)

    def _body(self, y: int, cursor: tuple[int, int] | None) -> list[Segment]:
        margin = self._row_label(y, cursor)
        halves = self.layout.halves
        levels = self._levels[y * halves : y * halves + halves]
        if not levels.size:
            return margin
        if len(levels) < halves:  # the last line of an odd number of rows: nothing below
            nothing = np.full_like(levels, MIDDLE if self.palette.diverging else 0)
            levels = np.concatenate([levels, nothing])
        marked = self._marked_cells(y, cursor)
        cells = self._shaded(levels[0]) if self.shades else self._blocks(levels)
        return margin + (self._with_mark(cells, levels, *marked) if marked else cells)

    def _blocks(self, levels: Array) -> list[Segment]:
        top, bottom = levels
        broken = (top == NOT_FINITE) | (bottom == NOT_FINITE)
        pairs = np.where(broken, _PAIRS, top * LEVELS + bottom)
        styles = self.palette.pairs
        return [
            Segment(HALF * length, styles[pair]) if pair < _PAIRS else self._broken(length)
            for pair, length in _runs(pairs)
        ]

    def _shaded(self, levels: Array) -> list[Segment]:
        return [
            Segment(self._shade(level) * length, self._shade_style(level))
            if level != NOT_FINITE
            else self._broken(length)
            for level, length in _runs(levels)
        ]

    def _shade(self, level: int) -> str:
        negative, positive, _ = self.shades or SHADES
        height = level - MIDDLE if self.palette.diverging else level
        most = MIDDLE if self.palette.diverging else LEVELS - 1
        glyphs = positive if height >= 0 else negative
        index = round(abs(height) / most * len(glyphs))
        return glyphs[index - 1] if index else " "

    def _shade_style(self, level: int) -> Style:
        """The colour of the end of the scale on the side of a level: that much is left of it."""
        negative = self.palette.diverging and level < MIDDLE
        return ink(self.palette.colors[0 if negative else -1], self.palette.background)

    def _broken(self, length: int) -> Segment:
        return Segment((self.shades or SHADES).error * length, self._error)

    def _marked_cells(
        self, y: int, cursor: tuple[int, int] | None
    ) -> tuple[int, int, bool, bool] | None:
        """Start and end of the cursor on line y, and whether it has the upper and lower half."""
        layout = self.layout
        if cursor is None or y not in layout.lines_of(cursor[0]):
            return None
        start = (cursor[1] - layout.first_column) * layout.cell_width
        if not 0 <= start < self._levels.shape[1]:
            return None
        top = y * layout.halves // layout.cell_height
        low = (y * layout.halves + layout.halves - 1) // layout.cell_height
        row = cursor[0] - layout.first_row
        return start, start + layout.cell_width, top == row, low == row

    def _with_mark(
        self, cells: list[Segment], levels: Array, start: int, end: int, upper: bool, lower: bool
    ) -> list[Segment]:
        before, _, after = Strip(cells).divide([start, end, levels.shape[1]])
        if self.shades:
            mark = Segment(self._shade(int(levels[0, start])), _reversed(self._plain))
        else:
            mark = Segment(HALF, self._mark_style(levels[:, start].tolist(), upper, lower))
        return [*before, Segment(mark.text * (end - start), mark.style), *after]

    def _mark_style(self, levels: list[int], upper: bool, lower: bool) -> Style:
        colors = [self._color(level) for level in (levels[0], levels[-1])]
        text = self.palette.text
        return ink(text if upper else colors[0], text if lower else colors[1])

    def _color(self, level: int) -> Rgb:
        return self.palette.error if level == NOT_FINITE else self.palette.colors[level]

    def _row_label(self, y: int, cursor: tuple[int, int] | None) -> list[Segment]:
        layout = self.layout
        if not layout.label_width:
            return []
        here = cursor is not None and y == layout.lines_of(cursor[0]).start
        text = self._label_text(y, cursor[0] if here and cursor else None)
        style = self._strong if here else self._faint
        return [Segment(_fit(text, layout.label_width - 1, right=True) + " ", style)]

    def _label_text(self, y: int, marked: int | None) -> str:
        layout, labels = self.layout, self.data.row_labels
        first = y * layout.halves
        inside = first < layout.visible.rows * layout.cell_height
        if marked is not None:
            return labels[marked] if marked < len(labels) else ""
        if not inside or (y % self._label_every and y):
            return ""
        row = layout.first_row + -(-first // layout.cell_height)
        begins = layout.lines_of(row).start == y and row < len(labels)
        if layout.paired:
            return "".join(labels[row : row + 2]).ljust(2) if begins else ""
        return labels[row] if begins else ""

    @cached_property
    def _label_every(self) -> int:
        """Numbers go on every fourth line; words, and the few of a small matrix, on all."""
        layout = self.layout
        lines = layout.visible.rows * layout.cell_height / layout.halves
        few = lines <= _FEW_LINES or layout.cell_height > layout.halves
        return 1 if few or not all(label.isdecimal() for label in self.data.row_labels) else 4

    def _column_labels(self, cursor: tuple[int, int] | None) -> list[Segment]:
        layout = self.layout
        margin, columns = layout.label_width, layout.visible.columns
        labels = self.data.column_labels[layout.first_column : layout.first_column + columns]
        cells = [" "] * (columns * layout.cell_width)
        widest = max((cell_len(label) for label in labels), default=1)
        words = any(len(label) > 1 for label in labels)
        every = _label_step(widest + 1, layout.cell_width) if words else 1
        for index in range(0, len(labels), every):
            fits = every > 1 or cell_len(labels[index]) <= layout.cell_width
            start = index * layout.cell_width + (layout.cell_width - 1) // 2
            _put(cells, start, labels[index] if fits else TOO_WIDE)
        text = " " * margin + "".join(cells)
        if cursor is None:
            return [Segment(text, self._faint)]
        start = margin + (cursor[1] - layout.first_column) * layout.cell_width
        end = start + layout.cell_width
        return [
            Segment(text[: max(start, 0)], self._faint),
            Segment(text[max(start, 0) : max(end, 0)], self._strong),
            Segment(text[max(end, 0) :], self._faint),
        ]

    def _legend(self) -> list[Segment]:
        end = short_number(self.scale)
        low = f"−{end} " if self.palette.diverging else "0 "
        if self.shades:
            signs = self.shades.legend(self.palette.diverging)
            low, bar = low.replace("−", "-"), [Segment(signs, self._plain)]
        else:
            bar = [Segment("█", ink(color, self.palette.background)) for color in self._bar]
        parts = [Segment(low, self._plain), *bar, Segment(f" +{end}", self._plain)]
        notes = [self.data.note, self.layout.part_seen]
        parts += [Segment(f"   {note}", self._faint) for note in notes if note]
        return parts

    @property
    def _bar(self) -> tuple[Rgb, ...]:
        return self.palette.colors[:: 2 if self.layout.width >= 60 else 5]


def _runs(levels: Array) -> zip[tuple[int, int]]:
    """Each run of equal numbers in a line (n,), n > 0: the number and how often."""
    starts = np.concatenate(([0], np.flatnonzero(levels[1:] != levels[:-1]) + 1))
    ends = np.append(starts[1:], len(levels))
    return zip(levels[starts].tolist(), (ends - starts).tolist(), strict=True)


def _reversed(style: Style) -> Style:
    return Style(color=style.bgcolor, bgcolor=style.color)


def _fit(text: str, width: int, right: bool = False) -> str:
    """Text in exactly ``width`` cells."""
    while cell_len(text) > width:
        text = text[:-1]
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding


def _label_step(needed: int, cell_width: int) -> int:
    """A round number of columns from one label to the next."""
    return max(int(round_up(needed / cell_width)), 1)


def _put(cells: list[str], start: int, text: str) -> None:
    """Write text over cells, if it is seen at all and there is room for it."""
    width = cell_len(text)
    if 0 < width <= len(cells) - start:
        cells[start : start + width] = [text] + [""] * (width - 1)
