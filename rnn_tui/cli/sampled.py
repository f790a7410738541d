"""What ``sample`` writes: texts as they come, lines of JSON, and how a text scores."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_tui.core.parameters import zero_state
from rnn_tui.core.reading import Reader, Scores, scores
from rnn_tui.sampling.stream import TextStream
from rnn_tui.text.visible import visible_line, visible_text

if TYPE_CHECKING:
    from rnn_tui.core.arrays import Array
    from rnn_tui.sampling.settings import Settings
    from rnn_tui.sampling.weights import Weights
    from rnn_tui.text.vocabulary import Vocabulary

SHOWN_EVERY = 0.03
"""Seconds that a character may wait for others before it is written."""

BETWEEN = "\n----\n"
"""What stands between two texts."""

_PART = 2**18
"""Characters that are encoded at a time."""


class Output:
    """Standard output for the symbols of a network, written a little late and in one go.

    A terminal is shown what cannot act on it; a pipe gets every symbol as it is, a byte as a byte.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.terminal = sys.stdout.isatty()
        self._bytes = vocabulary.kind == "byte"
        self._encoding = "latin-1" if self._bytes else sys.stdout.encoding
        self._decode = vocabulary.decoder()
        self._number = {symbol: n for n, symbol in enumerate(vocabulary.symbols)}
        self._waiting: list[str] = []
        self._due = 0.0

    def write(self, symbol: str) -> None:
        """Write one symbol, soon."""
        self._waiting.append(symbol)
        if time.monotonic() > self._due:
            self.flush()

    def say(self, words: str) -> None:
        """Write what is not of the network."""
        self.flush()
        sys.stdout.write(words)
        sys.stdout.flush()

    def flush(self) -> None:
        """Write all that waits."""
        symbols, self._waiting = self._waiting, []
        if self.terminal:
            shown = "".join(self._decode(self._number[s]) for s in symbols)
            sys.stdout.write(visible_text(shown))
        else:
            data = "".join(symbols).encode(self._encoding, "backslashreplace")
            sys.stdout.buffer.write(data)
        sys.stdout.flush()
        self._due = time.monotonic() + SHOWN_EVERY


def write_texts(weights: Weights, settings: Settings, prompt: str, count: int) -> None:
    """Write texts, each behind the prompt, as they come; a line of dashes between two."""
    output = Output(weights.vocabulary)
    symbols = weights.vocabulary.symbols
    try:
        for number in range(count):
            if number:
                output.say(BETWEEN)
            stream = TextStream(weights, settings, prompt, number)
            for symbol in stream.read.symbols.tolist():
                output.write(symbols[symbol])
            for piece in stream:
                output.write(symbols[piece.drawn.symbol])
    finally:
        output.say("\n" if output.terminal else "")


def write_json(weights: Weights, settings: Settings, prompt: str, count: int) -> None:
    """Write a line for each character of each text, the prompt's too."""
    symbols = weights.vocabulary.symbols
    for number in range(count):
        stream = TextStream(weights, settings, prompt, number)
        named = {"text": number + 1, "step": weights.step}
        for one in _read(weights, stream.read.symbols, Total()):
            _line({**named, "drawn": False, **one._asdict()})
        for _, drawn in stream:
            model = stream.scores(drawn)
            surprise, rank = float(model.surprise[0]), int(model.rank[0])
            one = Character(
                symbols[drawn.symbol], drawn.probability, drawn.entropy_bits, surprise, rank
            )
            _line({**named, "drawn": True, **one._asdict()})
    sys.stdout.flush()


def write_score(weights: Weights, text: str | bytes, as_json: bool) -> None:
    """Write how likely the network finds a text: its total, in JSON behind every character."""
    total = Total()
    for one in _read(weights, _encoded(weights.vocabulary, text, total), total):
        if as_json:
            _line(one._asdict())
    if as_json:
        _line({"total": total.facts()})
    else:
        for name, value in total.words(weights.title):
            sys.stdout.write(f"{name:<20}{value}\n")
    sys.stdout.flush()


