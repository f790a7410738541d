"""One text of the sampler's pane: its lines as they are drawn, and which of them are in sight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rnn_tui.sampling.tree import Mark
from rnn_tui.sampling.units import Watched, score_of
from rnn_tui.sampling.view import Column
from rnn_tui.tui.renderables.wrapped_text import Cluster, Kind, WrappedText
from rnn_tui.tui.widgets.line_pane import Span
from rnn_tui.tui.widgets.sampler.text_inks import LETTERS, PROMPTS, SIGNS, TextScale
from rnn_tui.tui.widgets.sampler.text_words import told_apart

CARET = "▏"

_AROUND = 5
"""Lines of a pane from which on the cursor keeps one between itself and the edge."""

_LEAP = 4
"""A growing text moves up by this part of the height: not at every line, all would be sent anew."""

_MOST_LINES = 500


class Look(NamedTuple):
    """All that the ink of a character depends on besides the character."""

    scale: TextScale
    units: tuple[Watched, ...]
    active: bool
    """Whether the cursor of the keys is in this column."""


class TextColumn:
    """Wraps a text as it grows, keeps the lines that it has drawn, and the place one looks at."""

    def __init__(self, column: Column, width: int) -> None:
        self.column = column
        self.wrapped = WrappedText(width, column.fork)
        self._lines: dict[object, tuple[Span, ...]] = {}
        self._top, self._free = 0, False
        self._goal: tuple[frozenset[int], int] = frozenset(), 0

    def shows(self, column: Column) -> bool:
        """Whether ``column`` is the text that is wrapped here, perhaps longer by now."""
        mine, count = self.column, self.column.count
        if (mine.number, mine.fork) != (column.number, column.fork) or column.count < count:
            return False
        return count == 0 or column.marks[count - 1] is mine.marks[count - 1]

    def take(self, column: Column, width: int) -> None:
        """The text as it is now."""
        before = self.column
        moved = column.following != before.following or (
            not column.following and column.cursor != before.cursor
        )
        if moved:
            self._free = False
        if self.wrapped.width != max(width, 1):
            self._lines.clear()
        self.column = column
        self.wrapped.fit(width)
        self.wrapped.extend(column.pieces, column.count)

    # -- what is in sight ---------------------------------------------------------------------

    def top(self, height: int) -> int:
        """The first line in sight: of the cursor's surroundings, or where somebody scrolled to."""
        last, room = len(self.wrapped) - 1, 0
        if not self._free:
            self._show_cursor(height)
            room = height // _LEAP if self.column.following else 0
        self._top = max(0, min(self._top, last - height + 1 + room))
        return self._top

    def _show_cursor(self, height: int) -> None:
        """Move no further than is needed; a text that grows is given some lines at a time."""
        column = self.column
        if column.following or column.cursor < 0:
            line, writing = len(self.wrapped) - 1, column.phase == "writing"
            if line >= self._top + height:
                self._top = line - height + 1 + (height // _LEAP if writing else 0)
            self._top = min(self._top, line)
            return
        line, margin = self.wrapped.place(column.cursor).line, 1 if height >= _AROUND else 0
        self._top = min(max(self._top, line - height + 1 + margin), line - margin)

    def scroll(self, lines: int, height: int) -> None:
        """Look elsewhere, until the cursor is moved; at the end it goes on with the text."""
        self._top = self.top(height) + lines
        self._free = True
        at_end = self.top(height) == max(0, len(self.wrapped) - height)
        self._free = not (at_end and self.column.following)

    def piece_at(self, line: int, cell: int, height: int) -> int:
        """The character at a cell of a line in sight, or the nearest one."""
        if line + self.top(height) >= len(self.wrapped):
            return self.column.count - 1
        return self.wrapped.piece_at(line + self.top(height), cell)

    def neighbour(self, lines: int) -> int | None:
        """The character so many lines further down, in the same cell if there is one."""
        if self.column.cursor < 0:
            return None
        place = self.wrapped.place(self.column.cursor)
        ways, goal = self._goal  # from where one came here, and for which cell
        cell = goal if self.column.cursor in ways else place.cell
        line = min(max(place.line + lines, 0), len(self.wrapped) - 1)
        found = self.wrapped.piece_at(line, cell)
        if line == place.line or found == self.column.cursor:
            return None
        self._goal = frozenset({self.column.cursor, found}), cell
        return found

    # -- how it is drawn ----------------------------------------------------------------------

    def line(self, number: int, look: Look) -> tuple[Span, ...]:
        """One line of the text; nothing below its end. The same as before unless it changed."""
        if number >= len(self.wrapped):
            return ()
        column, (start, end) = self.column, self.wrapped.bounds(number)
        ends = number == len(self.wrapped) - 1
        cursor = self.wrapped.cluster_of(column.cursor) if column.cursor >= 0 else -1
        cursor = cursor if start <= cursor < end or (ends and cursor == end) else -1
        tail = (column.count, column.phase) if ends else ()  # marks may have come onto its last one
        key = number, start, end, cursor, tail, look, told_apart(column)
        drawn = self._lines.get(key)
        if drawn is None:
            if len(self._lines) > _MOST_LINES:
                self._lines.clear()
            inked = list(self._inked(number, cursor - start, look))
            if ends:
                inked += self._end(number, cursor == end, look)
            runs = groupby(inked, key=lambda span: span.ink)
            drawn = tuple(Span("".join(s.text for s in run), ink) for ink, run in runs)
            self._lines[key] = drawn
        return drawn

    def _inked(self, number: int, cursor: int, look: Look) -> Iterator[Span]:
        apart = told_apart(self.column)
        for place, cluster in enumerate(self.wrapped.clusters(number)):
            if cluster.kind == Kind.FORK:
                yield Span(cluster.text, "between")
            elif place == cursor:
                yield Span(cluster.text, "here" if look.active else "beside")
            else:
                yield Span(cluster.text, self._ink(cluster, look, apart))

    def _ink(self, cluster: Cluster, look: Look, apart: bool) -> str:
        marks = self.column.marks[cluster.first : cluster.end]
        if not marks:  # an earlier half of what one piece completed
            return LETTERS[look.scale.level(0.0)]
        level = look.scale.level(_value(marks, look))
        if cluster.kind in (Kind.SIGN, Kind.NEWLINE):
            return SIGNS[level]
        return PROMPTS[level] if apart and not marks[-1].drawn else LETTERS[level]

    def _end(self, number: int, cursor: bool, look: Look) -> Iterator[Span]:
        """What stands behind the last character: a cursor that has no cell yet, and the caret."""
        room = self.wrapped.width - sum(c.cells for c in self.wrapped.clusters(number))
        if cursor and room > 0:
            room -= 1
            yield Span(" ", "here" if look.active else "beside")
        if self.column.phase == "writing" and room > 0:
            yield Span(CARET, "between")


def _value(marks: Sequence[Mark], look: Look) -> float:
    """What a character is coloured by; of several bytes, the bits of all of them."""
    if look.scale.colour == "surprise":
        return sum(mark.surprise for mark in marks)
    if look.scale.colour == "unit" and look.units:
        return score_of(marks[-1].state, look.units)
    return 0.0
