"""How well a network foresees a text that somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from rnn_tui.core.parameters import zero_state
from rnn_tui.core.reading import Block, Reader, Scores, scores
from rnn_tui.sampling.engine import start_mark
from rnn_tui.sampling.prompt import prompt_symbols
from rnn_tui.sampling.settings import Missing
from rnn_tui.sampling.tree import Mark
from rnn_tui.sampling.weights import Weights


class Totals(NamedTuple):
    """The surprise of a whole text; of a network of bytes, its characters are bytes."""

    characters: int = 0
    bits: float = 0.0

    @property
    def bits_per_character(self) -> float:
        """The mean surprise; 0 of no text."""
        return self.bits / self.characters if self.characters else 0.0

    @property
    def perplexity(self) -> float:
        """2 to the bits per character: so many equally probable symbols would surprise as much."""
        with np.errstate(over="ignore"):
            return float(np.exp2(self.bits_per_character))

    def plus(self, surprises: Iterable[float]) -> Totals:
        """With these characters, in bits each."""
        added = list(surprises)
        return Totals(self.characters + len(added), self.bits + sum(added))


class Scoring:
    """An iterator of the marks of a text that is read, not sampled, in blocks.

    ``totals`` holds the sums of what was read so far. The first character is scored from the state
    of zeros, as everything is that stands at the start of a text; from ``start``, a mark, as what
    follows it. The marks hold all of it in memory: ``measure`` reads a text of any length.

    Raises PromptError at once for a text that is to be refused, and ValueError while reading when
    the network has diverged.
    """

    def __init__(
        self, weights: Weights, text: str, missing: Missing = "skip", start: Mark | None = None
    ) -> None:
        self.read = prompt_symbols(weights.vocabulary, text, missing)
        self.mark, self.totals = start or start_mark(weights), Totals()
        self._step, self._done = weights.step, 0
        reader = Reader(weights.params, weights.cell)
        self._blocks = reader.read_all(self.mark.state, self.read.symbols)

    def __iter__(self) -> Scoring:
        return self

    def __next__(self) -> tuple[Mark, ...]:
        block = next(self._blocks)
        symbols = self.read.symbols[self._done : self._done + len(block.logits)]
        score = scores(block.logits, symbols)
        self._done += len(symbols)
        self.totals = self.totals.plus(score.surprise.tolist())
        for array in (*block.states, block.logits):
            array.setflags(write=False)
        return tuple(self._marks(symbols.tolist(), block, score))

    def _marks(self, symbols: list[int], block: Block, score: Scores) -> Iterator[Mark]:
        surprises, entropies = score.surprise.tolist(), score.entropy.tolist()
        probabilities, ranks = np.exp2(-score.surprise).tolist(), score.rank.tolist()
        for t, symbol in enumerate(symbols):
            self.mark = Mark(
                symbol=symbol,
                parent=self.mark,
                origin="prompt",
                depth=self.mark.depth + 1,
                draws=self.mark.draws,
                state=tuple(h[t : t + 1] for h in block.states),
                logits=block.logits[t],
                probability=probabilities[t],
                entropy=entropies[t],
                surprise=surprises[t],
                rank=ranks[t],
                weights_step=self._step,
            )
            yield self.mark


score = Scoring
"""The name of it where it is called: ``for marks in score(weights, text)``."""


def measure(weights: Weights, text: str, missing: Missing = "skip") -> Iterator[Totals]:
    """The totals of a text of any length as it is read, after each block: the last are of all.

    Memory does not grow with the text but by the text itself. Raises as ``score`` does.
    """
    symbols = prompt_symbols(weights.vocabulary, text, missing).symbols
    reader = Reader(weights.params, weights.cell)
    state = zero_state(reader.architecture, 1, reader.dtype)
    return _measure(reader.read_all(state, symbols), iter(symbols))


def _measure(blocks: Iterator[Block], symbols: Iterator[int]) -> Iterator[Totals]:
    totals = Totals()
    for block in blocks:
        own = [next(symbols) for _ in range(len(block.logits))]
        totals = totals.plus(scores(block.logits, own).surprise.tolist())
        yield totals
