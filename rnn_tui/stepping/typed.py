"""Numbers and symbols as people type them: read, and written so that they read back the same."""

from __future__ import annotations

import re
from math import isinf

from rnn_tui.stepping.conditions_tokens import quoted
from rnn_tui.stepping.errors import StepperError
from rnn_tui.text.vocabulary import Vocabulary

_WHOLE = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}
_CODE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")
_MOST_DIGITS = 9
_HIGHEST = 0x110000
_SOME = 8
"""Symbols that an error names."""


def read_count(text: str) -> int:
    """How many times: 1 where nothing is said. Raises StepperError."""
    if not text:
        return 1
    if _WHOLE.fullmatch(text) is None or not text.strip("0"):
        raise StepperError(f"{quoted(text)} is no number of times: write 1, 2, 3, ...")
    return int(text) if len(text) <= _MOST_DIGITS else 10**_MOST_DIGITS


def read_place(text: str, count: int, what: str) -> int:
    """The number of a ``what``, from 1 to ``count``. Raises StepperError."""
    if not count:
        raise StepperError(f"there are no {what}s")
    if _WHOLE.fullmatch(text) and len(text) <= _MOST_DIGITS and 1 <= int(text) <= count:
        return int(text)
    said = f"{quoted(text)} is no {what}" if text else f"say which {what}"
    raise StepperError(f"{said}: write 1{f' to {count}' if count > 1 else ', the only one'}")


def read_number(text: str) -> float:
    """A finite number, such as 0.5 or -1e-3; the minus may be that of print. Raises StepperError.

    What is not finite is refused: one such number makes everything after it NaN, and no verdict
    about a gradient is left.
    """
    plain = text.replace("\N{MINUS SIGN}", "-")
    if _NOT_FINITE.fullmatch(plain):
        raise StepperError(f"{text} is not finite: write a number such as 0.5 or -1e-3")
    if _NUMBER.fullmatch(plain) is None:
        raise StepperError(f"{quoted(text)} is no number: write one such as 0.5 or -1e-3")
    number = float(plain)
    if isinf(number):
        raise StepperError(f"{quoted(text)} is too large for a number of 64 bits")
    return number


def read_symbol(text: str, vocabulary: Vocabulary) -> int:
    r"""The number of a symbol: ``b``, ``'b'``, ``' '``, ``\n``, ``\\``, ``\xc3``. StepperError."""
    symbols = vocabulary.symbols
    is_quoted = len(text) > 2 and text[0] == text[-1] and text[0] in "'\""
    symbol = _unescaped(text[1:-1] if is_quoted else text)
    if symbol in symbols:
        return symbols.index(symbol)
    some = " ".join(write_symbol(number, vocabulary) for number in range(min(_SOME, len(symbols))))
    more = f" … {len(symbols)} in all" if len(symbols) > _SOME else ""
    raise StepperError(f"the vocabulary has no symbol {quoted(text)}: it has {some}{more}")


def write_symbol(number: int, vocabulary: Vocabulary) -> str:
    r"""A symbol as ``read_symbol`` reads it: ``b``, ``' '``, ``\n``, ``\xc3``."""
    symbol = vocabulary.symbols[number]
    for written, meant in _ESCAPES.items():
        if symbol == meant:
            return written
    if symbol == " ":
        return "' '"
    if symbol.isprintable() and (vocabulary.kind == "character" or symbol <= "~"):
        return symbol
    code = ord(symbol)
    return f"\\x{code:02x}" if code < 0x100 else f"\\U{code:08x}"


def _unescaped(text: str) -> str:
    if _CODE.fullmatch(text):
        code = int(text[2:], 16)
        return chr(code) if code < _HIGHEST else text
    return _ESCAPES.get(text, text)
