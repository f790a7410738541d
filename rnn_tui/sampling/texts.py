"""All texts of the sampler, which of them are shown side by side, and where one looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import MOST_LANES, Lane
from rnn_tui.sampling.text import Text
from rnn_tui.sampling.tree import Mark, TextTree, TreeFullError, root


class Begun(NamedTuple):
    """A text whose prompt has been read."""

    lane: Lane
    engine: Engine
    start: Mark
    marks: tuple[Mark, ...]


class Texts:
    """Kept in one tree, within ``memory`` bytes: beyond, the oldest are dropped, and ``note`` says
    so.
    """

    def __init__(self, memory: int) -> None:
        self._tree = TextTree(root(), memory)
        self._all: dict[int, Text] = {}
        self._shown: list[int] = []
        self.active = 0
        """Which of those that are shown the cursor is in."""
        self.note = ""

    @property
    def root(self) -> Mark:
        """Where all of them begin."""
        return self._tree.start

    @property
    def all(self) -> tuple[Text, ...]:
        """The oldest first."""
        return tuple(self._all.values())

    @property
    def shown(self) -> tuple[Text, ...]:
        """Those side by side."""
        return tuple(self._all[number] for number in self._shown)

    @property
    def current(self) -> Text | None:
        """The one that the cursor is in."""
        return self._all[self._shown[self.active]] if self._shown else None

    def require(self) -> Text:
        """The one that the cursor is in. Raises SamplerError where there is none."""
        if self.current is None:
            raise SamplerError("there is no text yet: write a prompt and press enter")
        return self.current

    def __contains__(self, text: Text) -> bool:
        return self._all.get(text.number) is text

    # -- how they come and grow ---------------------------------------------------------------

    def begin(self, begun: Sequence[Begun]) -> list[Text]:
        """Keep texts whose prompts were read, and show them. Raises SamplerError without room."""
        texts = []
        for lane, engine, start, marks in begun:
            try:
                number = self._tree.begin(marks[-1] if marks else start)
            except TreeFullError as error:
                raise SamplerError(str(error)) from error
            text = self._all[number] = Text(number, engine, start, marks, lane)
            texts.append(text)
        self._show([text.number for text in texts])
        self._forget_dropped()
        return texts

    def grow(self, text: Text, mark: Mark) -> bool:
        """One character more; whether there was room for it."""
        try:
            note = self._tree.grow(text.number, mark)
        except TreeFullError as error:
            self.note = str(error)
            return False
        text.add(mark)
        if note:
            self.note = note
            self._forget_dropped()
        return True

    def branch(self, symbol: int) -> Text:
        """Another character in the place of the one that is looked at, and on from there.

        The text that it leaves is kept as it is. Raises SamplerError where that cannot be.
        """
        text = self.require()
        if text.cursor < 0:
            raise SamplerError("the text has no character yet: let some be written")
        mark, fork = text.marks[text.cursor], text.cursor
        if mark.symbol == symbol:
            raise SamplerError("this character stands there already: choose another one")
        engine = Engine(text.weights, text.settings, mark.parent)
        try:
            chosen = engine.branch(mark, symbol)
            number = self._tree.begin(chosen)
        except (ValueError, TreeFullError) as error:
            raise SamplerError(str(error)) from error
        marks = [*text.marks[:fork], chosen]
        branch = Text(number, engine, text.start, marks, text.lane, text.number, fork)
        text.pause()
        self._all[number] = branch
        self._shown[self.active] = number
        self._forget_dropped()
        return branch

    # -- which are shown ------------------------------------------------------------------------

    def choose(self, number: int) -> None:
        """Look at another one, in the place of all that are shown, or at one of those."""
        self._known(number)
        if number in self._shown:
            self.active = self._shown.index(number)
        else:
            self._show([number])

    def beside(self, number: int) -> None:
        """Show one beside the others, or take it away from there."""
        self._known(number)
        if number not in self._shown:
            if len(self._shown) == MOST_LANES:
                raise SamplerError(f"{MOST_LANES} texts are the most side by side: take one away")
            self._show([*self._shown, number])
        elif len(self._shown) > 1:
            self._show([other for other in self._shown if other != number])

    def turn(self, by: int) -> str:
        """The one before or after, in the order in which they were begun."""
        numbers = list(self._all)
        place = numbers.index(self.require().number) + by
        if not 0 <= place < len(numbers):
            return f"this is the {'first' if by < 0 else 'last'} text"
        self._show([numbers[place]])
        return ""

    def drop(self, number: int) -> None:
        """Forget one; what others share with it stays."""
        self._known(number)
        self._tree.drop(number)
        self._forget_dropped()

    def next_column(self, by: int) -> None:
        """Look at the column beside."""
        if self._shown:
            self.active = (self.active + by) % len(self._shown)

    def look_at(self, index: int, column: int | None = None) -> None:
        """Put the cursor on a character, from 0."""
        if column is not None and 0 <= column < len(self._shown):
            self.active = column
        if self.current is not None:
            self.current.look_at(index)

    def _known(self, number: int) -> None:
        if number not in self._all:
            raise SamplerError(f"there is no text {number}")

    def _show(self, numbers: list[int]) -> None:
        """What is no longer shown is not written any further."""
        here = self.current.number if self.current else 0
        for text in self.shown:
            if text.number not in numbers:
                text.pause()
        self._shown = numbers
        self.active = numbers.index(here) if here in numbers else 0

    def _forget_dropped(self) -> None:
        """What the tree no longer has."""
        kept = {branch.number for branch in self._tree.branches}
        self._all = {number: text for number, text in self._all.items() if number in kept}
        self._shown = [number for number in self._shown if number in kept] or list(self._all)[-1:]
        self.active = min(self.active, max(len(self._shown) - 1, 0))
