"""A matrix as a widget, with a cursor that reads values out."""

from __future__ import annotations

from textwrap import wrap
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.tui.renderables.heatmap import Heatmap
from rnn_tui.tui.renderables.heatmap_layout import (
    EMPTY,
    Capacity,
    HeatmapData,
    capacity,
    label_cells,
    largest_magnitude,
    lay_out,
)
from rnn_tui.tui.renderables.numbers import steady_scale
from rnn_tui.tui.renderables.palette import Palette, diverging, ink, line_colors, sequential
from rnn_tui.tui.widgets.surroundings import shades, surroundings

Array = npt.NDArray[Any]
Cell = tuple[int, int]


class HeatmapWidget(Widget, can_focus=True):
    """Shows ``data``; ``cursor`` is the (row, column) that is read out, or None.

    A new matrix of the same shape and scale redraws only the lines that differ.
    """

    DEFAULT_CSS: ClassVar[str] = "HeatmapWidget { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1, 0)", "Up", show=False, id="heatmap.up"),
        Binding("down,j", "move(1, 0)", "Down", show=False, id="heatmap.down"),
        Binding("left,h", "move(0, -1)", "Left", show=False, id="heatmap.left"),
        Binding("right,l", "move(0, 1)", "Right", show=False, id="heatmap.right"),
        Binding("pageup", "move(-10, 0)", "Up by ten", show=False, id="heatmap.page-up"),
        Binding("pagedown", "move(10, 0)", "Down by ten", show=False, id="heatmap.page-down"),
        Binding("home", "move(0, -1000000)", "First column", show=False, id="heatmap.home"),
        Binding("end", "move(0, 1000000)", "Last column", show=False, id="heatmap.end"),
    ]

    data: reactive[HeatmapData] = reactive(EMPTY, repaint=False)
    cursor: reactive[Cell | None] = reactive(None, repaint=False)

    class CursorMoved(Message):
        """The cursor stands on another value of the matrix: ``value``, as it was then."""

        def __init__(self, heatmap: HeatmapWidget, row: int, column: int) -> None:
            super().__init__()
            self.heatmap = heatmap
            self.row = row
            self.column = column
            self.value = float(heatmap.data.matrix[row, column])

        @property
        def control(self) -> HeatmapWidget:
            """The heatmap it stands in."""
            return self.heatmap

    def __init__(
        self,
        data: HeatmapData | None = None,
        *,
        signed: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._palette_of = diverging if signed else sequential
        self._first: Cell = (0, 0)
        self._scale: float | None = None
        self._picture: Heatmap | None = None
        self._drawn_for: object = None
        self._levels: Array | None = None
        self._levels_for: object = None
        self._missing = ""
        if data is not None:
            self.set_reactive(HeatmapWidget.data, data)

    @property
    def scale(self) -> float:
        """The magnitude that the end of the palette stands for."""
        if self.data.scale:
            return self.data.scale
        if self._scale is None:
            self._scale = steady_scale(largest_magnitude(self.data.matrix))
        return self._scale

    @property
    def capacity(self) -> Capacity:
        """How many rows and columns fit with labels like those of now: ask for no more."""
        glyphs = shades(self) is not None
        single = all(len(label) == 1 for label in self.data.row_labels)
        widest = label_cells(self.data.row_labels, paired=single and not glyphs)
        return capacity(*self.size, widest, bool(self.data.column_labels), glyphs)

    def say(self, why: str) -> None:
        """Show these words where there is no matrix to be drawn."""
        if why != self._missing:
            self._missing = why
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        if self._missing and not self.data.matrix.size:
            return self._word_line(y)
        return self._current_picture().line(y, self.cursor)

    def _word_line(self, y: int) -> Strip:
        width, height = self.size
        background, dark = surroundings(self)
        style = ink(line_colors(background, dark).faint, background)
        lines = wrap(self._missing, max(width - 2, 1))
        at = y - max((height - len(lines)) // 2, 0)
        words = lines[at].center(width) if 0 <= at < len(lines) else ""
        return Strip([Segment(words, style)]).adjust_cell_length(width, style)

    def _current_picture(self) -> Heatmap:
        palette = self._palette()
        glyphs = shades(self)
        drawn_for = self.data, self.size, id(palette), glyphs, self._first, self.scale
        if self._picture is None or drawn_for != self._drawn_for:
            levels = self._levels if self._levels_for == (self.data, self.scale, palette) else None
            self._picture = Heatmap(
                self.data, palette, *self.size, glyphs, self._first, self.scale, levels
            )
            self._drawn_for = drawn_for
        return self._picture

    def _palette(self) -> Palette:
        return self._palette_of(*surroundings(self))

    def validate_cursor(self, cursor: Cell | None) -> Cell | None:
        """Keep the cursor on the matrix."""
        rows, columns = self.data.matrix.shape
        if cursor is None or not rows or not columns:
            return None
        return min(max(cursor[0], 0), rows - 1), min(max(cursor[1], 0), columns - 1)

    def watch_data(self, old: HeatmapData, new: HeatmapData) -> None:
        """Have those lines drawn again that show something else now."""
        before = self.scale_of(old)
        self._scale = steady_scale(largest_magnitude(new.matrix), self._scale)
        if new.matrix.shape != old.matrix.shape:
            self._first = (0, 0)
            self.cursor = self.validate_cursor(self.cursor)
        if before != self.scale or not _same_frame(old, new):
            self.refresh()
            return
        self._refresh_rows(self._rows_changed(old, new))

    def _rows_changed(self, old: HeatmapData, new: HeatmapData) -> list[int]:
        """The rows with another level somewhere; a level that is nearly right stays as it is."""
        palette, scale = self._palette(), self.scale
        before = self._levels
        if before is None or self._levels_for != (old, scale, palette):
            before = palette.quantise(old.matrix, scale)
        kept = before if shades(self) is None else None
        self._levels = palette.quantise(new.matrix, scale, kept)
        self._levels_for = new, scale, palette
        changed: list[int] = np.flatnonzero((before != self._levels).any(axis=1)).tolist()
        return changed

    def scale_of(self, data: HeatmapData) -> float | None:
        """The scale that data was drawn with: its own, or the one kept here."""
        return data.scale or self._scale

    def watch_cursor(self, old: Cell | None, new: Cell | None) -> None:
        """Have the rows drawn again that the cursor left and entered, and say where it is."""
        if new is not None and self._bring_into_view(new):
            self.refresh()
        else:
            self._refresh_rows([cell[0] for cell in (old, new) if cell is not None], labels=True)
        if new is not None:
            self.post_message(self.CursorMoved(self, *new))

    def _bring_into_view(self, cell: Cell) -> bool:
        """Move what is seen of a matrix that does not fit; True if it had to move."""
        glyphs = shades(self) is not None
        seen = lay_out(self.data, *self.size, glyphs).visible
        first = tuple(
            min(max(begin, at - max(room, 1) + 1), at)
            for begin, at, room in zip(self._first, cell, seen, strict=True)
        )
        moved = first != self._first
        self._first = (first[0], first[1])
        return moved

    def _refresh_rows(self, rows: list[int], labels: bool = False) -> None:
        if not rows:
            return
        width, height = self.size
        layout = lay_out(self.data, width, height, shades(self) is not None, self._first)
        lines = {y for row in rows for y in layout.lines_of(row) if 0 <= y < layout.body_lines}
        if labels:
            lines.update(range(layout.body_lines, layout.body_lines + layout.label_lines))
        if lines:
            self.refresh(*(Region(0, y, width, 1) for y in sorted(lines)))

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; the first move puts it on the first value that is seen."""
        row, column = self.cursor or (self._first[0] - rows, self._first[1] - columns)
        self.cursor = (row + rows, column + columns)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Read out what the pointer is over."""
        self._point_at(event)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the pointer is."""
        self._point_at(event)

    def _point_at(self, event: events.MouseEvent) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self._picture is None:
            return
        cell = self._picture.layout.cell_at(offset.x, offset.y)
        if cell is not None:
            self.cursor = cell


def _same_frame(old: HeatmapData, new: HeatmapData) -> bool:
    """Whether two pictures differ in nothing but their numbers."""
    return (
        old.matrix.shape == new.matrix.shape
        and old.scale == new.scale
        and old.note == new.note
        and list(old.row_labels) == list(new.row_labels)
        and list(old.column_labels) == list(new.column_labels)
    )
