"""The operation that the walk stands at: formula, operands, result, and the selected number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from rnn_tui.stepping.explanations import undoes
from rnn_tui.stepping.view import View
from rnn_tui.tui.renderables.palette import diverging
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Picture
from rnn_tui.tui.widgets.stepper.number_table import NumbersPicture
from rnn_tui.tui.widgets.stepper.operand_rows import Element, element_at, first_element
from rnn_tui.tui.widgets.stepper.operation_picture import OperationPicture
from rnn_tui.tui.widgets.stepper.pane_picture import Look, Memory, PanePicture
from rnn_tui.tui.widgets.surroundings import shades, surroundings


class _Drawn(NamedTuple):
    """A line, and what it was made of: the same again is the same line, and not drawn anew."""

    segments: list[Segment]
    width: int
    blank: Style
    line: Line


class OperationPane(LinePane[View], can_focus=True):
    """Shows one operation; ``numbers`` shows the numbers of the selected array instead of rows."""

    numbers: var[bool] = var(False, init=False)

    class RowChosen(Message):
        """A number was clicked on, or the name of an array: then it is its first number."""

        def __init__(self, operand: str | None, element: Element) -> None:
            super().__init__()
            self.operand = operand
            """None: the result."""
            self.element = element

    class OriginAsked(Message):
        """An array was clicked on twice: go to where it was made."""

        def __init__(self, operand: str | None) -> None:
            super().__init__()
            self.operand = operand

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._memory = Memory()
        self._operation_picture: PanePicture | None = None
        self._pictures: list[_Drawn] = []

    def empty(self) -> str:
        """Nothing has been traced yet."""
        return "the operations are being recorded"

    def watch_numbers(self) -> None:
        """Draw the other way."""
        self._shown_for = None
        self.refresh()

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """Everything but the title."""
        if width < 1 or height < 1:
            return ()
        look = Look(diverging(*surroundings(self)), shades(self), width, height)
        make = NumbersPicture if self.numbers else OperationPicture
        picture = self._operation_picture = make(view, look, self._memory)
        blank, before = look.inks["text"], self._pictures
        self._pictures = [
            before[y]
            if y < len(before) and before[y][:3] == (segments, width, blank)
            else _Drawn(segments, width, blank, (Picture(_strip(segments, width, blank)),))
            for y, segments in enumerate(picture.lines)
        ]
        return [drawn.line for drawn in self._pictures]

    def titles(self, view: View) -> Sequence[str]:
        """The formula as the textbook has it, and the one that it undoes."""
        formula, undone = view.operation.formula, undoes(view.operation, view.trace)
        return (f"{formula}\nundoes {undone}", formula) if undone else (formula,)

    def entitle(self, titles: Sequence[str]) -> None:
        """What an operation undoes stands at the right end of the frame."""
        left, _, right = titles[0].partition("\n")
        room = self.size.width - cell_len(left) - cell_len(right) - 4
        if not right or room < 1:
            super().entitle([left])
            return
        title = Content.assemble(
            left, (f" {'─' * room} ", "$foreground 22%"), (right, "$foreground 60% not bold")
        )
        if self._title != title.plain:
            self._title, self.border_title = title.plain, title

    def on_click(self, event: events.Click) -> None:
        """Select the number or the array under the pointer."""
        offset = event.get_content_offset(self)
        picture = self._operation_picture
        spot = None if offset is None or picture is None else picture.spots.get(offset.y)
        if spot is None or offset is None:
            return
        if event.chain == 2:
            self.post_message(self.OriginAsked(spot.row.operand))
            return
        cell = spot.cell_at(offset.x)
        if cell is None:
            self.post_message(self.RowChosen(spot.row.operand, first_element(spot.row)))
        else:
            self.post_message(self.RowChosen(*element_at(spot.row, spot.what, cell)))


def _strip(segments: list[Segment], width: int, blank: Style) -> Strip:
    return Strip(segments).adjust_cell_length(width, blank)
