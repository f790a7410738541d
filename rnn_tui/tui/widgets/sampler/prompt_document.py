"""The text of a prompt, character by character as it was typed, and as it can be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from textual.document._document import Document, EditResult, Location
from textual.document._wrapped_document import WrappedDocument

from rnn_tui.text.visible import MARK_CARRIER, MARKS_A_CELL, UNSHOWABLE, visible

_PLAIN: Final = re.compile(r"[ -~\t]*")
_BREAK: Final = re.compile("\r\n?")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def cleaned(text: str) -> str:
    """The text with one kind of line break; half of a character, which no encoding has, replaced.

    Terminals send pasted line breaks as carriage returns.
    """
    return _SURROGATE.sub(UNSHOWABLE, _BREAK.sub("\n", text))


def shown_alike(line: str) -> str:
    """A line as it can be shown, of the same length: each character stands where it stood.

    Tabs stay, for the editor to expand. Marks stay on the character before them, a few on each.
    """
    if _PLAIN.fullmatch(line):
        return line
    distinct = set(line)
    shown = line.translate({ord(char): _alike(char) for char in distinct})
    marks = "".join(char for char in distinct if _is_mark(char))
    return _few(shown, f"[{re.escape(marks)}]") if marks else shown


@lru_cache(maxsize=4096)
def _alike(char: str) -> str:
    return char if char == "\t" or _is_mark(char) else visible(char)[:1] or UNSHOWABLE


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return char != MARK_CARRIER and visible(char).startswith(MARK_CARRIER)


def _few(line: str, mark: str) -> str:
    """Show marks that are too many on one character, or on none, each in a place of its own."""
    many = f"({mark}{{{MARKS_A_CELL}}})({mark}+)"
    line = re.sub(many, lambda found: found[1] + UNSHOWABLE * len(found[2]), line)
    return re.sub(f"(?:^|(?<=\t)){mark}", MARK_CARRIER, line)


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
        (top, first), (bottom, last) = sorted((start, end))
        before, after = self._typed[top][:first], self._typed[bottom][last:]
        replaced = self.get_text_range(start, end)
        lines = (before + text + after).split("\n")
        self._typed[top : bottom + 1] = lines
        self._lines[top : bottom + 1] = map(shown_alike, lines)
        self._text = None
        place = top + len(lines) - 1, len(lines[-1]) - len(after)
        return EditResult(place, replaced)

    def get_text_range(self, start: Location, end: Location) -> str:
        """The text between two places, as it was typed."""
        (top, first), (bottom, last) = sorted((start, end))
        if top == bottom:
            return self._typed[top][first:last]
        between = self._typed[top + 1 : bottom]
        return "\n".join((self._typed[top][first:], *between, self._typed[bottom][:last]))


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
