"""A text of any length in constant memory: nothing is kept of what was written."""

from __future__ import annotations

from typing import NamedTuple

from rnn_tui.core.parameters import zero_state
from rnn_tui.core.reading import Scores, scores
from rnn_tui.core.sampling import Drawn, Stream
from rnn_tui.sampling.prompt import prompt_symbols
from rnn_tui.sampling.settings import Settings, random_numbers
from rnn_tui.sampling.weights import Weights


class Piece(NamedTuple):
    """What one draw adds to a text."""

    text: str
    """The character; of bytes "" until one is whole, and more than one where some are not UTF-8."""
    drawn: Drawn


class TextStream:
    """An iterator of Pieces: the same text as ``Engine`` writes, at twice its speed.

    The prompt itself is not given again; ``read`` says what was read of it. It is read at the first
    draw. Raises PromptError at once where a prompt is to be refused, and ValueError while drawing
    when the network has diverged. ``number``: which text of the seed this is.
    """

    def __init__(
        self, weights: Weights, settings: Settings, prompt: str = "", number: int = 0
    ) -> None:
        self.read = prompt_symbols(weights.vocabulary, prompt, settings.missing)
        self.settings, self.drawn, self.finished = settings, 0, settings.length == 0
        self._decode = weights.vocabulary.decoder()
        self._tail = ""
        self._stream = Stream(
            weights.params,
            zero_state(weights.architecture, 1, weights.params["b_y"].dtype),
            self.read.symbols.tolist(),
            random_numbers(settings.seed, number),
            settings.temperature,
            top_k=settings.top_k,
            top_p=settings.top_p,
            cell=weights.cell,
        )

    def scores(self, drawn: Drawn) -> Scores:
        """Surprise, entropy and rank of the last draw under the model itself: each of one."""
        return scores(self._stream.logits[None], [drawn.symbol])

    def __iter__(self) -> TextStream:
        return self

    def __next__(self) -> Piece:
        if self.finished:
            raise StopIteration
        drawn = next(self._stream)
        text = self._decode(drawn.symbol)
        self.drawn += 1
        stop_at = self.settings.stop_at
        self.finished = self.drawn >= self.settings.length or (
            bool(stop_at) and self._stops(text, stop_at)
        )
        return Piece(text, drawn)

    def _stops(self, text: str, stop_at: str) -> bool:
        if not text:
            return False
        self._tail = (self._tail + text)[-len(stop_at) :]
        return self._tail == stop_at


stream = TextStream
"""The name of it where it is called: ``for piece in stream(weights, settings, prompt)``."""
