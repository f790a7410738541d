"""Which characters of a prompt a network has never seen, found anew at every key."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final, NamedTuple

from rich.cells import cell_len

from rnn_tui.sampling.prompt import prompt_symbols
from rnn_tui.text.visible import visible_character
from rnn_tui.text.vocabulary import Vocabulary

_OUTCOMES: Final = {"skip": "left out", "refuse": "refused"}
_MOST_NAMED: Final = 100


class Lacking(NamedTuple):
    """Characters that a vocabulary lacks."""

    first: tuple[str, ...] = ()
    """Those that come first in the text, in its order."""
    total: int = 0
    """How many different ones there are."""


class Lookup:
    """Looks each distinct character up once, however often the text changes."""

    def __init__(self, vocabulary: Vocabulary | None) -> None:
        self._vocabulary = vocabulary
        self._asked: set[str] = set()
        self._lacking: set[str] = set()

    @property
    def lacking(self) -> AbstractSet[str]:
        """All characters that were asked for and are lacking."""
        return self._lacking

    def find(self, text: str) -> Lacking:
        """What the text has that the vocabulary lacks; nothing without a vocabulary."""
        new = "".join(set(text) - self._asked)
        if new and self._vocabulary is not None:
            self._asked.update(new)
            self._lacking.update(new[at] for at in prompt_symbols(self._vocabulary, new).places)
        present = self._lacking.intersection(text) if self._lacking else ()
        if len(present) <= _MOST_NAMED:
            return Lacking(tuple(sorted(present, key=text.index)), len(present))
        return Lacking(tuple(islice(_distinct(text, present), _MOST_NAMED)), len(present))


def _distinct(text: str, among: Collection[str]) -> Iterator[str]:
    met: set[str] = set()
    for char in text:
        if char in among and char not in met:
            met.add(char)
            yield char


def said_of_lacking(lacking: Lacking, missing: str, width: int) -> str:
    """What is lacking and what becomes of it, in ``width`` cells if they are not too few."""
    if not lacking.total:
        return ""
    beginning, end = "never seen:", f" — {_OUTCOMES.get(missing, missing)}"
    room = width - cell_len(beginning + end)
    named = ""
    for number, char in enumerate(lacking.first, start=1):
        more = f"{named} {visible_character(char)}"
        if cell_len(more + _and_more(lacking.total - number)) > room:
            break
        named, left = more, lacking.total - number
    return (beginning + named + _and_more(left) if named else f"{lacking.total:,} never seen") + end


def _and_more(count: int) -> str:
    return f" and {count:,} more" if count else ""
