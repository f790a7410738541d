"""Texts that need no file: what every interpreter carries, and small generated languages.

The generated ones are the same bytes everywhere: they use nothing of the random generator but
``random()`` with a fixed seed, whose values Python promises to keep. What an interpreter carries
differs between its versions, so a run keeps the digest of its text.
"""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Callable, Iterator
from datetime import date
from random import Random
from typing import NamedTuple

from rnn_tui.text.errors import CorpusError

DEFAULT = "python-docs"
"""The corpus of a run for which no text is named."""

LENGTH = 400_000
"""About how many characters a generated text has."""

_SEED = 20_251
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"))


class BuiltinCorpus(NamedTuple):
    """A corpus by name: what it is, in one line, and how to make it."""

    description: str
    make: Callable[[], str]


def _python_docs() -> str:
    """Return the reference of the Python language, as ``help()`` knows it, topic by topic."""
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise _not_carried("python-docs", "its documentation") from error
    return "\n".join(topics[name] for name in sorted(topics))


def _python_source() -> str:
    """Return the modules at the top of the standard library, sorted by name."""
    folder = sysconfig.get_paths()["stdlib"]
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
    except OSError:  # in an archive, or left out
        names = []
    modules = [text for name in names if (text := _source_text(os.path.join(folder, name)))]
    if not modules:
        raise _not_carried("python-source", "the sources of its library")
    return "\n".join(modules)


def _source_text(path: str) -> str:
    """Return the text of a module, empty if it cannot be read or is not UTF-8."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _not_carried(corpus: str, what: str) -> CorpusError:
    others = ", ".join(f"--corpus {name}" for name in BUILTIN if not name.startswith("python-"))
    return CorpusError(f"this Python comes without {what} ({corpus}): name a file, or use {others}")


def _generated(line: Callable[[Random], str]) -> Callable[[], str]:
    """Turn a maker of lines into a maker of a text of about ``LENGTH`` characters."""

    def make() -> str:
        return "".join(_lines(line, Random(_SEED)))  # noqa: S311 - a text, not a secret

    return make


def _lines(line: Callable[[Random], str], random: Random) -> Iterator[str]:
    length = 0
    while length < LENGTH:
        text = line(random) + "\n"
        length += len(text)
        yield text


def _below(random: Random, limit: int) -> int:
    """Return a whole number from 0 to ``limit - 1``."""
    return int(random.random() * limit)


def _brackets(random: Random) -> str:
    """Return a balanced sequence of four kinds of brackets (a word of a Dyck language)."""
    word: list[str] = []
    open_ones: list[str] = []
    for _ in range(2 + _below(random, 60)):
        if open_ones and random.random() < 0.1 + 0.08 * len(open_ones):
            word.append(open_ones.pop())
        else:
            opening, closing = _BRACKETS[_below(random, len(_BRACKETS))]
            word.append(opening)
            open_ones.append(closing)
    return "".join(word) + "".join(reversed(open_ones))


def _counting(random: Random) -> str:
    """Return n times a, then n times b; short words are commoner."""
    n = 1 + int(24 * random.random() * random.random())
    return "a" * n + "b" * n


def _date(random: Random) -> str:
    """Return a day between 1900 and 2099 in one of several forms, and as ISO 8601 writes it."""
    day = date.fromordinal(_FIRST_DAY + _below(random, _DAYS))
    month, weekday = _MONTHS[day.month - 1], _WEEKDAYS[day.weekday()]
    written = _DATE_FORMS[_below(random, len(_DATE_FORMS))].format(
        day=day.day, month=month, short=month[:3], number=day.month, year=day.year, weekday=weekday
    )
    return f"{written} -> {day.isoformat()}"


_FIRST_DAY = date(1900, 1, 1).toordinal()
_DAYS = date(2100, 1, 1).toordinal() - _FIRST_DAY
_DATE_FORMS = (
    "{day} {month} {year}",
    "{month} {day}, {year}",
    "{weekday}, {day} {month} {year}",
    "{short} {day} {year}",
    "{day:02}.{number:02}.{year}",
    "{day}-{short}-{year}",
    "{year}/{number}/{day}",
)


def _sum(random: Random) -> str:
    """Return an addition, subtraction or multiplication of small numbers with its result."""
    kind = _below(random, 3)
    left, right = _below(random, 100), _below(random, 100)
    if kind == 0:
        return f"{left}+{right}={left + right}"
    if kind == 1:
        return f"{left}-{right}={left - right}"
    return f"{left % 13}*{right % 13}={(left % 13) * (right % 13)}"


BUILTIN: dict[str, BuiltinCorpus] = {
    "python-docs": BuiltinCorpus("English: the reference of the Python language", _python_docs),
    "python-source": BuiltinCorpus("code: the modules of Python's own library", _python_source),
    "brackets": BuiltinCorpus("nested brackets of four kinds", _generated(_brackets)),
    "counting": BuiltinCorpus("as many b as there were a: aaabbb", _generated(_counting)),
    "dates": BuiltinCorpus("3 March 2021 -> 2021-03-03, in seven forms", _generated(_date)),
    "arithmetic": BuiltinCorpus("12+7=19, differences and products too", _generated(_sum)),
}
"""The corpora that ``--corpus`` takes; the first is the default."""
