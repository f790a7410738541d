"""The operation pane as it mostly is: a row for each operand and for the result."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from rnn_tui.stepping.explanations import explain
from rnn_tui.stepping.view import View
from rnn_tui.tui.renderables.operation_layout import Plan, plan
from rnn_tui.tui.renderables.row_picture import (
    RowPicture,
    finite_largest,
    fit,
    numbers_text,
    picture_lines,
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
from rnn_tui.tui.widgets.stepper.operation_tail import tail_lines
from rnn_tui.tui.widgets.stepper.pane_picture import PanePicture, Spot

_MARGIN: Final = 2
_NAME_WIDTH: Final = 9
_SHAPE_WIDTH: Final = 10
_MOST_ROWS: Final = 8
_MOST_STREAMED: Final = 2
"""Of a sum over time each part is a matrix that is computed when it is looked at."""
_SIDE_FROM: Final = 60


class OperationPicture(PanePicture):
    """The sentence, a row for each operand and for the result, and the selected number."""

    def draw(self) -> None:
        """All of it, as far as there is room."""
        view, look = self.view, self.look
        rows, more = _kept_rows(rows_of(view), view)
        chosen = row_with(rows, view.selected.operand)
        what = [shown(row, view, self.memory.values) for row in rows]
        tail = tail_lines(view, self.memory.values)
        sentence = textwrap.wrap(explain(view.operation, view.trace, view.window), look.width)
        wishes = [self._wish(each) for each in what]
        shared = plan(look.height, len(sentence), wishes, chosen, len(tail), more)
        self._gap(shared.gaps >= 1)
        self._sentence(sentence, shared.sentence)
        self._gap(shared.gaps >= 2)
        self._rows(rows, what, shared)
        self._gap(shared.gaps >= 3)
        for line in tail[: shared.tail]:
            self.tail(line)

    def _wish(self, what: Shown) -> int:
        if what.matrix is None:
            return 0
        halves = self.look.shades is None
        return picture_lines(what.matrix, self.look.width - _MARGIN, halves)

    def _gap(self, wanted: bool) -> None:
        if wanted:
            self.put([])

    def _sentence(self, wrapped: Sequence[str], room: int) -> None:
        kept = list(wrapped[:room])
        if len(wrapped) > room and kept:
            kept[-1] = fit(kept[-1] + " …", self.look.width).rstrip()
        for text in kept + [""] * (room - len(kept)):
            self.put([self.ink(text)])

    def _rows(self, rows: Sequence[Row], what: Sequence[Shown], shared: Plan) -> None:
        last = len(rows) - 1
        for i, row in enumerate(rows):
            if i == last:
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
        chosen = operand in row.members or (row.operand is None and operand is None)
        self.put(self._head(row, what, chosen), Spot(row, what, _nowhere))
        picture = self._picture(row, what, lines - 1)
        if picture is None:
            return
        selected = cell_of(row, what, *self.view.selected)
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
        key = (row.operand, lines, look.width, id(look.palette), look.shades)
        known = pictures.get(about, key)
        if known is not None:
            return known
        largest = finite_largest(what.summary, what.matrix)
        size = look.width - _MARGIN, lines
        made = RowPicture(what.matrix, largest, look.palette, *size, look.shades)
        return pictures.put(about, key, made)

    def _head(self, row: Row, what: Shown, chosen: bool) -> list[Segment]:
        """Name, shape, numbers; at the right, where it comes from."""
        style = self.operands.get(row.operand or "", self.look.inks["strong"])
        width = max(_NAME_WIDTH, min(cell_len(row.label), self.look.width // 3))
        segments = [
            self.ink("▸ " if chosen else "  ", "accent"),
            Segment(fit(row.label, width), style + Style(bold=chosen or row.operand is None)),
            self.ink(f" {fit(what.shape, _SHAPE_WIDTH)}", "faint"),
        ]
        if what.summary is not None:
            segments.append(self.ink(f"  {numbers_text(what.summary, self.look.width)}"))
            if what.summary.not_finite:
                segments.append(self.ink(f"  × {what.summary.not_finite:,} not finite", "error"))
        if what.words:
            segments.append(self.ink(f"  {what.words}", "strong"))
        if row.operand is None:
            segments += self._marks()
        return self._with_side(segments, row.whence)

    def _marks(self) -> list[Segment]:
        """What an edit or a fault did to the result."""
        operation = self.view.operation
        if operation.held is not None:
            return [self.ink(f"  {int(operation.held.sum())} held", "edited")]
        if operation.intended is not None:
            return [self.ink("  planted fault", "error")]
        return [self.ink("  changed", "edited")] if self.view.index in self.view.changed else []

    def _with_side(self, segments: list[Segment], whence: Iterable[str]) -> list[Segment]:
        used = sum(cell_len(segment.text) for segment in segments)
        room = self.look.width - used - 2
        words = next((text for text in whence if cell_len(text) <= room), "")
        if self.look.width < _SIDE_FROM or not words:
            return segments
        gap = self.look.width - used - cell_len(words)
        return [*segments, self.ink(" " * gap), self.ink(words, "faint")]


def _nowhere(_x: int) -> Cell | None:
    return None


def _cell_at(picture: RowPicture, line: int, x: int) -> Cell | None:
    return picture.cell_at(x - _MARGIN, line)


def _kept_rows(rows: list[Row], view: View) -> tuple[list[Row], int]:
    """Of very many operands the first few, and the selected one."""
    most = _MOST_STREAMED if view.operation.streamed else _MOST_ROWS
    operands = rows[:-1]
    if len(operands) <= most + 1:
        return rows, 0
    chosen = row_with(rows, view.selected.operand)
    kept = [row for i, row in enumerate(operands) if i < most or i == chosen]
    return [*kept, rows[-1]], len(operands) - len(kept)
