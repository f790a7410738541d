"""The operation pane when the numbers themselves are asked for."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy.typing as npt

from rnn_tui.stepping.places import axes, axis_label
from rnn_tui.tui.renderables.number_table import NumberTable, TableData
from rnn_tui.tui.widgets.stepper.operand_rows import (
    Cell,
    Row,
    Shown,
    cell_of,
    row_with,
    rows_of,
    shown,
)
from rnn_tui.tui.widgets.stepper.operation_tail import tail_lines
from rnn_tui.tui.widgets.stepper.pane_picture import PanePicture, Spot

_MOST_WORDS: Final = 4
_AROUND: Final = 2  # lines of the formula and of the name


class NumbersPicture(PanePicture):
    """All numbers of the selected array, seven digits each, scrolled to the selected one."""

    def draw(self) -> None:
        """Name, table, and the selected number with all its digits."""
        view, values = self.view, self.memory.values
        rows = rows_of(view)
        row = rows[row_with(rows, view.selected.operand)]
        what = shown(row, view, values)
        room = self.look.height - _AROUND
        tail = tail_lines(view, values, self.look.width)[: min(_MOST_WORDS, room // 3)]
        room -= len(tail)
        table = self._table(row, what, what.matrix, room) if what.matrix is not None else None
        style = self.operands.get(row.operand or "", self.look.inks["strong"])
        said = what.words or (table.seen if table is not None else "")
        name = self.ink(row.label)._replace(style=style)
        self.put([self.ink("▸ ", "accent"), name, self.ink(f"  {what.shape}  {said}", "faint")])
        if table is not None and room > 0:
            for y, segments in enumerate(table.lines()):
                self.put(segments, Spot(row, what, partial(_cell_at, table, y)))
        for line in tail:
            self.tail(line)

    def _table(self, row: Row, what: Shown, matrix: npt.NDArray[Any], room: int) -> NumberTable:
        selected = cell_of(row, what, *self.view.selected)
        labels = (partial(self._label, row, what, axis) for axis in (0, 1))
        data = TableData(matrix, selected, *labels)
        return NumberTable(data, self.look.palette, self.look.width, room)

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


def _cell_at(table: NumberTable, line: int, x: int) -> Cell | None:
    return table.cell_at(x, line)
