"""The text of a prompt, character by character as it was typed, and as it can be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from textual.document._document import Document, EditResult, Location

from rnn_tui.text.visible import MARK_CARRIER, MARKS_A_CELL, UNSHOWABLE, visible

_PLAIN: Final = re.compile(r"[ -~\t]*")
_BREAK: Final = re.compile("\r\n?")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def cleaned(text: str) -> str:
    """The text with one kind of line break; half of a character, which no encoding has, replaced.

    Terminals send pasted line breaks as carriage returns.
    """
    return _SURROGATE.sub(UNSHOWABLE, _BREAK.sub("\n", text))


class _StandIns(dict[int, str]):
    """What is shown for each character that was met; at most all of Unicode."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kept = char == "\t" or is_mark(char)
        shown = self[code] = char if kept else visible(char)[:1] or UNSHOWABLE
        return shown


_STAND_INS: Final = _StandIns()


def shown_alike(text: str) -> str:
    """A text as it can be shown, of the same length: each character stands where it stood.

    Tabs stay, for the editor to expand, as do marks, which are drawn on the character before them.
    """
    return text if _PLAIN.fullmatch(text) else text.translate(_STAND_INS)


@lru_cache(maxsize=4096)
def is_mark(char: str) -> bool:
    """Whether a character is drawn on the one before it."""
    return char != MARK_CARRIER and visible(char).startswith(MARK_CARRIER)


def drawn(row: str) -> Iterator[str]:
    """What is drawn for each character of a row: of marks, a few on each of the others."""
    marks = MARKS_A_CELL  # none is drawn at the beginning, where there is nothing to carry it
    for char in row:
        marks = marks + 1 if not char.isascii() and is_mark(char) else 0
        yield char if marks <= MARKS_A_CELL else "" if not cell_len(char) else UNSHOWABLE


class PromptDocument(Document):
    r"""Lines that are wrapped and drawn as they can be shown, and read as they were typed.

    Nothing but "\n" ends a line: also a form feed, or U+2028, is a character of the text.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__("")
        self._typed = [""]
        self._text: str | None = None
        self.replace_range((0, 0), (0, 0), text)

    @property
    def text(self) -> str:
        """All of it, as it was typed."""
        if self._text is None:
            self._text = "\n".join(self._typed)
        return self._text

    def typed(self, line: int) -> str:
        """A line as it was typed."""
        return self._typed[line]

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Put ``text`` between two places; where it ends then, and what was there."""
        (top, first), (bottom, last) = sorted((self._inside(start), self._inside(end)))
        replaced, new = self.get_text_range(start, end), text.split("\n")
        place = top + len(new) - 1, len(new[-1]) + first * (len(new) == 1)
        typed, shown = self._typed[bottom][last:], self._lines[bottom][last:]
        shown = shown_alike(typed[:1]) + shown[1:]  # it may have been carried
        for lines, texts, rest in (
            (self._typed, new, typed),
            (self._lines, [shown_alike(line) for line in new], shown),
        ):
            after = [lines[top][:first] + texts[0], *texts[1:]]
            after[-1] += rest
            lines[top : bottom + 1] = after
        for line in {top, place[0]}:
            self._lines[line] = _carried(self._typed[line], self._lines[line])
        self._text = None
        return EditResult(place, replaced)

    def _inside(self, place: Location) -> Location:
        """The place, or the end of the text for one behind it: keys that delete lines ask so."""
        last = len(self._typed) - 1
        return place if place[0] <= last else (last, len(self._typed[last]))

    def get_text_range(self, start: Location, end: Location) -> str:
        """The text between two places, as it was typed."""
        (top, first), (bottom, last) = sorted((self._inside(start), self._inside(end)))
        if top == bottom:
            return self._typed[top][first:last]
        between = self._typed[top + 1 : bottom]
        return "\n".join((self._typed[top][first:], *between, self._typed[bottom][:last]))


def _carried(typed: str, shown: str) -> str:
    """A shown line, a mark at whose beginning is given something to sit on."""
    first = shown_alike(typed[:1])
    return (MARK_CARRIER if first and is_mark(first) else first) + shown[1:]
