"""What the terminal shows, cell by cell: of an update only what is not there yet is sent.

Textual sends whole lines of whatever it was told to draw again. Of a picture that has changed here
and there most of that is on the screen already, and over a slow line each byte counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from rich.color import ColorSystem
from rich.console import Console, ConsoleOptions, RenderResult
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from rnn_tui.tui.looks import LOWER, PLAIN, UPPER, Cells, Look, Looks, change, changed, rendered

RESET: Final = "\x1b[0m"


class Place(NamedTuple):
    """A cell of the screen, from 0."""

    row: int
    column: int


class _Run(NamedTuple):
    """Cells beside each other that look otherwise than before."""

    at: Place
    texts: list[str]
    looks: list[Look]


class Pen:
    """Writes cells with as few words as it takes: it knows where it is, and how it writes."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._look = PLAIN
        self._at: Place | None = None

    def write(self, at: Place, text: str, look: Look, cells: int = 1) -> None:
        """Some text in one look."""
        if at != self._at:
            self._words.append(_move(self._at, at))
        words = change(self._look, look)
        if words:
            self._words.append(words)
            self._look = changed(self._look, look)
        self._words.append(text)
        self._at = Place(at.row, at.column + cells)

    def write_as_is(self, at: Place, text: str) -> None:
        """What has its own looks, and is plain after it."""
        self.plain()
        self._words += [_move(None, at), text]
        self._at = None

    def plain(self) -> None:
        """Look as everything does at first."""
        if self._look != PLAIN:
            self._words.append(RESET)
            self._look = PLAIN

    def written(self) -> str:
        """All of it."""
        self.plain()
        return "".join(self._words)


def _move(here: Place | None, there: Place) -> str:
    if here is not None and here.row == there.row and here.column < there.column:
        by = there.column - here.column
        return f"\x1b[{by}C" if by > 1 else "\x1b[C"
    return f"\x1b[{there.row + 1};{there.column + 1}H"


class Shown:
    """The cells of the terminal, as far as they are known."""

    def __init__(self, colors: ColorSystem) -> None:
        self._colors = colors
        self._looks = Looks(colors)
        self._texts: list[list[str | None]] = []
        self._look_of: list[list[Look]] = []

        self._size = 0, 0

    def fit(self, columns: int, rows: int) -> None:
        """The screen is so large; of one that has become larger or smaller nothing is known."""
        if self._size != (columns, rows):
            self._size = columns, rows
            self.forget()

    def forget(self) -> None:
        """Somebody else may have written on the screen."""
        columns, rows = self._size
        self._texts = [[None] * columns for _ in range(rows)]
        self._look_of = [[PLAIN] * columns for _ in range(rows)]

    def sequence(self, update: LayoutUpdate | ChopsUpdate) -> str:
        """What to send so that the screen is as an update wants it; what is sent is then known.

        An update of everything is sent as a whole, whatever is known: it also mends.
        """
        if isinstance(update, LayoutUpdate):
            self.forget()
        pen, halves = Pen(), dict[Look, list[tuple[Place, str]]]()
        for at, strip in _placed(update):
            cells = self._looks.cells(strip)
            if cells is None or not self._has_room(at, len(cells.texts)):
                self._put_as_is(pen, at, strip)
                continue
            for run in self._news(at, cells):
                _write_run(pen, run, halves)
        for look in sorted(halves):  # of one colour after the other
            for at, text in halves[look]:
                pen.write(at, text, look, len(text))
        return pen.written()

    def _has_room(self, at: Place, width: int) -> bool:
        return at.row < len(self._texts) and at.column + width <= len(self._texts[at.row])

    def _put_as_is(self, pen: Pen, at: Place, strip: Strip) -> None:
        """Characters of other widths: where they lie is the terminal's business."""
        text = rendered(strip, self._colors)
        width = strip.cell_length
        if self._has_room(at, width):
            known = self._texts[at.row]
            here = slice(at.column, at.column + width)
            marked: list[str | None] = [f"{i} {text}" for i in range(width)]
            if known[here] == marked:
                return
            known[here] = marked
        pen.write_as_is(at, text)

    def _news(self, at: Place, cells: Cells) -> Iterator[_Run]:
        """What of the cells is not on the screen; now it is."""
        texts, looks = self._texts[at.row], self._look_of[at.row]
        here = slice(at.column, at.column + len(cells.texts))
        before = texts[here], looks[here]
        if before == (cells.texts, cells.looks):
            return
        texts[here], looks[here] = cells.texts, cells.looks
        both = zip(cells.texts, before[0], cells.looks, before[1], strict=True)
        news = [new != old or look != seen for new, old, look, seen in both]
        start = _find(news, True, 0)
        while start < len(news):
            end = _find(news, False, start)
            place = Place(at.row, at.column + start)
            yield _Run(place, cells.texts[start:end], cells.looks[start:end])
            start = _find(news, True, end)


def _find(marks: list[bool], wanted: bool, start: int) -> int:
    try:
        return marks.index(wanted, start)
    except ValueError:
        return len(marks)


def _write_run(pen: Pen, run: _Run, halves: dict[Look, list[tuple[Place, str]]]) -> None:
    """Write each piece in one look; half blocks are kept for later, by their colours."""
    (row, column), texts, looks = run
    start, count = 0, len(texts)
    while start < count:
        look = looks[start]
        half = texts[start] in (UPPER, LOWER)
        end = start + 1
        while end < count and looks[end] is look and (texts[end] in (UPPER, LOWER)) is half:
            end += 1
        text, at = "".join(texts[start:end]), Place(row, column + start)
        if half:
            halves.setdefault(look, []).append((at, text))
        else:
            pen.write(at, text, look, end - start)
        start = end


def _placed(update: LayoutUpdate | ChopsUpdate) -> Iterable[tuple[Place, Strip]]:
    """The strips of an update, and where they begin."""
    if isinstance(update, ChopsUpdate):
        yield from _placed_parts(update)
        return
    for row, strips in enumerate(update.strips, update.region.y):
        column = update.region.x
        for strip in strips:
            yield Place(row, column), strip
            column += strip.cell_length


def _placed_parts(update: ChopsUpdate) -> Iterable[tuple[Place, Strip]]:
    for row, first, last in update.spans:
        parts = zip(update.chop_ends[row], update.chops[row].items(), strict=False)
        for end, (column, strip) in parts:
            if strip is not None and column <= last and end > first:
                whole = column >= first and end <= last
                yield Place(row, column), strip if whole else strip.crop(0, min(end, last) - column)


class OnlyNews(CompositorUpdate):
    """An update of which that is sent which is not on the screen yet."""

    def __init__(self, update: LayoutUpdate | ChopsUpdate, shown: Shown) -> None:
        self._update, self._shown = update, shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As the update itself."""
        return self._update.__rich_console__(console, options)

    def render_segments(self, console: Console) -> str:  # noqa: ARG002
        """The control sequences."""
        return self._shown.sequence(self._update)
