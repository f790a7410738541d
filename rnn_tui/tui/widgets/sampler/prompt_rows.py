"""The rows that a prompt is wrapped into, found anew only where an edit moved them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from textual._wrap import compute_wrap_offsets
from textual.document._document import Location
from textual.document._wrapped_document import WrappedDocument

from rnn_tui.tui.widgets.sampler.prompt_document import PromptDocument

_ROWS_AT_ONCE: Final = 8


class Row(NamedTuple):
    """A line of the screen: characters of one line of the text."""

    line: int
    start: int
    """The first of its characters in the line."""
    text: str
    """As it can be shown; tabs are not expanded."""
    tab_widths: tuple[int, ...]
    last: bool
    """Whether the line ends on it."""


class PromptRows(WrappedDocument):
    """The rows that a document is wrapped into, found in a time that its length does not matter to.

    A prompt may be one line of 100,000 characters.
    """

    document: PromptDocument

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self._offset_to_line_info)

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Wrap again what an edit moved: of a line that stayed one line no more than that."""
        line = start[0]
        if not line == old_end[0] == new_end[0] or "\t" in self.document[line] or self._width < 2:
            super().wrap_range(start, old_end, new_end)
            return
        before = self._wrap_offsets[line]
        edit = _Edit(start[1], old_end[1], new_end[1])
        after = _rewrapped(self.document[line], self._width, before, edit)
        self._wrap_offsets[line], self._tab_width_cache[line] = after, []
        if len(after) != len(before):
            self._count_rows()

    def _count_rows(self) -> None:
        self._line_index_to_offsets, self._offset_to_line_info = [], []
        for line, breaks in enumerate(self._wrap_offsets):
            count, row = len(breaks) + 1, len(self._offset_to_line_info)
            self._line_index_to_offsets.append(list(range(row, row + count)))
            self._offset_to_line_info += [(line, section) for section in range(count)]

    def get_sections(self, line_index: int) -> list[str]:
        """The rows of one line."""
        line = self.document[line_index]
        starts = 0, *self._wrap_offsets[line_index]
        ends = *self._wrap_offsets[line_index], len(line)
        return [line[a:b] for a, b in zip(starts, ends, strict=True)]

    def row(self, y: int) -> Row:
        """One row, from 0 to ``height`` - 1."""
        index, section = self._offset_to_line_info[y]
        line, breaks = self.document[index], self._wrap_offsets[index]
        start = breaks[section - 1] if section else 0
        last = section == len(breaks)
        text = line[start : None if last else breaks[section]]
        widths: Iterable[int] = ()
        if "\t" in text:
            before = line.count("\t", 0, start)
            widths = self._tab_width_cache[index][before : before + text.count("\t")]
        return Row(index, start, text, tuple(widths), last)


class _Edit(NamedTuple):
    """Characters ``start`` to ``old_end`` of a line became those from ``start`` to ``new_end``."""

    start: int
    old_end: int
    new_end: int


def _rewrapped(line: str, width: int, before: list[int], edit: _Edit) -> list[int]:
    """Where the rows of a line begin, but the first, after an edit; ``before``: as it was.

    The word that was edited may now fit on the row before its first one, so the search begins
    there. It ends at a row that begins where one began: how the rest is wrapped does not depend on
    what stands before it.
    """
    after = before[: max(bisect_right(before, edit.start) - 2, 0)]
    moved, length = edit.new_end - edit.old_end, _ROWS_AT_ONCE * width
    while True:
        start = after[-1] if after else 0
        found = compute_wrap_offsets(line[start : start + length], width, 1)
        for at in found:
            same = bisect_left(before, start + at - moved)
            if start + at >= edit.new_end and before[same : same + 1] == [start + at - moved]:
                return after + [place + moved for place in before[same:]]
            after.append(start + at)
        if start + length >= len(line):
            return after
        length = length if found else 2 * length
