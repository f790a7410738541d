"""Simple properties of the characters of a text, for units to be compared with.

Each says something of the moment just after a character was read: at an opening quote one is
inside, at its closing quote no longer. Each is a pure function of the text, takes time in
proportion to its length, and gives a finite number for every character of any text.

A blank line ends every quote and every bracket that is still open, for otherwise one that was
never closed would turn the meaning of all that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from rnn_tui.core.arrays import Array, Floats

_KINDS = ("()", "[]", "{}", "<>")


class Characters:
    """A text as code points, with what several properties need of it, each computed once."""

    def __init__(self, text: str) -> None:
        self.codes: Array = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        self.distinct = sorted(set(text))
        self.index = np.arange(len(self.codes))  # (N,)

    def where(self, test: Callable[[str], bool]) -> Array:
        """(N,) bool: whether ``test`` holds for the character; asked once for each distinct one."""
        chosen = [ord(character) for character in self.distinct if test(character)]
        table = np.zeros(ord(self.distinct[-1]) + 1 if self.distinct else 0, np.bool_)
        table[chosen] = True
        found: Array = table[self.codes]
        return found

    def among(self, characters: str) -> Array:
        """(N,) bool: whether the character is one of these."""
        return self.where(characters.__contains__)

    def since(self, event: Array) -> Array:
        """(N,) how many characters ago ``event`` last was; before the first, how many were read."""
        return self.index - latest(event)

    @cached_property
    def newline(self) -> Array:
        """(N,) bool: a line feed, which ends the line."""
        return self.among("\n")

    @cached_property
    def paragraph(self) -> Array:
        """(N,) bool: the line feed of a line with nothing but white space in it."""
        before = shifted(latest(self.newline), -1)
        blank: Array = self.newline & (latest(~self.where(str.isspace)) <= before)
        return blank

    @cached_property
    def wordlike(self) -> Array:
        """(N,) bool: letters and digits."""
        return self.where(str.isalnum)

    @cached_property
    def double_quotes(self) -> Array:
        """(N,) bool: " and “ open, " and ” close."""
        escaped = shifted(self.among("\\"), False)
        return switched(
            self.among("“"), self.among("”") | self.paragraph, self.among('"') & ~escaped
        )

    @cached_property
    def single_quotes(self) -> Array:
        """(N,) bool: ' and ‘ open, ' and ’ close; between letters or digits it is an apostrophe."""
        before, after = shifted(self.wordlike, False), advanced(self.wordlike, False)
        straight = self.among("'") & ~shifted(self.among("\\"), False)
        opens = self.among("‘") | (straight & ~before & after)
        closes = (self.among("’") & ~(before & after)) | (straight & before & ~after)
        return switched(opens, closes | self.paragraph, straight & ~before & ~after)

    @cached_property
    def brackets(self) -> dict[str, Array]:
        """(N,) whole numbers by kind: how many of that kind are open."""
        return {kind: self._open(kind) for kind in _KINDS}

    def _open(self, kind: str) -> Array:
        opens, closes = self.among(kind[0]), self.among(kind[1])
        if kind == "<>":  # not where it is a comparison or an arrow: a < b, a <= b, ->, =>
            opens &= ~advanced(self.among(" =-"), False)
            closes &= ~shifted(self.among(" =-"), False)
        return nested(opens, closes, self.paragraph).astype(np.int32)

    @cached_property
    def comment(self) -> Array:
        """(N,) bool: from a # outside quotes to the end of the line."""
        quoted = self.double_quotes | self.single_quotes
        inside: Array = latest(self.among("#") & ~quoted) > latest(self.newline)
        return inside


def latest(event: Array) -> Array:
    """(N,) the place of the last True so far, -1 before the first."""
    return np.maximum.accumulate(np.where(event, np.arange(len(event)), -1))


def shifted(values: Array, first: int) -> Array:
    """(N,) the value one character before; ``first`` at the beginning."""
    return np.concatenate([np.array([first], values.dtype), values])[:-1]


def advanced(values: Array, last: int) -> Array:
    """(N,) the value one character after; ``last`` at the end."""
    return np.concatenate([values, np.array([last], values.dtype)])[1:]


def switched(on: Array, off: Array, toggle: Array) -> Array:
    """(N,) bool: a switch that begins off, after these events; ``off`` before ``on``."""
    toggles = np.concatenate([[0], np.cumsum(toggle)])
    event = latest(on | off)
    since = toggles[1:] - toggles[event + 1]
    was_on: Array = np.concatenate([[False], on & ~off])[event + 1]
    odd: Array = since % 2 == 1
    return was_on ^ odd


