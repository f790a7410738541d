"""A text that is being written, character by character, with all that a microscope shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.parameters import zero_state
from rnn_tui.core.reading import Reader, surprise_and_rank
from rnn_tui.core.sampling import Drawing, Drawn
from rnn_tui.sampling.prompt import prompt_symbols
from rnn_tui.sampling.settings import Settings, random_numbers
from rnn_tui.sampling.tree import Mark, Origin
from rnn_tui.sampling.weights import Weights

_MODEL = Settings(temperature=1.0)  # what a character is scored with that nobody drew


class Uniforms:
    """The uniform numbers of text ``number`` of a seed, by their place: those of the pipe."""

    def __init__(self, seed: int, number: int = 0) -> None:
        self.seed, self.number = seed, number
        self._generator, self._next = random_numbers(seed, number), 0

    def at(self, place: int) -> float:
        """The number of this place, from 0, in [0, 1)."""
        if place != self._next:
            self._generator = random_numbers(self.seed, self.number, place)
        self._next = place + 1
        return self._generator.random()


def start_mark(weights: Weights, root: Mark | None = None) -> Mark:
    """The place before the first character of any text by this network: a state of zeros.

    ``root`` is where the tree begins that it is to belong to, if there is to be one of several.
    """
    architecture, b_y = weights.architecture, weights.params["b_y"]
    state = zero_state(architecture, 1, b_y.dtype)
    return Mark(-1, root, "start", 0, 0, state, b_y[:0], 1.0, 0.0, 0.0, 0)


class Engine:
    """An iterator of Marks: each the next character, drawn and then read.

    ``settings`` may be replaced at any time: the next draw uses them. Draw number d of a text
    always uses uniform number d of its seed, so that going on from any mark with the same settings
    and weights gives the very same text, which is also that of ``sampling.stream``. The text ends
    at ``settings.length`` draws, counted from its first, or behind ``settings.stop_at``.

    Args:
        weights: their arrays are read-only, and shared.
        settings: how to draw.
        start: go on from there, a mark of a network of the same sizes; None: from nothing.
        number: which text of the seed this is.

    Drawing and reading raise ValueError, in words for a user, when the network has diverged.
    """

    def __init__(
        self, weights: Weights, settings: Settings, start: Mark | None = None, number: int = 0
    ) -> None:
        self.weights, self.settings, self.number = weights, settings, number
        self._reader = Reader(weights.params, weights.cell)
        self._drawing = Drawing(len(weights.vocabulary))
        self._uniforms = Uniforms(settings.seed, number)
        self._more, self._stopped = 0, False
        self._mark: Mark
        self._logits: Array
        self._go_to(start or start_mark(weights))

    @property
    def mark(self) -> Mark:
        """The last character so far; the start when there is none."""
        return self._mark

    @property
    def finished(self) -> bool:
        """Whether the text has its length, or was stopped by what it wrote."""
        return self._stopped or self._mark.draws >= self.settings.length + self._more

    @property
    def bytes_of_mark(self) -> int:
        """The memory that each of its marks takes, about."""
        return self._mark.nbytes + self._logits.nbytes

    @property
    def remaining(self) -> int:
        """How many characters it may still draw."""
        left = self.settings.length + self._more - self._mark.draws
        return 0 if self._stopped else max(left, 0)

    def prompt(self, text: str) -> Iterator[Mark]:
        """Read ``text`` behind the last character: its marks, scored at temperature 1.

        What the vocabulary lacks is left out, or refused at once with PromptError, as was set. The
        text is read as its marks are taken.
        """
        self._stopped = False
        found = prompt_symbols(self.weights.vocabulary, text, self.settings.missing)
        return map(self._read_prompt, found.symbols.tolist())

    def branch(self, mark: Mark, symbol: int) -> Mark:
        """Take ``symbol`` in the place of ``mark``: the new mark, from which the text goes on.

        Draws keep their uniform numbers: the same symbol gives the same text again. Raises
        ValueError for the start, and for a symbol that there is not.
        """
        if mark.parent is None or mark.origin == "start":
            raise ValueError("there is no character at the start of a text: choose one behind it")
        self._reader.check(symbol)
        self._go_to(mark.parent)
        with np.errstate(over="ignore", under="ignore"):
            drawn = self._weigh(mark.logits, self.settings).take(symbol)
        self._stopped = False
        return self._add(drawn, mark.logits, "chosen", mark.draws, self.settings)

    def go_on(self, characters: int) -> None:
        """Allow so many characters more than there are now, also behind where the text stopped."""
        self._more = self._mark.draws + characters - self.settings.length
        self._stopped = False

    def __iter__(self) -> Engine:
        return self

    def __next__(self) -> Mark:
        if self.finished:
            raise StopIteration
        settings, draws = self.settings, self._mark.draws
        if settings.seed != self._uniforms.seed:
            self._uniforms = Uniforms(settings.seed, self.number)
        with np.errstate(over="ignore", under="ignore"):
            drawing = self._weigh(self._logits, settings)
            drawn = drawing.draw(self._uniforms.at(draws))
        mark = self._add(drawn, self._logits, "drawn", draws + 1, settings)
        self._stopped = bool(settings.stop_at) and self._wrote(settings.stop_at)
        return mark

    def _weigh(self, logits: Array, settings: Settings) -> Drawing:
        self._drawing.weigh(logits, settings.temperature, settings.top_k, settings.top_p)
        return self._drawing

    def _read_prompt(self, symbol: int) -> Mark:
        with np.errstate(over="ignore", under="ignore"):
            drawn = self._weigh(self._logits, _MODEL).take(symbol)
        return self._add(drawn, self._logits, "prompt", self._mark.draws, _MODEL)

    def _add(
        self, drawn: Drawn, logits: Array, origin: Origin, draws: int, settings: Settings
    ) -> Mark:
        """Read the character, and keep it as the last one."""
        parent = self._mark
        surprise, rank = surprise_and_rank(logits, drawn.symbol)
        reading = self._reader.read(parent.state, drawn.symbol)
        self._logits = reading.logits
        self._mark = Mark(
            symbol=drawn.symbol,
            parent=parent,
            origin=origin,
            depth=parent.depth + 1,
            draws=draws,
            state=reading.state,
            logits=logits,
            probability=drawn.probability,
            entropy=drawn.entropy_bits,
            surprise=surprise,
            rank=rank,
            temperature=settings.temperature,
            top_k=settings.top_k,
            top_p=settings.top_p,
            weights_step=self.weights.step,
        )
        return self._mark

    def _go_to(self, mark: Mark) -> None:
        self._mark, self._logits = mark, self._reader.start(mark.state).logits

    def _wrote(self, stop_at: str) -> bool:
        """Whether what was drawn ends so now; looks back no further than it has to."""
        symbols: list[int] = []
        mark: Mark | None = self._mark
        while mark is not None and mark.drawn and len(symbols) < 4 * len(stop_at) + 8:
            symbols.append(mark.symbol)
            mark = mark.parent
        pieces = list(map(self.weights.vocabulary.decoder(), reversed(symbols)))
        return bool(pieces[-1]) and "".join(pieces).endswith(stop_at)
