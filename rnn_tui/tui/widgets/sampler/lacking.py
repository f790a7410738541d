"""Which characters of a prompt a network has never seen, found anew at every key."""

from __future__ import annotations

from rich.cells import cell_len

from rnn_tui.sampling.prompt import prompt_symbols
from rnn_tui.text.visible import visible_character
from rnn_tui.text.vocabulary import Vocabulary

_OUTCOMES = {"skip": "left out", "refuse": "refused"}


class Lacking:
    """Looks each distinct character up once, whatever the length of the text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._asked: set[str] = set()
        self._lacking: set[str] = set()

    def of(self, text: str) -> tuple[str, ...]:
        """The characters that the vocabulary lacks, each once, in the order of the text."""
        new = "".join(set(text) - self._asked)
        if new:
            self._asked.update(new)
            self._lacking.update(new[at] for at in prompt_symbols(self._vocabulary, new).places)
        if self._lacking.isdisjoint(text):
            return ()
        return tuple(char for char in dict.fromkeys(text) if char in self._lacking)


def said_of_lacking(characters: tuple[str, ...], missing: str, width: int) -> str:
    """In at most ``width`` cells what is lacking, and what becomes of it; "" for nothing."""
    if not characters:
        return ""
    beginning, end = "never seen: ", f" — {_OUTCOMES.get(missing, missing)}"
    room = width - cell_len(beginning + end)
    named = ""
    for count, char in enumerate(characters):
        more = named + " " * bool(named) + visible_character(char)
        left = len(characters) - count - 1
        if cell_len(more + _and_more(left)) > room:
            return beginning + named + _and_more(left + 1) + end if named else end.strip(" —")
        named = more
    return beginning + named + end


def _and_more(count: int) -> str:
    return f" and {count:,} more" if count else ""
