"""The numbers of an array themselves, around the one that is selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from rnn_tui.stepping.digits import exact
from rnn_tui.tui.renderables.palette import Palette, ink

Array = npt.NDArray[Any]
Cell = tuple[int, int]

_CELL: Final = 15
"""Sign, seven digits, an exponent of up to three digits, and a gap."""


_WIDEST_OF: Final = 200
"""Labels that the margin is measured by, besides the last one."""


class TableData(NamedTuple):
    """What is written.

    matrix: (R, C). selected: its marked cell. row_label, column_label: the heading of one. A
    matrix of one row is broken into as many lines as it needs.
    """

    matrix: Array
    selected: Cell | None
    row_label: Callable[[int], str] = str
    column_label: Callable[[int], str] = str


class NumberTable:
    """The picture of a table: ``lines()`` are at most ``height``, at most ``width`` cells long."""

    def __init__(self, data: TableData, palette: Palette, width: int, height: int) -> None:
        rows, columns = data.matrix.shape
        self.data = data
        self.palette = palette
        self.broken = rows == 1
        label = data.column_label if self.broken else data.row_label
        count = max(columns if self.broken else rows, 1)
        widest = max(cell_len(label(place)) for place in range(min(count, _WIDEST_OF))) + 2
        widest = max(widest, cell_len(label(count - 1)) + 2)
        self.margin = min(widest, max(width - _CELL, 0))
        self.across = min(max((width - self.margin) // _CELL, 1), columns)
        self.down = max(height - (0 if self.broken else 1), 1)
        at = data.selected or (0, 0)
        self.first_row, self.first_column = self._first(at)

    def _first(self, at: Cell) -> Cell:
        """The table scrolls by whole pages' halves: a step of the cursor seldom moves it."""
        rows, columns = self.data.matrix.shape
        if self.broken:
            lines = -(-columns // self.across)
            return _page(at[1] // self.across, self.down, lines), 0
        return _page(at[0], self.down, rows), _page(at[1], self.across, columns)

    def lines(self) -> list[list[Segment]]:
        """Headings and numbers."""
        rows = self.data.matrix.shape[0]
        if self.broken:
            last = -(-self.data.matrix.shape[1] // self.across)
            return [self._broken_line(y) for y in self._seen(last)]
        return [self._headings(), *(self._row(y) for y in self._seen(rows))]

    def _seen(self, count: int) -> range:
        return range(self.first_row, min(self.first_row + self.down, count))

    def _headings(self) -> list[Segment]:
        faint = ink(self.palette.faint, self.palette.background)
        columns = range(self.first_column, self.first_column + self.across)
        text = "".join(_at_right(self.data.column_label(column)) for column in columns)
        return [Segment(" " * self.margin + text, faint)]

    def _row(self, row: int) -> list[Segment]:
        columns = range(self.first_column, self.first_column + self.across)
        return [self._heading(self.data.row_label(row)), *(self._number(row, c) for c in columns)]

    def _broken_line(self, line: int) -> list[Segment]:
        start = line * self.across
        columns = range(start, min(start + self.across, self.data.matrix.shape[1]))
        return [
            self._heading(self.data.column_label(start)),
            *(self._number(0, column) for column in columns),
        ]

    def _heading(self, text: str) -> Segment:
        faint = ink(self.palette.faint, self.palette.background)
        return Segment(set_cell_size(text, self.margin), faint)

    def _number(self, row: int, column: int) -> Segment:
        value = float(self.data.matrix[row, column])
        text = f"{exact(value):>{_CELL}}"
        if self.data.selected == (row, column):
            return Segment(text, ink(self.palette.background, self.palette.text, bold=True))
        color = self.palette.text if np.isfinite(value) else self.palette.error
        return Segment(text, ink(color, self.palette.background))

    def cell_at(self, x: int, y: int) -> Cell | None:
        """The number at a place."""
        rows, columns = self.data.matrix.shape
        along = (x - self.margin) // _CELL
        if x < self.margin or along >= self.across:
            return None
        if self.broken:
            column = (self.first_row + y) * self.across + along
            return (0, column) if column < columns else None
        row, column = self.first_row + y - 1, self.first_column + along
        return (row, column) if y > 0 and row < rows and column < columns else None

    @property
    def seen(self) -> str:
        """In words, which part can be seen; nothing if all can."""
        rows, columns = self.data.matrix.shape
        if self.broken:
            first = self.first_row * self.across
            end = min(first + self.down * self.across, columns)
            return f"{first}–{end - 1} of {columns:,}" if end - first < columns else ""
        last = min(self.first_row + self.down, rows) - 1
        if self.down >= rows and self.across >= columns:
            return ""
        right = self.first_column + self.across - 1
        down = f"rows {self.first_row}–{last} of {rows:,}"
        return f"{down}, columns {self.first_column}–{right} of {columns:,}"


def _at_right(text: str) -> str:
    """A heading above the ends of its numbers; characters may be two cells wide."""
    return " " * (_CELL - cell_len(text)) + set_cell_size(text, min(cell_len(text), _CELL))


def _page(at: int, room: int, count: int) -> int:
    """The first of ``count`` things to show where ``room`` fit and ``at`` must be seen."""
    half = max(room // 2, 1)
    return max(min(at // half * half - half // 2, count - room), 0) if count > room else 0
