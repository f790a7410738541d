"""What a terminal shows of the bytes that it is sent: enough of one to tell which cells changed.

The cursor, colours, erasing and synchronised updates are understood, since those are what a screen
is drawn with; everything else is passed over. Characters as wide as two cells take two.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from unicodedata import combining, east_asian_width

_TOKEN: Final = re.compile(
    r"\x1b\[(?P<given>[0-?]*)[ -/]*(?P<final>[@-~])"  # a control sequence
    r"|\x1b[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)"  # a string for the terminal, such as its title
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f]|\x1b(?=\x1b))"
)

_MOVES: Final = frozenset("HfGdABCDEF")
_ERASES: Final = frozenset("JK")

BURST_SECONDS: Final = 0.003
"""Output that pauses for so long is another update, where updates are not marked as such."""


class Style(NamedTuple):
    """How a cell looks: colours as they were asked for, and everything else that is turned on."""

    front: str = ""
    back: str = ""
    attributes: frozenset[str] = frozenset()


class Cell(NamedTuple):
    """One place of the screen."""

    text: str = " "
    style: Style = Style()


class Span(NamedTuple):
    """Cells of one row, ``first`` to before ``end``, that look otherwise than before."""

    row: int
    first: int
    end: int


class Draw(NamedTuple):
    """One update of the screen, complete at the time ``at``."""

    at: float
    spans: tuple[Span, ...]


class Screen:
    """The cells of a terminal, and the updates that made them."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.cells = [[Cell()] * columns for _ in range(rows)]
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unread = ""
        self._row = self._column = 0
        self._style = Style()
        self._spans: list[Span] = []
        self._synchronised = False
        self._fed_at = 0.0

    def line(self, row: int) -> str:
        """The characters of one row."""
        return "".join(cell.text for cell in self.cells[row])

    @property
    def lines(self) -> list[str]:
        """The characters of all rows."""
        return [self.line(row) for row in range(self.rows)]

    def feed(self, data: bytes, at: float) -> list[Draw]:
        """Take in bytes that arrived at the time ``at``; the updates that are now complete."""
        done = [] if self._synchronised or at - self._fed_at < BURST_SECONDS else self._end()
        for token in self._tokens(data):
            if token["final"] == "m":
                self._style = styled(self._style, token["given"])
            elif token["text"]:
                self._write(token["text"])
            elif token["control"]:
                self._control(token["control"])
            elif token["given"] == "?2026":
                done += self._end(at)
                self._synchronised = token["final"] == "h"
            elif token["final"] in _MOVES:
                self._move(token["final"], _numbers(token["given"]))
            elif token["final"] in _ERASES:
                self._erase(token["final"], _numbers(token["given"])[0])
        self._fed_at = at
        return done

    def _tokens(self, data: bytes) -> Iterator[re.Match[str]]:
        """What has arrived whole; the rest waits for what comes next."""
        text = self._unread + self._decoder.decode(data)
        place = 0
        while place < len(text) and (token := _TOKEN.match(text, place)) is not None:
            place = token.end()
            yield token
        self._unread = text[place:]

    def _end(self, at: float | None = None) -> list[Draw]:
        spans, self._spans = tuple(self._spans), []
        return [Draw(self._fed_at if at is None else at, spans)] if spans else []

    def _write(self, text: str) -> None:
        row, style = self.cells[self._row], self._style
        changed: list[int] = []
        for character in text:
            width = 1 if character < "\u0300" else cells_of(character)
            if self._column + width > self.columns or not width:
                continue
            for part in (character, "")[:width]:
                old = row[self._column]
                if old[0] != part or old[1] != style:
                    row[self._column] = Cell(part, style)
                    changed.append(self._column)
                self._column += 1
        if changed:
            self._spans.append(Span(self._row, changed[0], changed[-1] + 1))

    def _control(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._row = min(self._row + 1, self.rows - 1)
        elif character == "\b":
            self._column = max(self._column - 1, 0)

    def _move(self, final: str, numbers: list[int]) -> None:
        count = max(numbers[0], 1)
        row, column = self._row, self._column
        if final in "Hf":
            row, column = count - 1, max(numbers[1] if len(numbers) > 1 else 1, 1) - 1
        elif final in "Gd":
            row, column = (count - 1, column) if final == "d" else (row, count - 1)
        elif final in "CD":
            column += count if final == "C" else -count
        else:
            row += count if final in "BE" else -count
            column = 0 if final in "EF" else column
        self._row = min(max(row, 0), self.rows - 1)
        self._column = min(max(column, 0), self.columns - 1)

    def _erase(self, final: str, which: int) -> None:
        """To the end (0), from the beginning (1), or all of it (2) of the line or the screen."""
        here = self._row * self.columns + min(self._column, self.columns - 1)
        line = self._row * self.columns
        begin, end = (0, self.rows * self.columns) if final == "J" else (line, line + self.columns)
        first, last = (here, end) if which == 0 else (begin, here + 1 if which == 1 else end)
        kept = self._row, self._column
        for row in range(first // self.columns, -(-last // self.columns)):
            self._row, self._column = row, max(first - row * self.columns, 0)
            self._write(" " * (min(last - row * self.columns, self.columns) - self._column))
        self._row, self._column = kept


def _numbers(given: str) -> list[int]:
    return [int(part) if part.isdecimal() else 0 for part in given.split(";")]


def cells_of(character: str) -> int:
    """How many cells a character takes."""
    if combining(character) or character in "\u200b\u200d\ufe0f":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


@lru_cache(4096)
def styled(style: Style, given: str) -> Style:
    """The style after a sequence that selects colours and attributes (SGR)."""
    codes = given.replace(":", ";").split(";")
    while codes:
        code = codes.pop(0)
        if code in ("38", "48"):
            many = {"2": 4, "5": 2}.get(codes[0] if codes else "", 1)
            colour, codes = ";".join(codes[:many]), codes[many:]
            front, back = (colour, style.back) if code == "38" else (style.front, colour)
            style = Style(front, back, style.attributes)
        elif code.strip("0") == "":
            style = Style()
        else:
            style = _one_code(style, int(code))
    return style


def _one_code(style: Style, code: int) -> Style:
    if 30 <= code <= 39 or 90 <= code <= 97:
        return style._replace(front="" if code == 39 else str(code))
    if 40 <= code <= 49 or 100 <= code <= 107:
        return style._replace(back="" if code == 49 else str(code))
    if 21 <= code <= 29:
        off = {str(code - 20)} | ({"1", "2"} if code == 22 else set())
        return style._replace(attributes=style.attributes - off)
    return style._replace(attributes=style.attributes | {str(code)})