class Character(NamedTuple):
    """What the network made of one character.

    ``probability`` and ``entropy_bits`` of a drawn one are those it was drawn with, after
    temperature and cut-offs; everything else is the network's own.
    """

    symbol: str
    probability: float
    entropy_bits: float
    surprise_bits: float
    rank: int


class Total:
    """How a text fared so far: ``characters`` read, and what the vocabulary lacks left out."""

    def __init__(self) -> None:
        self.characters, self.bits, self.left_out = 0, 0.0, 0
        self.missing: dict[str, None] = {}

    def facts(self) -> dict[str, Any]:
        """The same for programs: None where there is no mean."""
        mean = self.bits / self.characters if self.characters else None
        return {
            "characters": self.characters,
            "bits": self.bits,
            "bits_per_character": mean,
            "perplexity": None if mean is None or mean > sys.float_info.max_exp else 2.0**mean,
            "left_out": self.left_out,
            "missing": list(self.missing),
        }

    def words(self, title: str) -> Iterator[tuple[str, str]]:
        """The same for people."""
        facts = self.facts()
        yield "weights", visible_line(title)
        yield "characters", f"{self.characters:,}"
        yield "bits", f"{self.bits:,.2f}"
        for name in ("bits_per_character", "perplexity"):
            value = facts[name]
            yield name.replace("_", " "), "–" if value is None else f"{value:.4f}"
        if self.left_out:
            yield "left out", f"{self.left_out:,}: the network has never seen {self.named}"

    @property
    def named(self) -> str:
        """Some of what was missing."""
        return named(tuple(self.missing))


def named(missing: tuple[str, ...], most: int = 10) -> str:
    """Some of the labels of what a vocabulary lacks."""
    more = f" and {len(missing) - most:,} more" if len(missing) > most else ""
    return " ".join(missing[:most]) + more


def _encoded(vocabulary: Vocabulary, text: str | bytes, total: Total) -> Array:
    """The symbols (n,) of a text that the vocabulary has; the rest is counted."""
    parts: list[Array] = [np.zeros(0, vocabulary.dtype)]
    for start in range(0, len(text), _PART):
        part = text[start : start + _PART]
        known, missing = vocabulary.encode_prompt(part)
        total.missing.update(dict.fromkeys(missing))
        total.left_out += len(part) - known.size
        parts.append(known.astype(vocabulary.dtype))
    return np.concatenate(parts)


def _read(weights: Weights, symbols: Array, total: Total) -> Iterator[Character]:
    """Read symbols (n,) from a state of zeros, each as the network finds it."""
    reader = Reader(weights.params, weights.cell)
    state = zero_state(reader.architecture, 1, reader.dtype)
    blocks = reader.read_all(state, symbols)
    return chain.from_iterable(
        _characters(weights, part, scores(block.logits, part), total)
        for block, part in _beside(blocks, symbols)
    )


def _beside(blocks: Iterator[Any], symbols: Array) -> Iterator[tuple[Any, Array]]:
    """Each block with its symbols (T,)."""
    start = 0
    for block in blocks:
        end = start + len(block.logits)
        yield block, symbols[start:end].astype(np.intp)
        start = end


def _characters(weights: Weights, part: Array, found: Scores, total: Total) -> Iterator[Character]:
    total.characters += part.size
    total.bits += math.fsum(found.surprise)
    columns = (found.entropy.tolist(), found.surprise.tolist(), found.rank.tolist())
    for symbol, entropy, surprise, rank in zip(part.tolist(), *columns, strict=True):
        shown = weights.vocabulary.symbols[symbol]
        yield Character(shown, 2.0**-surprise, entropy, surprise, rank)


def _line(content: dict[str, Any]) -> None:
    """One line of ASCII: nothing in it can act on a terminal."""
    sys.stdout.write(json.dumps(content, allow_nan=False) + "\n")
