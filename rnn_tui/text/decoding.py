"""Make sure that bytes are UTF-8 text, and say what they are if not."""

from __future__ import annotations

import codecs
import re
from typing import Literal, NamedTuple, TypeAlias

from rnn_tui.text.errors import CorpusError
from rnn_tui.text.visible import visible_line

Errors: TypeAlias = Literal["strict", "replace"]
"""What to do with bytes that are not UTF-8: refuse the text, or put U+FFFD in their place."""

MOST_SYMBOLS = 65_536
"""Distinct characters a text may have: each needs a row and a column of weights."""

_SAMPLE = 4096
_CHUNK = 2**20
_ENCODINGS = (  # the longer marks first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def utf8(data: bytes, name: str, errors: Errors) -> bytes:
    """Return ``data`` as valid UTF-8 without a byte order mark.

    CorpusError if it is not UTF-8 (with the offset of the first wrong byte, unless ``errors`` is
    ``"replace"``), or looks like UTF-16 or UTF-32. NUL and other control characters are text.
    """
    encoding = _other_encoding(data)
    if encoding:
        raise CorpusError(
            f"{visible_line(name)} looks like {encoding}, not UTF-8: convert it first"
            f" (iconv -f {encoding} -t UTF-8), or use --symbols byte"
        )
    text = data.removeprefix(codecs.BOM_UTF8)
    if errors == "replace":
        return text.decode("utf-8", "replace").encode("utf-8")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = len(data) - len(text) + error.start
        raise CorpusError(
            f"{visible_line(name)} is not UTF-8 at byte {offset:,} (0x{data[offset]:02x}):"
            " use --errors replace, or --symbols byte"
        ) from error
    return text


def count_distinct(text: bytes) -> int:
    """Return how many different characters valid UTF-8 ``text`` has, in little memory."""
    distinct: set[str] = set()
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(text), _CHUNK):
        distinct.update(decoder.decode(text[start : start + _CHUNK]))
    return len(distinct)


def require_few_symbols(text: bytes) -> None:
    """Raise CorpusError if valid UTF-8 ``text`` has more than ``MOST_SYMBOLS`` characters.

    Only characters of four bytes can bring that about: there are 63,488 shorter ones.
    """
    if len(text) <= MOST_SYMBOLS or not re.search(rb"[\xf0-\xf4]", text):
        return
    distinct = count_distinct(text)
    if distinct > MOST_SYMBOLS:
        raise CorpusError(
            f"the text has {distinct:,} different characters, more than {MOST_SYMBOLS:,}:"
            " use --symbols byte"
        )


class _Zeros(NamedTuple):
    """Which of the four places in a group of four bytes are mostly zero, and the name of that."""

    places: tuple[bool, bool, bool, bool]
    encoding: str


_ZEROS = (
    _Zeros((False, True, False, True), "UTF-16LE"),
    _Zeros((True, False, True, False), "UTF-16BE"),
    _Zeros((False, True, True, True), "UTF-32LE"),
    _Zeros((True, True, True, False), "UTF-32BE"),
)


def _other_encoding(data: bytes) -> str | None:
    """Return the name of the encoding that ``data`` seems to have, None if it may be UTF-8."""
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    if len(sample) < 16:
        return None
    shares = [sample[place::4].count(0) / len(sample[place::4]) for place in range(4)]
    for places, encoding in _ZEROS:
        pairs = zip(shares, places, strict=True)
        if all(share > 0.7 if zero else share < 0.1 for share, zero in pairs):
            return encoding
    return None
