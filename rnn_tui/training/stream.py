"""A text that is being sampled, character by character, while training goes on."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from rnn_tui.core.arrays import Params, State
from rnn_tui.core.sampling import generate
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.protocol import SampleText, StartSample

LONGEST = 100_000
"""Characters of one sampled text: what is kept in memory for it is bounded."""

CHARACTERS_PER_SECOND = 150.0
"""How fast a text is written for a reader who asked for it."""

AUTOMATIC_PER_SECOND = 600.0
"""How fast the texts are written that nobody asked for."""


def checked_temperature(value: float) -> float:
    """The temperature itself. Raises ValueError unless it is 0 or more (infinity is uniform)."""
    if math.isnan(value) or value < 0:
        raise ValueError(f"a temperature is 0 or more, not {value:g}")
    return value


class SampleStream:
    """One text on a copy of the weights, so that training may go on under it.

    Args:
        number: which text of the session this is.
        request: prompt, temperature, length and seed.
        params, state: the network, and the state to start from; ``generate`` copies both.
        clock: seconds, monotonic; the text is written at a reader's pace.
    """

    def __init__(
        self,
        number: int,
        request: StartSample,
        params: Params,
        state: State,
        cell: str,
        vocabulary: Vocabulary,
        step: int,
        clock: Callable[[], float],
    ) -> None:
        self.number = number
        self.request = request
        self.temperature = checked_temperature(request.temperature)
        self.step = step
        self.length = max(0, min(request.length, LONGEST))
        self.text = ""
        self.drawn = 0
        prompt = vocabulary.encode_prompt(request.prompt)
        self.missing = "".join(prompt.missing)
        self._decode = vocabulary.decoder()
        self._characters = generate(
            params,
            state,
            prompt.symbols,
            np.random.default_rng(request.seed),
            lambda: self.temperature,
            cell=cell,
        )
        self._clock = clock
        self._pace = AUTOMATIC_PER_SECOND if request.automatic else CHARACTERS_PER_SECOND
        self._started = clock()

    @property
    def finished(self) -> bool:
        """Whether the whole text is there."""
        return self.drawn >= self.length

    @property
    def due(self) -> int:
        """How many characters the pace allows now."""
        if self.finished:
            return 0
        allowed = int((self._clock() - self._started) * self._pace) + 1
        return max(0, min(allowed, self.length) - self.drawn)

    def advance(self, most: int) -> None:
        """Draw the characters that are due, at most ``most``."""
        for _ in range(min(self.due, most)):
            symbol = next(self._characters).symbol
            self.drawn += 1
            self.text += self._decode(symbol)

    def stop(self) -> None:
        """No more characters."""
        self.length = self.drawn

    def answer(self, after: int) -> SampleText:
        """What was written behind the first ``after`` characters."""
        start = max(0, min(after, len(self.text)))
        return SampleText(
            stream=self.number,
            automatic=self.request.automatic,
            prompt=self.request.prompt,
            missing=self.missing,
            temperature=self.temperature,
            weights_step=self.step,
            start=start,
            text=self.text[start:],
            finished=self.finished,
        )
