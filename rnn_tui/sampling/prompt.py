"""What of a prompt a network can read, and what to do with the rest."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy.typing as npt

from rnn_tui.sampling.settings import Missing
from rnn_tui.text.visible import visible_character
from rnn_tui.text.vocabulary import Vocabulary

_NAMED: Final = 5


class PromptError(ValueError):
    """A prompt with characters that the network has never seen, and that was to be refused."""


class ReadPrompt(NamedTuple):
    """A prompt as a network reads it."""

    symbols: npt.NDArray[Any]  # (n,)
    text: str
    """What is left of it."""
    places: tuple[int, ...]
    """Where in the prompt a character is that the network has never seen, from 0."""
    missing: tuple[str, ...]
    """Those characters, each once, as they can be shown."""


def prompt_symbols(vocabulary: Vocabulary, text: str, missing: Missing = "skip") -> ReadPrompt:
    """Leave out what the vocabulary lacks, or raise PromptError with a line that names it.

    Any text can be given, lone surrogates too. For bytes a character is lacking as soon as one of
    its bytes is, and is left out whole.
    """
    lacking = dict.fromkeys(c for c in dict.fromkeys(text) if not _knows(vocabulary, c))
    places = tuple(i for i, c in enumerate(text) if c in lacking) if lacking else ()
    labels = tuple(visible_character(c) for c in lacking)
    if labels and missing == "refuse":
        raise PromptError(_refusal(labels))
    known = "".join(c for c in text if c not in lacking) if lacking else text
    return ReadPrompt(vocabulary.encode(known), known, places, labels)


def _knows(vocabulary: Vocabulary, character: str) -> bool:
    return not vocabulary.encode_prompt(character).missing


def _refusal(labels: tuple[str, ...]) -> str:
    named = " ".join(labels[:_NAMED])
    more = f" and {len(labels) - _NAMED:,} more" if len(labels) > _NAMED else ""
    return (
        f"the network has never seen {named}{more}: take it out of the prompt, or have it skipped"
    )
