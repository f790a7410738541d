"""The cells of a chart, to be written on after the curves have been drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

from rich.cells import cell_len


class Ink(IntEnum):
    """Names of the inks; plotext takes small integers as colours and hands them back."""

    RAW = 1
    SMOOTHED = 2
    HELD_OUT = 3
    AXIS = 4
    REFERENCE = 5
    ERROR = 6
    EVENT = 7
    TEXT = 8
    LABEL = 9


_DRAWN: Final = frozenset(map(int, (Ink.RAW, Ink.SMOOTHED, Ink.HELD_OUT, Ink.ERROR, Ink.LABEL)))
FIRST_TINT: Final = 100
"""From here on an ink is the colour of one curve."""


@dataclass
class Canvas:
    """Characters and inks, row by row from the top, and where the curves are on them."""

    text: list[list[str]]
    inks: list[list[Any]]
    left: int
    columns: int
    rows: int

    def copy(self) -> Canvas:
        """One that can be written on, while this one stays as it is."""
        text, inks = [row[:] for row in self.text], [row[:] for row in self.inks]
        return replace(self, text=text, inks=inks)

    def free(self, row: int, start: int, end: int) -> bool:
        """Whether nothing but a reference line is drawn on these cells of the plot."""
        cells = self.inks[row][self.left + start : self.left + end]
        return all(cell not in _DRAWN and not is_tint(cell) for cell in cells)

    def write(self, row: int, start: int, text: str, color: int) -> None:
        """Put text on cells of the plot."""
        begin = self.left + start
        end = begin + len(text)
        self.text[row][begin:end] = text
        self.inks[row][begin:end] = [int(color)] * len(text)

    def name_axis(self, counted: str) -> None:
        """Say what the axis counts, at its end, where no number stands."""
        if len(self.text) - self.rows < 2:
            return
        name = f" {counted}"
        end = self.columns - len(name)
        below = self.text[-1][self.left :]
        if end > 0 and "".join(below[end - 1 :]).isspace():
            self.write(-1, end, name, Ink.AXIS)

    def place_label(self, rows: list[int], label: str) -> None:
        """Write a label as far right as nothing else is, in the first of the rows with room."""
        width = cell_len(label)
        for row in rows:
            if not 0 <= row < self.rows:
                continue
            for start in range(self.columns - width, -1, -1):
                if self.free(row, start, start + width):
                    self.write(row, start, label, Ink.LABEL)
                    return


def is_tint(cell: Any) -> bool:
    """Whether an ink is the colour of one curve; plotext has others of its own."""
    return isinstance(cell, int) and cell >= FIRST_TINT
