"""A text that is being sampled, character by character, while training goes on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Params, State
from rnn_tui.core.parameters import zero_state
from rnn_tui.core.sampling import generate
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.protocol import SampleText, StartSample
from rnn_tui.training.trainer import Trainer

LONGEST_PROMPT = 10_000
"""Characters. The network reads a prompt in one go, and training waits for it."""

LONGEST = 100_000
"""Characters of one sampled text: what is kept in memory for it is bounded."""

SLICE = 16
"""Characters drawn for one text between two training steps, at most."""

CHARACTERS_PER_SECOND = 150.0
"""How fast a text is written for a reader who asked for it."""

AUTOMATIC_PER_SECOND = 600.0
"""How fast the texts are written that nobody asked for."""


def checked_temperature(value: float) -> float:
    """The temperature itself. Raises ValueError unless it is 0 or more (infinity is uniform)."""
    if math.isnan(value) or value < 0:
        raise ValueError(f"a temperature is 0 or more, not {value:g}")
    return value


class Network(NamedTuple):
    """What a text is sampled from. ``generate`` copies ``params`` and ``state``."""

    params: Params
    state: State
    cell: str
    vocabulary: Vocabulary
    step: int

    @classmethod
    def of(cls, trainer: Trainer, vocabulary: Vocabulary) -> Network:
        """The network as it is now, from a state of zeros."""
        architecture = trainer.architecture
        state = zero_state(architecture, 1, trainer.flat.dtype)
        return cls(trainer.params, state, architecture.cell, vocabulary, trainer.step_number)


class SampleStream:
    """One text on a copy of the weights, so that training may go on under it.

    Args:
        number: which text of the session this is.
        request: prompt, temperature, length and seed.
        network: the weights of now, which are copied.
        clock: seconds, monotonic; the text is written at a reader's pace.
    """

    def __init__(
        self,
        number: int,
        request: StartSample,
        network: Network,
        clock: Callable[[], float],
    ) -> None:
        if len(request.prompt) > LONGEST_PROMPT:
            raise ValueError(
                f"a prompt may have {LONGEST_PROMPT:,} characters, not {len(request.prompt):,}"
            )
        self.number = number
        self.request = request
        self.temperature = checked_temperature(request.temperature)
        self.step = network.step
        self.length = max(0, min(request.length, LONGEST))
        self.text = ""
        self.drawn = 0
        prompt = network.vocabulary.encode_prompt(request.prompt)
        self.missing = "".join(prompt.missing)
        self._decode = network.vocabulary.decoder()
        self._characters = generate(
            network.params,
            network.state,
            prompt.symbols,
            np.random.default_rng(request.seed),
            lambda: self.temperature,
            cell=network.cell,
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
        """Draw the characters that are due, at most ``most``.

        Raises ValueError, and ends the text, when the network has diverged.
        """
        try:
            self._draw(most)
        except ValueError:
            self.stop()
            raise

    def _draw(self, most: int) -> None:
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


class SampleStreams(dict[int, SampleStream]):
    """The texts that are being written: one for each client that asked, by its number."""

    begun = 0

    def begin(
        self, client: int, request: StartSample, network: Network, clock: Callable[[], float]
    ) -> None:
        """Begin a text for a client, in the place of its earlier one. Raises ValueError."""
        self[client] = SampleStream(self.begun + 1, request, network, clock)
        self.begun += 1

    @property
    def waiting(self) -> bool:
        """Whether one of them is not yet whole."""
        return any(not stream.finished for stream in self.values())

    def advance(self) -> bool:
        """Draw what is due. False when nothing was. ValueError when the network has diverged."""
        due = [stream for stream in self.values() if stream.due]
        for stream in due:
            stream.advance(SLICE)
        return bool(due)
