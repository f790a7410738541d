"""What a heatmap shows, and where its values lie on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len

Array = npt.NDArray[Any]

MOST_STRETCH: Final = 8
"""A value is drawn at most this many cells wide, and this many half cells high."""
_LABEL_GAP: Final = 1


@dataclass(frozen=True, eq=False)
class HeatmapData:
    """What a heatmap shows.

    matrix: (rows, columns), any numbers; NaN and infinity are marked. Pooling has been done.
    row_labels, column_labels: one for each row, each column, or none at all.
    scale: the magnitude at the end of the palette; None finds a round one.
    note: a few words beside the legend, such as how much was pooled.
    """

    matrix: Array
    row_labels: Sequence[str] = ()
    column_labels: Sequence[str] = ()
    scale: float | None = None
    note: str = ""


EMPTY: Final = HeatmapData(np.empty((0, 0)))


def largest_magnitude(matrix: Array) -> float:
    """The largest finite magnitude of a matrix; 0 if it has none."""
    magnitude = np.abs(matrix[np.isfinite(matrix)])
    return float(magnitude.max()) if magnitude.size else 0.0


class Capacity(NamedTuple):
    """How many values fit."""

    rows: int
    columns: int


@dataclass(frozen=True)
class Layout:
    """Where the values of a matrix lie on the screen.

    Vertical lengths of values are in halves of a line with colours, in lines without.
    """

    rows: int
    columns: int
    width: int
    height: int
    label_width: int
    label_lines: int
    legend_lines: int
    halves: int  # values that a line holds at most: 2 with half blocks, 1 without colours
    paired: bool  # single characters as labels: those of both rows of a line are written
    cell_width: int
    cell_height: int
    first_row: int
    first_column: int

    @property
    def room(self) -> int:
        """Lines that values may take."""
        return max(self.height - self.label_lines - self.legend_lines, 0)

    @property
    def visible(self) -> Capacity:
        """How many rows and columns can be seen."""
        across = max(self.width - self.label_width, 0) // self.cell_width
        down = self.room * self.halves // self.cell_height
        return Capacity(
            min(down, self.rows - self.first_row), min(across, self.columns - self.first_column)
        )

    @property
    def body_lines(self) -> int:
        """Lines that values do take; labels and legend follow them directly."""
        return -(-self.visible.rows * self.cell_height // self.halves)

    @property
    def part_seen(self) -> str:
        """In words, what can be seen of a matrix that does not fit; nothing if it does."""
        rows, columns = self.visible
        parts = [
            _span("rows", self.first_row, rows, self.rows),
            _span("columns", self.first_column, columns, self.columns),
        ]
        return ", ".join(part for part in parts if part)

    def cell_at(self, x: int, y: int) -> tuple[int, int] | None:
        """The row and column drawn at a place of the widget; of two in one cell the upper."""
        column = (x - self.label_width) // self.cell_width
        row = y * self.halves // self.cell_height
        inside = x >= self.label_width and 0 <= y < self.body_lines
        if not inside or row >= self.visible.rows or column >= self.visible.columns:
            return None
        return self.first_row + row, self.first_column + column

    def lines_of(self, row: int) -> range:
        """The lines that a row is drawn on."""
        start = (row - self.first_row) * self.cell_height
        stop = start + self.cell_height
        return range(start // self.halves, -(-stop // self.halves))


def label_cells(labels: Sequence[str], paired: bool) -> int:
    """How wide the widest row label is; two of them when both rows of a line are named."""
    widest = max((cell_len(label) for label in labels), default=0)
    return 2 * widest if paired else widest


def _span(name: str, first: int, seen: int, count: int) -> str:
    return f"{name} {first}–{first + seen - 1} of {count}" if 0 < seen < count else ""


def capacity(
    width: int, height: int, label_width: int, column_labels: bool, glyphs: bool
) -> Capacity:
    """How many values fit into a pane: what to ask for, so that nothing needs to scroll."""
    lines = height - _legend_lines(height) - _label_lines(height, column_labels)
    margin = label_width + _LABEL_GAP if label_width else 0
    return Capacity(max(lines, 0) * (1 if glyphs else 2), max(width - margin, 0))


def _legend_lines(height: int) -> int:
    return 1 if height >= 4 else 0


def _label_lines(height: int, wanted: bool) -> int:
    return 1 if wanted and height >= 5 else 0


def lay_out(
    data: HeatmapData,
    width: int,
    height: int,
    glyphs: bool = False,
    first: tuple[int, int] = (0, 0),
) -> Layout:
    """Where to draw a matrix in a pane: values are widened by whole factors to fill it."""
    rows, columns = data.matrix.shape
    halves = 1 if glyphs else 2
    legend_lines = _legend_lines(height)
    label_lines = _label_lines(height, bool(data.column_labels))
    down = (height - legend_lines - label_lines) * halves
    cell_height = min(max(down // max(rows, 1), 1), MOST_STRETCH)
    paired = cell_height < halves and all(len(label) == 1 for label in data.row_labels)
    label_width = label_cells(data.row_labels, paired) + (_LABEL_GAP if data.row_labels else 0)
    if label_width >= width / 2:
        label_width = 0
    across = width - label_width
    return Layout(
        rows=rows,
        columns=columns,
        width=width,
        height=height,
        label_width=label_width,
        label_lines=label_lines,
        legend_lines=legend_lines,
        halves=halves,
        paired=paired,
        cell_width=min(max(across // max(columns, 1), 1), MOST_STRETCH),
        cell_height=cell_height,
        first_row=min(first[0], max(rows - 1, 0)),
        first_column=min(first[1], max(columns - 1, 0)),
    )
