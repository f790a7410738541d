"""A text that grows, cut into lines: each character is looked at once, and the last line again.

A text comes in pieces, one for each symbol that a network read or wrote. What stands together in
the same cells is a cluster: a character with the marks on it, however many pieces it took.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from rich.cells import cell_len

from rnn_tui.text.visible import NEWLINE, TAB, UNSHOWABLE, visible

FORK: Final = "▸"
"""Stands before the first character that a text does not share with the one it left."""


class Kind(IntEnum):
    """What a cluster is."""

    LETTER = 0
    SPACE = 1
    SIGN = 2
    """Stands for a character that cannot be seen."""
    NEWLINE = 3
    FORK = 4
    """Not a character of the text."""


class Cluster(NamedTuple):
    """What fills one cell, or two, and which pieces it is made of."""

    text: str
    cells: int
    kind: Kind
    first: int
    end: int
    """The piece behind its last one."""


class Place(NamedTuple):
    """Where something stands, both from 0."""

    line: int
    cell: int


class WrappedText:
    """Pieces of text in lines of at most ``width`` cells, broken behind spaces where there are any.

    The last cell of a line is for what hangs there: a space, the sign of a line break, the caret.

    Args:
        width: cells of a line.
        fork: the piece before which the sign of a fork stands; 0 for none.
    """

    def __init__(self, width: int, fork: int = 0) -> None:
        self.width, self.fork = max(width, 1), fork
        self.count = 0
        """How many pieces there are."""
        self._whole = 0  # so many of them, from the first, can be seen
        self._texts: list[str] = []
        self._cells: list[int] = []
        self._kinds: list[Kind] = []
        self._firsts: list[int] = []
        self._starts = [0]  # the first cluster of each line

    def __len__(self) -> int:
        """How many lines there are, at least one."""
        return len(self._starts)

    def extend(self, pieces: Sequence[str], count: int) -> None:
        """Take what ``pieces[:count]`` has more than there is; "" belongs to the next piece."""
        for index in range(self.count, count):
            if index and index == self.fork:
                self._put(FORK, 1, Kind.FORK, self._whole)
            piece = pieces[index]
            if len(piece) == 1:
                self._add(piece, self._whole)
            elif piece:
                self._add_several(piece, index)
            if piece:
                self._whole = index + 1
        self.count = max(self.count, count)
        self._wrap()

    def fit(self, width: int) -> None:
        """Cut the text for another width."""
        if max(width, 1) != self.width:
            self.width, self._starts = max(width, 1), [0]
            self._wrap()

    def bounds(self, line: int) -> tuple[int, int]:
        """The first cluster of a line, and the one behind its last."""
        following = line + 1
        end = self._starts[following] if following < len(self) else len(self._texts)
        return self._starts[line], end

    def clusters(self, line: int) -> list[Cluster]:
        """What stands on a line, in its order."""
        return [self._cluster(number) for number in range(*self.bounds(line))]

    def cluster_of(self, piece: int) -> int:
        """The number of the cluster that a piece is in; behind the last: it cannot be seen yet."""
        if piece >= self._whole:
            return len(self._texts)
        return max(bisect_right(self._firsts, piece) - 1, 0)

    def place(self, piece: int) -> Place:
        """Where the cluster of a piece begins."""
        cluster = self.cluster_of(piece)
        line = bisect_right(self._starts, cluster) - 1
        return Place(line, sum(self._cells[self._starts[line] : cluster]))

    def piece_at(self, line: int, cell: int) -> int:
        """The last piece of what stands there, or nearest to it on that line; -1 without text."""
        line = min(max(line, 0), len(self) - 1)
        start, end = self.bounds(line)
        chosen = start
        while chosen < end - 1 and cell >= self._cells[chosen]:
            cell -= self._cells[chosen]
            chosen += 1
        if chosen < len(self._texts):
            found = self._cluster(chosen)
            return max(found.end - 1, found.first)
        return self.count - 1

    def _cluster(self, number: int) -> Cluster:
        last = number + 1 == len(self._firsts)
        end = self._whole if last else self._firsts[number + 1]
        first = self._firsts[number]
        return Cluster(self._texts[number], self._cells[number], self._kinds[number], first, end)

    def _add_several(self, piece: str, index: int) -> None:
        """A piece that completes what the ones before it had begun, and is more than that."""
        for number, character in enumerate(piece):
            last = number == len(piece) - 1
            self._add(character, index if last else min(self._whole + number, index))

    def _add(self, character: str, first: int) -> None:
        sort = _sort_of(character)
        if sort.joins and self._kinds and self._kinds[-1] <= Kind.SPACE:
            self._texts[-1] = visible(self._texts[-1] + character)
        elif sort.text:
            self._put(sort.text, sort.cells, sort.kind, first)

    def _put(self, text: str, cells: int, kind: Kind, first: int) -> None:
        self._texts.append(text)
        self._cells.append(cells)
        self._kinds.append(kind)
        self._firsts.append(first)

    def _wrap(self) -> None:
        """Cut again what begins with the last line: nothing before it can change."""
        widths, kinds, starts = self._cells, self._kinds, self._starts
        room = {kind: self.width if kind in _HANGING else max(self.width - 1, 1) for kind in Kind}
        start = at = gap = starts[-1]
        used = 0
        while at < len(widths):
            kind, cells = kinds[at], widths[at]
            if used + cells > room[kind] and at > start:
                start = at = gap if gap > start else at
                starts.append(start)
                used = 0
                continue
            used += cells
            at += 1
            if kind == Kind.NEWLINE:
                starts.append(at)
                start, used = at, 0
            if kind == Kind.SPACE or cells > 1:
                gap = at


_HANGING: Final = frozenset({Kind.SPACE, Kind.NEWLINE})


class _Sort(NamedTuple):
    """How one character is shown; ``joins``: in the cells of the one before it."""

    text: str
    cells: int
    kind: Kind
    joins: bool


_SIGNS: Final = {
    "\n": _Sort(NEWLINE, 1, Kind.NEWLINE, False),
    "\t": _Sort(TAB, 1, Kind.SIGN, False),
    " ": _Sort(" ", 1, Kind.SPACE, False),
}


@lru_cache(maxsize=4096)
def _sort_of(character: str) -> _Sort:
    sign = _SIGNS.get(character)
    if sign is not None:
        return sign
    shown = visible(character)
    if shown and not cell_len(shown):  # nothing that it could be drawn onto
        shown = UNSHOWABLE
    joins = cell_len(visible("a" + character)) == 1
    return _Sort(shown, cell_len(shown), Kind.LETTER, joins)
