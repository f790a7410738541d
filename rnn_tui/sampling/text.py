"""One text of the sampler: its characters, where one looks at it, and what writes it."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.lanes import Lane
from rnn_tui.sampling.scoring import Totals
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.tree import Mark
from rnn_tui.sampling.view import Column, Listed, Phase
from rnn_tui.sampling.weights import Weights


class Text:
    """It grows by ``add``; what writes it is only kept while it may go on by itself.

    Args:
        number: under which it is kept in the tree.
        engine: behind the last of ``marks``.
        start: the place before the first of them.
        marks: its characters so far.
        prompt: as it was typed.
        lane: what it was begun for.
        parent: the number of the text that it left, 0 for none; ``fork``: how much they share.
    """

    def __init__(
        self,
        number: int,
        engine: Engine,
        start: Mark,
        marks: Sequence[Mark],
        prompt: str,
        lane: Lane,
        parent: int = 0,
        fork: int = 0,
    ) -> None:
        self.number, self.lane, self.parent, self.fork = number, lane, parent, fork
        self.start, self.prompt = start, prompt
        self.weights: Weights = engine.weights
        self.marks: list[Mark] = []
        self.pieces: list[str] = []
        self.cursor, self.following = -1, True
        self._engine: Engine | None = engine
        self._settings = engine.settings
        self._waiting, self._left = False, 0
        self._total, self._drawn = Totals(), Totals()
        self._decode = self.weights.vocabulary.decoder()
        for mark in marks:
            self.add(mark)

    @property
    def phase(self) -> Phase:
        """Whether it is being written."""
        left = self._engine.remaining if self._engine is not None else self._left
        if not left:
            return "ended"
        return "paused" if self._waiting or self._engine is None else "writing"

    @property
    def leaf(self) -> Mark:
        """Its last character; the start where there is none."""
        return self.marks[-1] if self.marks else self.start

    @property
    def total(self) -> Totals:
        """The surprise of all of it."""
        return self._total

    @property
    def written(self) -> str:
        """All of it, as it is."""
        return "".join(self.pieces)

    @property
    def data(self) -> bytes | str:
        """All of it, as it is: of a network of bytes those bytes."""
        vocabulary = self.weights.vocabulary
        if vocabulary.kind == "byte":
            return bytes(ord(vocabulary.symbols[mark.symbol]) for mark in self.marks)
        return self.written

    @property
    def settings(self) -> Settings:
        """With which it goes on."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings
        if self._engine is not None:
            self._engine.settings = settings

    def add(self, mark: Mark) -> None:
        """One character more."""
        self.marks.append(mark)
        self.pieces.append(self._decode(mark.symbol))
        self._total = self._total.plus((mark.surprise,))
        if mark.drawn:
            self._drawn = self._drawn.plus((mark.surprise,))
        if self.following:
            self.cursor = len(self.marks) - 1

    def draw(self) -> Mark | None:
        """The next character, not yet added; None where the text has ended.

        Raises ValueError when the network has diverged.
        """
        return next(self._engine, None) if self._engine is not None else None

    def pause(self) -> None:
        """Go no further by itself."""
        self._waiting = True

    def rest(self) -> None:
        """The same, and let go of what would be needed for it."""
        self.pause()
        if self._engine is not None:
            self._left, self._engine = self._engine.remaining, None

    def end(self) -> None:
        """Nothing more is written."""
        self._left, self._engine = 0, None

    def go_on(self, characters: int = 0, engine: Engine | None = None) -> None:
        """Go on by itself: as far as it was to go, or for so many characters more."""
        self._waiting = False
        if engine is not None or self._engine is None:
            self._engine = engine or self.engine()
            characters = characters or self._left
        if characters:
            self._engine.go_on(characters)

    def engine(self) -> Engine:
        """A new engine behind its last character."""
        return Engine(self.weights, self._settings, self.leaf)

    def look_at(self, index: int) -> None:
        """Go to a character; whoever goes to the last one stays with the end of the text."""
        last = len(self.marks) - 1
        self.cursor = min(max(index, min(last, 0)), last)
        self.following = index >= last

    def column(self, title: str = "") -> Column:
        """How it stands in a column of this title."""
        return Column(
            number=self.number,
            title=title or f"text {self.number}",
            weights=self.weights,
            settings=self._settings,
            marks=self.marks,
            pieces=self.pieces,
            count=len(self.marks),
            cursor=self.cursor,
            following=self.following,
            phase=self.phase,
            total=self._total,
            drawn=self._drawn,
            fork=self.fork,
        )

    def listed(self, shown: bool) -> Listed:
        """How it stands in the list of all texts."""
        return Listed(
            number=self.number,
            parent=self.parent,
            fork=self.fork,
            weights=self.weights,
            settings=self._settings,
            marks=self.marks,
            pieces=self.pieces,
            count=len(self.marks),
            phase=self.phase,
            total=self._total,
            shown=shown,
        )
