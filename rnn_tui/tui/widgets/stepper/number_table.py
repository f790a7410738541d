"""The operation pane when the numbers themselves are asked for."""

from __future__ import annotations

from typing import Final

from rnn_tui.tui.widgets.stepper.operand_rows import row_with, rows_of, shown
from rnn_tui.tui.widgets.stepper.operation_tail import tail
from rnn_tui.tui.widgets.stepper.pane_picture import PanePicture

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
        below = tail(view, values, self.look.width).within(min(_MOST_WORDS, room // 3))
        room -= len(below)
        table = self.table(row, what, what.matrix, room) if what.matrix is not None else None
        style = self.operands.get(row.operand or "", self.look.inks["strong"])
        said = what.words or (table.seen if table is not None else "")
        name = self.ink(row.label)._replace(style=style)
        self.put([self.ink("▸ ", "accent"), name, self.ink(f"  {what.shape}  {said}", "faint")])
        if table is not None and room > 0:
            self.put_table(row, what, table)
        for line in below:
            self.tail(line)
