"""Two or three texts side by side: the same prompt and the same random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.tree import Mark
from rnn_tui.sampling.weights import Weights


class Beside:
    """An iterator of the next Mark of every column, None where that text has ended.

    Draw number d uses the same uniform number in all columns, whatever their vocabularies or the
    prompt that was left of them: what differs, differs by the weights and settings alone. Settings
    of a column may be replaced while it runs, by ``engines[i].settings``. Raises ValueError for
    columns with different seeds or text numbers.
    """

    def __init__(self, engines: Sequence[Engine]) -> None:
        if len({(engine.settings.seed, engine.number) for engine in engines}) > 1:
            raise ValueError("texts side by side need the same seed")
        self.engines = tuple(engines)

    @classmethod
    def at_temperatures(
        cls, weights: Weights, settings: Settings, temperatures: Sequence[float], number: int = 0
    ) -> Beside:
        """One network at several temperatures. Raises SettingError for one out of range."""
        columns = [replace(settings, temperature=value) for value in temperatures]
        return cls([Engine(weights, column, number=number) for column in columns])

    @classmethod
    def of_weights(cls, several: Sequence[Weights], settings: Settings, number: int = 0) -> Beside:
        """Several networks with one way to sample: checkpoints, or runs."""
        return cls([Engine(weights, settings, number=number) for weights in several])

    @property
    def finished(self) -> bool:
        """Whether all texts have ended."""
        return all(engine.finished for engine in self.engines)

    def prompt(self, text: str) -> Iterator[tuple[Mark | None, ...]]:
        """Read ``text`` in every column: the marks of each, None where one has no more.

        Raises PromptError at once where one of the networks is to refuse it.
        """
        return zip_longest(*[engine.prompt(text) for engine in self.engines])

    def __iter__(self) -> Beside:
        return self

    def __next__(self) -> tuple[Mark | None, ...]:
        if self.finished:
            raise StopIteration
        return tuple(next(engine, None) for engine in self.engines)
