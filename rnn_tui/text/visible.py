"""What a terminal may be shown: text from data, with everything that could act made visible.

A terminal obeys control characters, reorders text after bidi controls, and stacks as many marks
on one cell as it is given. Texts, samples, file names and error messages therefore pass through
here before they are drawn. Single characters are replaced, never whole escape sequences: without
its introducer no sequence is left. The result holds no character of the categories Cc (but line
breaks, where they are wanted), Cf and Cs, and passing it through again changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

UNSHOWABLE = "\N{REPLACEMENT CHARACTER}"
NEWLINE = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"
TAB = "\N{RIGHTWARDS ARROW}"
SPACE = "\N{MIDDLE DOT}"
OTHER_SPACE = "\N{OPEN BOX}"
OTHER_LINE_BREAK = "\N{SYMBOL FOR NEWLINE}"
WIDE = "\N{WHITE VERTICAL RECTANGLE}"
MARK_CARRIER = "\N{DOTTED CIRCLE}"
MARKS_A_CELL = 2
"""More combining marks than this on one character are dropped; some terminals overflow on them."""
TAB_SIZE = 4

_ASCII = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {
    0x7F: "\N{SYMBOL FOR DELETE}"
}
_ASCII_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_LINE_BREAKS = "\x85\u2028\u2029"
_FILLERS = "\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5"  # letters and marks without a glyph
_SELECTORS = ((0x180B, 0x180D), (0x180F, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_JOINING_JAMO = ((0x1161, 0x11FF), (0xD7B0, 0xD7FF))  # vowels and finals: they add no width
_UNSHOWABLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def visible(text: str, *, newline: str | None = NEWLINE) -> str:
    """Return ``text`` with every character that acts or hides replaced by one that shows.

    Control characters become their pictures (``ESC`` becomes one sign), format characters, lone
    surrogates, private and unassigned ones U+FFFD. Variation selectors, whose effect on the width
    differs between terminals, are dropped, as are marks beyond ``MARKS_A_CELL``. A mark with
    nothing before it gets a dotted circle to sit on. Emoji and East Asian characters pass.

    ``newline`` is shown for a line break, and an arrow for a tab; with ``None`` line breaks stay
    and tabs become spaces.
    """
    text = _translated(text)
    if newline is None:
        return text.expandtabs(TAB_SIZE) if "\t" in text else text
    return text.replace("\n", newline).replace("\t", TAB)


def visible_line(text: str) -> str:
    """Return ``text`` as one line: for names, error messages, prompts and labels."""
    return visible(text)


def visible_text(text: str) -> str:
    """Return ``text`` with its line breaks: for the text itself, and for samples."""
    return visible(text, newline=None)


@lru_cache(maxsize=4096)
def visible_symbol(symbol: str) -> str:
    """Return a label exactly one column wide for one character, as on the axis of a heatmap."""
    if symbol == " ":
        return SPACE
    shown = visible(symbol)[:1]
    if not shown:
        return UNSHOWABLE
    if shown == MARK_CARRIER or shown.isascii():
        return shown
    if unicodedata.category(shown) == "Zs":
        return OTHER_SPACE
    return WIDE if unicodedata.east_asian_width(shown) in "WF" else shown


def visible_character(symbol: str) -> str:
    """Return what is written for one character in a sentence: itself, also where it is wide."""
    narrow = visible_symbol(symbol)
    return visible(symbol) if narrow in (WIDE, MARK_CARRIER) else narrow


def _translated(text: str) -> str:
    """Replace all but line breaks and tabs."""
    if text.isascii() and not _ASCII_CONTROL.search(text):
        return text
    distinct = set(text)
    for char in distinct.difference(_shown):
        _classify(char)
    changed = distinct & _changed
    if len(changed) > 100:  # about where one pass over the text overtakes a pass for each
        text = "".join(map(_shown.__getitem__, text))
    else:
        for char in changed:
            text = text.replace(char, _shown[char])
    return _capped(text, "".join(sorted(distinct & _marks)))


# What is known of the characters seen so far; at most all of Unicode.
_shown: dict[str, str] = {}
_changed: set[str] = set()
_marks: set[str] = set()


def _classify(char: str) -> None:
    """Remember what stands for ``char``, and whether it is drawn onto the one before it."""
    shown = _shown[char] = _stand_in(char)
    if shown != char:
        _changed.add(char)
    elif unicodedata.category(char)[0] == "M" or _within(ord(char), _JOINING_JAMO):
        _marks.add(char)


def _stand_in(char: str) -> str:
    """Return what stands for one character, line breaks and tabs excepted."""
    code = ord(char)
    if code < 0x80:
        return _ASCII.get(code, char)
    if char in _LINE_BREAKS:
        return OTHER_LINE_BREAK
    if _within(code, _SELECTORS):
        return ""
    if char in _FILLERS or unicodedata.category(char) in _UNSHOWABLE_CATEGORIES:
        return UNSHOWABLE
    return char


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _capped(text: str, marks: str) -> str:
    """Drop the marks that are too many, and give those at the start of a line a carrier."""
    if not marks:
        return text
    one = f"[{re.escape(marks)}]"
    text = re.sub(f"({one}{{{MARKS_A_CELL}}}){one}+", r"\1", text)
    return re.sub(f"^(?={one})", MARK_CARRIER, text, flags=re.MULTILINE)
