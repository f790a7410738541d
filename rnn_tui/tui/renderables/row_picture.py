"""The picture of one array: its head, and its values on one line or several."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy.typing as npt
from rich.cells import cell_len
from rich.segment import Segment

from rnn_tui.stepping.digits import signed
from rnn_tui.stepping.values import Summary
from rnn_tui.tui.renderables.heatmap import Shades
from rnn_tui.tui.renderables.numbers import short_number, steady_scale
from rnn_tui.tui.renderables.palette import Palette
from rnn_tui.tui.renderables.value_strip import MatrixBlock, VectorStrip, arrange

Array = npt.NDArray[Any]
Cell = tuple[int, int]

_NUMBER: Final = 9
_SCALE_WIDTH: Final = 9
_NOTE_WIDTH: Final = 14
_BRIEF_BELOW, _BRIEF_NOTE = 40, 4
_LEAST_PICTURE: Final = 8
_MOST_NUMBER_ROWS: Final = 12
_TALL: Final = 2
"""Where there is room to spare the cells of a vector are so many lines high."""
_ALL_FROM, _RANGE_FROM, _NORM_FROM = 104, 74, 50


def numbers_text(summary: Summary, width: int) -> str:
    """Minimum, maximum and norm, as many of them as a pane of this width has room for."""
    low, high, length = (f"{signed(value):>{_NUMBER}}" for value in summary[:3])
    norm = f"norm {length.replace('+', ' ', 1)}"  # a sign says nothing; one in 1e+37 does
    if width >= _ALL_FROM:
        return f"min {low}  max {high}  {norm}"
    if width >= _RANGE_FROM:
        return f"{low} … {high.strip():<{_NUMBER}}  {norm}"
    return norm if width >= _NORM_FROM else ""


def picture_lines(matrix: Array, width: int, halves: bool) -> int:
    """How many lines a matrix (R, C) can use."""
    rows, columns = len(matrix), matrix.shape[1]
    room = width - _SCALE_WIDTH
    if arrange(columns, room, halves).numbers and rows <= _MOST_NUMBER_ROWS:
        return rows
    if rows == 1:
        return _TALL
    return -(-rows // 2) if halves else rows


class Drawn(NamedTuple):
    """One line of a picture, and what is said at its right."""

    segments: list[Segment]
    note: str


class RowPicture:
    """The values of a matrix (R, C) on ``lines`` lines of ``width`` cells; ``line(y)`` gives one.

    ``scale`` is the magnitude that the strongest colour stands for: a round number, found from this
    array alone, so that a stop looks the same however one came there.
    """

    def __init__(
        self,
        matrix: Array,
        largest: float,
        palette: Palette,
        width: int,
        lines: int,
        shades: Shades | None,
    ) -> None:
        self.matrix = matrix
        self.scale = steady_scale(largest)
        scale = short_number(self.scale).replace("-", "−")
        self._said = f" ±{scale}" if matrix.any() else " all 0"
        self._strips: list[VectorStrip] = []
        self._block: MatrixBlock | None = None
        halves = shades is None
        rows, columns = matrix.shape
        brief = width < _BRIEF_BELOW
        self._pooled = "{}:1" if brief else "{} pooled"
        note_width = _BRIEF_NOTE if brief else _NOTE_WIDTH
        room = max(width - _SCALE_WIDTH, _LEAST_PICTURE)
        if rows == 1 or (rows <= lines and arrange(columns, room, halves).numbers):
            if arrange(columns, room, halves).stride > 1:
                room = max(room - note_width, _LEAST_PICTURE)
            strips = (VectorStrip(row, self.scale, palette, room, shades) for row in matrix)
            self._strips = list(strips)
            tall = rows == 1 and not self._strips[0].arrangement.numbers
            self.height = min(_TALL, lines) if tall else rows
        else:
            pooled = columns > room or rows > lines * (2 if halves else 1)
            across = max(room - note_width, _LEAST_PICTURE) if pooled else room
            self._block = MatrixBlock(matrix, self.scale, palette, across, lines, shades)
            self.height = self._block.height

    def line(self, y: int, selected: Cell | None) -> Drawn:
        """One line; the scale stands beside the first."""
        note = self._said if y == 0 else ""
        if self._block is not None:
            pooled = self._block.note
            said = f"{note}  {pooled}" if pooled and y == 0 else note
            return Drawn(self._block.line(y, selected), said)
        row = min(y, len(self._strips) - 1)
        strip = self._strips[row]
        at = selected[1] if selected is not None and selected[0] == row else None
        stride = strip.arrangement.stride
        said = f"{note} {self._pooled.format(stride)}" if stride > 1 and y == 0 else note
        return Drawn(strip.segments(at), said)

    def cell_at(self, x: int, y: int) -> Cell | None:
        """The value drawn at a place."""
        if self._block is not None:
            return self._block.cell_at(x, y)
        if not 0 <= y < self.height or x < 0:
            return None
        row = min(y, len(self._strips) - 1)
        column = self._strips[row].arrangement.index_at(x, self.matrix.shape[1])
        return None if column is None else (row, column)


def wrapped(text: str, width: int) -> list[str]:
    """Text in lines of at most ``width`` cells; a word that is longer is cut."""
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word if cell_len(word) <= width else fit(word, width))
    return lines


def fit(text: str, width: int) -> str:
    """Text in exactly ``width`` cells, with an ellipsis where it is cut."""
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    while text and cell_len(text) > width - 1:
        text = text[:-1]
    return text + "…" if width > 0 else ""
