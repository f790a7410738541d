"""What a character was drawn from, as a table: what all symbols had, before and after cut-offs."""

from __future__ import annotations

import csv
import io
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Floats
from rnn_tui.sampling.tree import Mark
from rnn_tui.text.vocabulary import Vocabulary

Symbols = npt.NDArray[np.intp]

HEADINGS: Final = ("rank", "symbol", "model probability", "drawn-from probability", "drawn")
"""Of the table in a file."""

_SINGLE_PRINTABLE: Final = "~"


class Row(NamedTuple):
    """One symbol of a distribution."""

    rank: int
    """Its place by the model's probability, from 1; among equals the first comes first."""
    symbol: int
    text: str
    r"""The symbol itself, from data; ``\xc3`` for a byte that is no character of its own."""
    model: float
    """Its probability at temperature 1, without cut-offs."""
    drawn_from: float
    """Its probability after temperature and cut-offs."""
    cut: bool
    """Whether a cut-off took it away, not its improbability."""
    drawn: bool
    """Whether it is the one that the text goes on with."""


class Distribution:
    """The probabilities that ``mark``, any character but the start, was drawn or scored with.

    Sorts only what is asked for.
    """

    def __init__(self, mark: Mark, vocabulary: Vocabulary) -> None:
        self.mark, self.vocabulary = mark, vocabulary
        self.model: Floats = mark.model_distribution  # (V,)
        self.plain = (mark.temperature, mark.top_k, mark.top_p) == (1.0, 0, 1.0)
        """Whether it was drawn from the model's own probabilities."""
        self.drawn_from: Floats = self.model if self.plain else mark.distribution  # (V,)

    def __len__(self) -> int:
        """Return V."""
        return len(self.model)

    @cached_property
    def model_entropy(self) -> float:
        """Bits, at temperature 1, without cut-offs."""
        p = self.model[self.model > 0]
        return max(0.0, float(-p @ np.log2(p)))

    @cached_property
    def largest(self) -> float:
        """The largest of all probabilities, before or after."""
        return float(max(self.model.max(), self.drawn_from.max()))

    @cached_property
    def order(self) -> Symbols:
        """All symbols (V,), the most probable first."""
        return np.argsort(-self.mark.logits, kind="stable")

    def top(self, count: int) -> Symbols:
        """The ``count`` most probable symbols, the first of equals first; at most V."""
        y, V = self.mark.logits, len(self)
        if count >= V:
            return self.order
        if count <= 0:
            return np.empty(0, np.intp)
        limit = np.partition(y, V - count)[V - count]
        above = np.flatnonzero(y > limit)
        level = np.flatnonzero(y == limit)[: count - len(above)]
        found = np.concatenate([above, level])
        return found[np.lexsort((found, -y[found]))]

    def rank(self, symbol: int) -> int:
        """The place of a symbol by the model's probability, from 1."""
        y = self.mark.logits
        earlier = np.count_nonzero(y[:symbol] == y[symbol])
        return int(1 + np.count_nonzero(y > y[symbol]) + earlier)

    def row(self, symbol: int, rank: int | None = None) -> Row:
        """All there is to say about a symbol; ``rank``, where it is known, saves the search."""
        mark, rank = self.mark, rank or self.rank(symbol)
        after = float(self.drawn_from[symbol])
        beyond = 0 < mark.top_k < rank
        return Row(
            rank=rank,
            symbol=int(symbol),
            text=symbol_text(self.vocabulary, int(symbol)),
            model=float(self.model[symbol]),
            drawn_from=after,
            cut=beyond or (mark.top_p < 1.0 and after == 0.0),
            drawn=symbol == mark.symbol,
        )

    def rows(self, count: int) -> list[Row]:
        """The most probable symbols; the one that was drawn in the last row if further down."""
        found = [self.row(symbol, rank) for rank, symbol in enumerate(self.top(count).tolist(), 1)]
        if found and not any(row.drawn for row in found):
            found[-1] = self.row(self.mark.symbol, self.mark.rank)
        return found

    def rest(self, rows: list[Row]) -> tuple[float, float]:
        """The probability of all other symbols together, of the model and drawn from."""
        others = np.ones(len(self), np.bool_)
        others[[row.symbol for row in rows]] = False
        return float(self.model[others].sum()), float(self.drawn_from[others].sum())


def distribution_table(mark: Mark, vocabulary: Vocabulary) -> tuple[Row, ...]:
    """Every symbol that ``mark`` might have been, the most probable first."""
    found = Distribution(mark, vocabulary)
    return tuple(found.row(symbol, rank) for rank, symbol in enumerate(found.order.tolist(), 1))


def to_csv(mark: Mark, vocabulary: Vocabulary) -> str:
    """The table for a file, as RFC 4180 has it but for its line ends, each a line feed.

    Every probability reads back as the same float64; text is quoted, as some of it is line breaks.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(
        (row.rank, row.text, row.model, row.drawn_from, int(row.drawn))
        for row in distribution_table(mark, vocabulary)
    )
    return text.getvalue()


def symbol_text(vocabulary: Vocabulary, symbol: int) -> str:
    r"""The symbol itself; of bytes ``\xc3`` for one that is not a character of ASCII."""
    text = vocabulary.symbols[symbol]
    if vocabulary.kind == "byte" and text > _SINGLE_PRINTABLE:
        return f"\\x{ord(text):02x}"
    return text