def nested(opens: Array, closes: Array, reset: Array) -> Array:
    """(N,) how many are open: one that closes nothing does not count, ``reset`` closes all."""
    walk = np.cumsum(opens.astype(np.int64) - closes.astype(np.int64))  # (N,)
    begin = np.concatenate([[0], walk])[latest(reset) + 1]  # the walk where the part began
    # Parts are pushed apart, further than a walk can go, so that the least so far is the part's.
    apart = np.cumsum(reset) * (2 * len(walk) + 1)
    lowest = np.minimum.accumulate(walk - begin - apart) + apart
    depth: Array = walk - begin - np.minimum(lowest, 0)
    return depth


@dataclass(frozen=True)
class Property:
    """A number for every character of a text."""

    description: str
    of: Callable[[Characters], Array]
    """(N,) bool or numbers."""

    def __call__(self, text: str) -> Floats:
        """(N,) for the N characters of ``text``."""
        values: Floats = self.of(Characters(text)).astype(np.float64)
        return values


def _any_bracket(text: Characters) -> Array:
    depth: Array = np.sum([text.brackets[kind] for kind in _KINDS], axis=0)
    return depth


def _position(text: Characters) -> Array:
    return text.since(text.newline)


def _sentence(text: Characters) -> Array:
    return text.since(text.among(".!?") | text.paragraph)


def _word_length(text: Characters) -> Array:
    return text.since(~text.wordlike)


def _indentation(text: Characters) -> Array:
    """Blanks at the beginning of the line so far: they stop to grow at the first other one."""
    begin, position = latest(text.newline), _position(text)
    ink = ~text.among(" \t\n")
    first_ink = ink & (shifted(latest(ink), -1) <= begin)
    found = latest(first_ink)
    return np.where(found > begin, found - begin - 1, position)


def _inside(kind: str) -> Property:
    description = f"a {kind[0]} is open that no {kind[1]} has closed"
    return Property(description, lambda text: text.brackets[kind] > 0)


_TABLE: dict[str, Property] = {
    "inside double quotes": Property(
        'between " and ", or “ and ”; \\" does not count', lambda text: text.double_quotes
    ),
    "inside single quotes": Property(
        "between ' and ', or ‘ and ’; not after an apostrophe", lambda text: text.single_quotes
    ),
    "inside quotes": Property(
        "inside double or single quotes", lambda text: text.double_quotes | text.single_quotes
    ),
    **{f"inside {kind}": _inside(kind) for kind in _KINDS},
    "inside brackets": Property(
        "a bracket of any kind is open", lambda text: _any_bracket(text) > 0
    ),
    "bracket depth": Property("how many brackets of all kinds are open", _any_bracket),
    "inside a comment": Property(
        "from a # outside quotes to the end of the line", lambda text: text.comment
    ),
    "position in line": Property("characters since the line began; 0 at its end", _position),
    "position in line (log)": Property(
        "natural logarithm of 1 + position in line", lambda text: np.log1p(_position(text))
    ),
    "position in sentence (log)": Property(
        "natural logarithm of 1 + characters since . ! ? or a blank line",
        lambda text: np.log1p(_sentence(text)),
    ),
    "indentation": Property(
        "blanks and tabs at the beginning of the line, as far as it was read", _indentation
    ),
    "word length so far": Property(
        "letters and digits read without a break, 0 between words", _word_length
    ),
    "first letter of a word": Property(
        "a letter or digit after something else",
        lambda text: text.wordlike & ~shifted(text.wordlike, False),
    ),
    "letter": Property("a letter of any script", lambda text: text.where(str.isalpha)),
    "capital letter": Property("an upper-case letter", lambda text: text.where(str.isupper)),
    "vowel": Property("a, e, i, o or u, small or capital", lambda text: text.among("aeiouAEIOU")),
    "digit": Property("a decimal digit of any script", lambda text: text.where(str.isdecimal)),
    "space": Property("a space", lambda text: text.among(" ")),
    "newline": Property("a line feed, the end of a line", lambda text: text.newline),
    "punctuation": Property(
        "neither a letter, a digit nor white space",
        lambda text: ~(text.wordlike | text.where(str.isspace)),
    ),
}

PROPERTIES: Mapping[str, Property] = MappingProxyType(_TABLE)
"""The properties by name, as in "unit 37: inside quotes"."""
