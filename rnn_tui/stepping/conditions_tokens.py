"""The pieces that a condition's text is cut into, and the error that points at one."""

from __future__ import annotations

import re
from typing import NamedTuple

from rnn_tui.text.visible import visible_line

MOST_CHARACTERS = 1000
MOST_TOKENS = 100


class ConditionError(ValueError):
    """What is wrong with a condition, and the column, from 1, where it is."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.message, self.column = message, column


class Token(NamedTuple):
    """A piece of the text. ``kind``: number, name, word, symbol, or end."""

    kind: str
    text: str
    column: int


_TOKEN = re.compile(
    r"""(?P<space>\ +)
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+−-]?[0-9]+)?)
    |(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    |(?P<word>"[^"]*"|'[^']*')
    |(?P<symbol><=|>=|==|!=|[<>=()+*/≤≥≠−-])""",
    re.VERBOSE,
)
_LAYER = re.compile(r"\^\((?P<layer>[0-9]{1,9})\)")
_SAME = {"=": "==", "≤": "<=", "≥": ">=", "≠": "!=", "−": "-"}


def can_be_typed(name: str) -> bool:
    """Whether a name is one word of a condition."""
    match = _TOKEN.fullmatch(name)
    return match is not None and match.lastgroup == "name"


def tokens_of(text: str) -> list[Token]:
    """The tokens, the last of which is the end. Raises ConditionError."""
    if len(text) > MOST_CHARACTERS:
        problem = f"a condition has at most {MOST_CHARACTERS} characters"
        raise ConditionError(problem, MOST_CHARACTERS + 1)
    tokens, start = [], 0
    while start < len(text):
        match = _TOKEN.match(text, start)
        if match is None:
            raise ConditionError(_unreadable(text, start), start + 1)
        if not match[0].isprintable():
            raise ConditionError("this word holds a character that does not show", start + 1)
        kind, start = str(match.lastgroup), match.end()
        if kind != "space":
            text_ = match[0].replace("−", "-") if kind == "number" else match[0]
            tokens.append(Token(kind, _SAME.get(text_, text_), match.start() + 1))
    if len(tokens) > MOST_TOKENS:
        problem = f"a condition has at most {MOST_TOKENS} words and signs"
        raise ConditionError(problem, tokens[MOST_TOKENS].column)
    return [*tokens, Token("end", "", len(text) + 1)]


def _unreadable(text: str, start: int) -> str:
    char, layer = text[start], _LAYER.match(text, start)
    if layer is not None:
        return f"say the layer apart: {short(_LAYER.sub('', text))} and layer == {layer['layer']}"
    if char in "\"'":
        return f"this quote has no end: close it with {char}"
    return f"{quoted(char)} means nothing here"


def quoted(text: str) -> str:
    """As an error shows what was written: nothing in it acts."""
    return f"'{short(visible_line(text))}'"


def short(text: str, width: int = 40) -> str:
    """At most ``width`` characters of it."""
    return text if len(text) <= width else text[: width - 1] + "…"
