"""The operation pane as it mostly is: a row for each operand and for the result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

import numpy.typing as npt
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from rnn_tui.stepping.explanations import explain
from rnn_tui.stepping.view import View
from rnn_tui.tui.renderables.operation_layout import Asked, Plan, plan
from rnn_tui.tui.renderables.row_picture import (
    RowPicture,
    fit,
    numbers_text,
    picture_lines,
    wrapped,
)
from rnn_tui.tui.widgets.stepper.operand_rows import (
    Cell,
    Row,
    Shown,
    cell_of,
    row_with,
    rows_of,
    shown,
)
from rnn_tui.tui.widgets.stepper.operation_tail import tail
from rnn_tui.tui.widgets.stepper.pane_picture import PanePicture, Spot

Array = npt.NDArray[Any]

_MARGIN: Final = 2
_NAME_WIDTH: Final = 9
_SHAPE_WIDTH: Final = 10
_MOST_ROWS: Final = 8
_MOST_STREAMED: Final = 2
"""Of a sum over time each part is a matrix that is computed when it is looked at."""
_SIDE_FROM: Final = 60
_LEAST_SIDE: Final = 8
_AROUND_NUMBERS: Final = 2
_LEAST_NUMBERS: Final = 3


class OperationPicture(PanePicture):
    """The sentence, a row for each operand and for the result, and the selected number."""

    def draw(self) -> None:
        """All of it, as far as there is room."""
        view, look = self.view, self.look
        rows, more = _kept_rows(rows_of(view), view)
        chosen = row_with(rows, view.selected.operand)
        what = [shown(row, view, self.memory.values) for row in rows]
        below = tail(view, self.memory.values, look.width)
        sentence = wrapped(explain(view.operation, view.trace, view.window), look.width)
        wishes = [self._wish(each) for each in what]
        twins = any(row.past for row in rows)
        asked = Asked(len(sentence), below.height, below.owed, more, twins)
        shared = plan(look.height, wishes, chosen, asked)
        self._gap(shared.gaps >= 1)
        self._sentence(sentence, shared.sentence)
        self._gap(shared.gaps >= 2)
        self._rows(rows, what, shared)
        self._gap(shared.gaps >= 3)
        for line in below.within(shared.tail):
            self.tail(line)
        self._numbers(rows[chosen], what[chosen])

    def _numbers(self, row: Row, what: Shown) -> None:
        """The numbers of the selected array, where there is room left for some of them."""
        room = self.look.height - len(self.lines) - _AROUND_NUMBERS
        if what.matrix is None or room < _LEAST_NUMBERS:
            return
        table = self.table(row, what, what.matrix, room)
        seen = f" · {table.seen}" if table.seen else ""
        self.put([])
        self.put([self.ink(f"{row.label} in numbers{seen}", "faint")])
        self.put_table(row, what, table)

    def _wish(self, what: Shown) -> int:
        if what.matrix is None:
            return 0
        halves = self.look.shades is None
        return picture_lines(what.matrix, self.look.width - _MARGIN, halves)

    def _gap(self, wanted: bool) -> None:
        if wanted:
            self.put([])

    def _sentence(self, sentence: Sequence[str], room: int) -> None:
        kept = list(sentence[:room])
        if len(sentence) > room and kept:
            kept[-1] = fit(kept[-1] + " …", self.look.width).rstrip()
        for text in kept + [""] * (room - len(kept)):
            self.put([self.ink(text)])

    def _rows(self, rows: Sequence[Row], what: Sequence[Shown], shared: Plan) -> None:
        first_result = next(i for i, row in enumerate(rows) if row.operand is None)
        for i, row in enumerate(rows):
            if i == first_result:
                self._cut(shared.cut)
                if shared.separator:
                    self.put([self.ink("─" * self.look.width, "dim")])
            if shared.lines[i]:
                self._row(row, what[i], shared.lines[i])

    def _cut(self, count: int) -> None:
        if count:
            words = f"… {count:,} more operand{'s' * (count > 1)}"
            self.put([self.ink(" " * _MARGIN + words, "faint")])

    def _row(self, row: Row, what: Shown, lines: int) -> None:
        operand = self.view.selected.operand
        result = row.operand is None and not row.past
        chosen = operand in row.members or (result and operand is None)
        selected = cell_of(row, what, *self.view.selected)
        if lines == 1 and what.matrix is not None and len(what.matrix) == 1:
            self._single(row, what, what.matrix, selected, chosen)
            return
        self.put(self._head(row, what, chosen), Spot(row, what, _nowhere))
        picture = self._picture(row, what, lines - 1)
        if picture is None:
            return
        for y in range(min(picture.height, lines - 1)):
            drawn = picture.line(y, selected)
            segments = [self.ink(" " * _MARGIN), *drawn.segments, self.ink(drawn.note, "faint")]
            self.put(segments, Spot(row, what, partial(_cell_at, picture, y)))

    def _picture(self, row: Row, what: Shown, lines: int) -> RowPicture | None:
        """The picture of a row; that of one array at one size is made once."""
        if what.matrix is None or lines < 1:
            return None
        look, pictures = self.look, self.memory.pictures
        single = what.read is None and not row.grouped
        about = row.sources[0] if single else self.view.operation
        largest = self._largest(row, what)
        key = (row.operand, lines, look.width, largest, id(look.palette), look.shades)
        known = pictures.get(about, key)
        if known is not None:
            return known
        size = look.width - _MARGIN, lines
        made = RowPicture(what.matrix, largest, look.palette, *size, look.shades)
        return pictures.put(about, key, made)

    def _largest(self, row: Row, what: Shown) -> float:
        """The largest magnitude; before and after an edit have one scale."""
        view, values = self.view, self.memory.values
        if row.operand is None and view.base is not None and view.index in view.changed:
            return max(values.summary(o).largest for o in (view.base[view.index], view.operation))
        return what.summary.largest if what.summary is not None else 0.0

    def _single(
        self, row: Row, what: Shown, matrix: Array, selected: Cell | None, chosen: bool
    ) -> None:
        """A vector where there is one line for all of it."""
        segments = self._name(row, what, chosen)
        if what.summary is not None and self.look.width >= _SIDE_FROM:
            segments.append(self.ink(f"  {numbers_text(what.summary, _SIDE_FROM)}  "))
        marks = self._special() if row.operand is None else []
        start = sum(cell_len(segment.text) for segment in segments)
        # A result before and now is as long, and what is said of now stands at its right.
        room = self.look.width - start - sum(cell_len(mark.text) for mark in marks)
        largest = self._largest(row, what)
        picture = RowPicture(matrix, largest, self.look.palette, room, 1, self.look.shades)
        drawn = picture.line(0, selected)
        self.put(
            [
                *segments,
                *drawn.segments,
                self.ink(drawn.note, "faint"),
                *(() if row.past else marks),
            ],
            Spot(row, what, lambda x: picture.cell_at(x - start, 0)),
        )

    def _name(self, row: Row, what: Shown, chosen: bool) -> list[Segment]:
        style = self.operands.get(row.operand or "", self.look.inks["strong"])
        width = max(_NAME_WIDTH, min(cell_len(row.label), self.look.width // 3))
        if row.past:
            style = self.look.inks["faint"]
        return [
            self.ink("▸ " if chosen else "  ", "accent"),
            Segment(fit(row.label, width), style + Style(bold=chosen or row.operand is None)),
            self.ink(f" {fit(what.shape, _SHAPE_WIDTH)} ", "faint"),
        ]

    def _head(self, row: Row, what: Shown, chosen: bool) -> list[Segment]:
        """Name, shape, numbers; at the right, where it comes from."""
        segments = self._name(row, what, chosen)
        if what.summary is not None and (what.matrix is not None or what.summary.not_finite):
            segments.append(self.ink(f" {numbers_text(what.summary, self.look.width)}"))
            if what.summary.not_finite:
                segments.append(self.ink(f"  × {what.summary.not_finite:,} not finite", "error"))
        if what.words:
            segments.append(self.ink(f" {what.words}", "strong"))
        if row.operand is None and not row.past:
            segments += self._marks()
        return self._with_side(segments, row.whence)

    def _marks(self) -> list[Segment]:
        """What an edit or a fault did to the result."""
        changed = self.view.index in self.view.changed
        return self._special() or ([self.ink("  changed", "edited")] if changed else [])

    def _special(self) -> list[Segment]:
        """What of it was done at this very operation."""
        operation = self.view.operation
        if operation.held is not None:
            return [self.ink(f"  {int(operation.held.sum())} held", "edited")]
        if operation.intended is not None:
            return [self.ink("  planted fault", "error")]
        return []

    def _with_side(self, segments: list[Segment], whence: Iterable[str]) -> list[Segment]:
        used = sum(cell_len(segment.text) for segment in segments)
        room = self.look.width - used - 2
        said = [*whence]
        if self.look.width < _SIDE_FROM or not said or room < _LEAST_SIDE:
            return segments
        words = next((text for text in said if cell_len(text) <= room), fit(said[-1], room))
        gap = self.look.width - used - cell_len(words)
        return [*segments, self.ink(" " * gap), self.ink(words, "faint")]


def _nowhere(_x: int) -> Cell | None:
    return None


def _cell_at(picture: RowPicture, line: int, x: int) -> Cell | None:
    return picture.cell_at(x - _MARGIN, line)


def _kept_rows(rows: list[Row], view: View) -> tuple[list[Row], int]:
    """Of very many operands the first few, and the selected one."""
    most = _MOST_STREAMED if view.operation.streamed else _MOST_ROWS
    operands = [row for row in rows if row.operand is not None]
    if len(operands) <= most + 1:
        return rows, 0
    chosen = row_with(rows, view.selected.operand)
    kept = [row for i, row in enumerate(operands) if i < most or i == chosen]
    return kept + rows[len(operands) :], len(operands) - len(kept)
