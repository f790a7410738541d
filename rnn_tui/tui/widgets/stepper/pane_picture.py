"""What the two ways to look at an operation share: the formula above, the words below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy.typing as npt
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from rnn_tui.stepping.formulas import Token, tokens
from rnn_tui.stepping.places import axes, axis_label
from rnn_tui.stepping.values import Latest, Values
from rnn_tui.stepping.view import View
from rnn_tui.tui.renderables.formula_line import operand_styles, token_segments
from rnn_tui.tui.renderables.heatmap import Shades
from rnn_tui.tui.renderables.number_table import NumberTable, TableData
from rnn_tui.tui.renderables.palette import Palette
from rnn_tui.tui.renderables.row_picture import RowPicture
from rnn_tui.tui.widgets.line_pane import inks
from rnn_tui.tui.widgets.stepper.operand_rows import Cell, Row, Shown, cell_of
from rnn_tui.tui.widgets.stepper.operation_tail import TailLine

Array = npt.NDArray[Any]

_MOST_PICTURES: Final = 256
_LEAST_GAP: Final = 3
_MOST_NAMES: Final = 16
"""Formulas name fewer operands than this one by one; of a sum over time the first ones do."""


@dataclass(frozen=True)
class Look:
    """What everything is drawn with."""

    palette: Palette
    shades: Shades | None
    width: int
    height: int

    @property
    def inks(self) -> Mapping[str, Style]:
        """The styles of words."""
        return inks(self.palette.background, self.palette.dark)


class Spot(NamedTuple):
    """What a line belongs to, and which value is drawn at a column of it."""

    row: Row
    what: Shown
    cell_at: Callable[[int], Cell | None]


@dataclass
class Memory:
    """What is kept from one stop to the next."""

    values: Values = field(default_factory=Values)
    pictures: Latest[RowPicture] = field(default_factory=lambda: Latest(_MOST_PICTURES))


class PanePicture:
    """``lines[y]`` are the segments of a line, ``spots[y]`` what it belongs to."""

    def __init__(self, view: View, look: Look, memory: Memory) -> None:
        self.view, self.look, self.memory = view, look, memory
        self.lines: list[list[Segment]] = []
        self.spots: dict[int, Spot] = {}
        self.operands = operand_styles(list(view.operation.operands), look.palette)
        self.formula()
        self.draw()

    def draw(self) -> None:
        """Add the lines below the formula."""
        raise NotImplementedError

    def ink(self, text: str, ink: str = "text") -> Segment:
        """Some words."""
        return Segment(text, self.look.inks[ink])

    def put(self, segments: list[Segment], spot: Spot | None = None) -> None:
        """Add a line."""
        if spot is not None:
            self.spots[len(self.lines)] = spot
        self.lines.append(segments)

    def formula(self) -> None:
        """The formula at this time, its factors in their colours; at the right, what it is."""
        operation = self.view.operation
        names = islice(operation.operands, _MOST_NAMES)
        pieces = tokens(operation.formula, names, operation.t)
        segments = token_segments(pieces, self.operands, self.look.palette)
        several = len(self.view.window.state) > 1 and operation.layer is not None
        title = f"{operation.name} · layer {operation.layer}" if several else operation.name
        room = self.look.width - _cells(segments) - cell_len(title)
        if room >= _LEAST_GAP:
            segments += [self.ink(" " * room), self.ink(title, "faint")]
        self.put(segments)

    def table(self, row: Row, what: Shown, matrix: Array, room: int) -> NumberTable:
        """The numbers of a row, on at most ``room`` lines, scrolled to the selected one."""
        selected = cell_of(row, what, *self.view.selected)
        labels = (partial(self._label, row, what, axis) for axis in (0, 1))
        data = TableData(matrix, selected, *labels)
        return NumberTable(data, self.look.palette, self.look.width, room)

    def put_table(self, row: Row, what: Shown, table: NumberTable) -> None:
        """Add its lines."""
        for y, segments in enumerate(table.lines()):
            self.put(segments, Spot(row, what, partial(_cell_at, table, y)))

    def _label(self, row: Row, what: Shown, axis: int, index: int) -> str:
        """The heading of a row (axis 0) or a column of the table."""
        operation = self.view.operation
        if row.grouped:
            return row.members[index] if axis else ""
        source = row.sources[0]
        kinds = axes(row.operand or operation.symbol, self.memory.values.of(source).shape)
        if not kinds:
            return str(index)
        if axis == 0 and what.read is not None:
            index = int(what.read[index])
        kind = ("row", *kinds)[-2:][axis]
        return axis_label(self.view.window, kind, index, operation.layer)

    def tail(self, line: TailLine) -> None:
        """Add a line of what is said below."""
        segments: list[Segment] = []
        for part in line:
            if isinstance(part, Token):
                segments += token_segments([part], self.operands, self.look.palette)
            else:
                segments.append(self.ink(*part))
        self.put(segments)


def _cell_at(table: NumberTable, line: int, x: int) -> Cell | None:
    return table.cell_at(x, line)


def _cells(segments: list[Segment]) -> int:
    return sum(cell_len(segment.text) for segment in segments)
