"""What the sampler shows, frozen: every pane is a function of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rnn_tui.sampling.scoring import Totals
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.tree import Mark
from rnn_tui.sampling.units import Ranking, Watched
from rnn_tui.sampling.weights import Weights

Phase: TypeAlias = Literal["writing", "paused", "ended"]
"""``paused`` goes on when told to; ``ended`` has its length, or was stopped by ``stop_at``."""

Colour: TypeAlias = Literal["surprise", "unit", "none"]
"""What the colour of a character says."""


@dataclass(frozen=True, eq=False)
class Column:
    """One text, as it stands in a column of its own."""

    number: int
    """Of the text, from 1: it keeps it for as long as it is kept."""
    title: str
    """What sets it apart from the columns beside it, such as "temperature 0.50"; from data."""
    weights: Weights
    settings: Settings
    """With which it is, or was last, drawn."""
    marks: Sequence[Mark]
    """From the first character on. It may grow behind ``count``: read no further than that."""
    pieces: Sequence[str]
    """What to show of each mark, from data: a character; of bytes "" until a character is whole."""
    count: int
    """How many characters there are."""
    cursor: int
    """Index of the character that is looked at; -1 while there is none."""
    following: bool
    """Whether the cursor stays with the last character while the text grows."""
    phase: Phase
    total: Totals
    """Of all characters: bits, bits per character, perplexity, at temperature 1."""
    drawn: Totals
    """Of those alone that were not in the prompt."""
    fork: int
    """How many characters, from the first, it shares with the text that it left; 0 for none."""

    @property
    def mark(self) -> Mark | None:
        """The character that is looked at."""
        return self.marks[self.cursor] if self.cursor >= 0 else None


@dataclass(frozen=True, eq=False)
class Listed:
    """One text of those that are kept."""

    number: int
    parent: int
    """The number of the text that it left; 0 for none (or none that is kept)."""
    fork: int
    """How many characters it shares with that one."""
    weights: Weights
    settings: Settings
    marks: Sequence[Mark]
    pieces: Sequence[str]
    count: int
    phase: Phase
    total: Totals
    shown: bool
    """Whether it is in one of the columns."""


@dataclass(frozen=True, eq=False)
class View:
    """All of it at one moment."""

    weights: Weights
    """What the next text is written with."""
    follow: bool
    """Whether every new text takes the newest weights of the run."""
    lanes: tuple[str, ...]
    """What the columns of the next text are called; one, without a name, unless side by side."""
    settings: Settings
    """Of the next text."""
    columns: tuple[Column, ...]
    """The texts that are shown, side by side where there are several; none at the beginning."""
    active: int
    """Which of them the cursor is in, from 0."""
    texts: tuple[Listed, ...]
    """All that are kept, the oldest first."""
    colour: Colour
    units: tuple[Watched, ...]
    """Whose activation is the colour of a character where ``colour`` is "unit"; else chosen."""
    cycling: bool
    """Whether the units of the ranking are shown one after the other."""
    ranking: Ranking | None
    """Which units track which properties; None until somebody asked for it."""
    ranked: str
    """Of which network and text the ranking is; from data."""
    speed: int
    """Characters a second; 0 for as fast as it goes."""
    message: str

    @property
    def column(self) -> Column | None:
        """The text that the cursor is in."""
        return self.columns[self.active] if self.columns else None

    @property
    def mark(self) -> Mark | None:
        """The character that is looked at."""
        return self.column.mark if self.column else None
