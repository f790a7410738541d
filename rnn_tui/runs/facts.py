"""What is known of a run from its first moment on: its text, its network, who made it and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import msgspec

from rnn_tui import __version__
from rnn_tui.runs.settings import RunConfig

SCHEMA = 1
"""Version of the folder's layout; another one is refused, never half read."""


class TrainedText(Protocol):
    """What a run keeps of a corpus."""

    @property
    def name(self) -> str:
        """What the user calls the text."""

    @property
    def text(self) -> bytes:
        """The bytes that are trained on: UTF-8 where a symbol is a character."""

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of ``text``."""


class RunFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a run from its first moment on and never changes."""

    schema: int
    version: str  # of rnn-tui
    created: str  # UTC, ISO 8601, to the microsecond
    kind: Literal["trained", "monitored"] = "trained"  # monitored: by a program of the user's
    text_name: str  # a monitored run has no text and no vocabulary: empty, and 0
    text_sha256: str
    text_bytes: int
    text_symbols: int  # length of the text in symbols
    vocabulary_kind: str  # "character" or "byte"
    vocabulary_size: int
    weights_name: str = ""  # the file that the first weights are of; empty: drawn by the seed
    weights_sha256: str = ""  # of that file
    vocabulary: str = ""  # the symbols of that network, ascending; empty: those of the text


class FirstWeights(NamedTuple):
    """A network that a run begins with instead of weights drawn by its seed."""

    name: str  # of the file that it comes from
    sha256: str  # of that file
    vocabulary: str  # its symbols, ascending; a byte is the character of its number
    save: Callable[[Path], object]  # writes the checkpoint of step 0 into a folder


def facts_of(config: RunConfig, corpus: TrainedText, first: FirstWeights | None) -> RunFacts:
    """What is known of a run that is to be trained here on ``corpus``."""
    symbols = corpus.text if config.symbols == "byte" else corpus.text.decode()
    facts = RunFacts(
        schema=SCHEMA,
        version=__version__,
        created=_now(),
        text_name=_storable(corpus.name),
        text_sha256=corpus.sha256,
        text_bytes=len(corpus.text),
        text_symbols=len(symbols),
        vocabulary_kind=config.symbols,
        vocabulary_size=len(set(symbols)),
    )
    if first is None:
        return facts
    return msgspec.structs.replace(
        facts,
        weights_name=_storable(first.name),
        weights_sha256=first.sha256,
        vocabulary=first.vocabulary,
        vocabulary_size=len(first.vocabulary),
    )


def _storable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def facts_of_another(created: str = "") -> RunFacts:
    """What is known of a run that another program trains; it began now if it is not said when."""
    return RunFacts(
        schema=SCHEMA,
        version=__version__,
        created=created or _now(),
        kind="monitored",
        text_name="",
        text_sha256="",
        text_bytes=0,
        text_symbols=0,
        vocabulary_kind="",
        vocabulary_size=0,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
