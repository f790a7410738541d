"""All texts of the sampler, which of them are shown side by side, and where one looks at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rnn_tui.sampling.begun import Begun
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import MOST_LANES
from rnn_tui.sampling.text import Text
from rnn_tui.sampling.tree import Mark, TextTree, TreeFullError, root
from rnn_tui.sampling.weights import Weights


class Texts:
    """Kept within ``memory`` bytes, their networks included: beyond, the oldest of those that are
    not shown are dropped, and ``note`` says so.
    """

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self._tree = TextTree(root(), memory)
        self._all: dict[int, Text] = {}
        self._shown: list[int] = []
        self._networks = 0
        """Bytes of the weights that the texts were written with, each once."""
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
        marks = [mark for one in begun for mark in one.marks]
        engines = [one.engine.weights for one in begun]
        needed = sum(mark.nbytes for mark in marks) + self._added(engines)
        self._make_room(needed, keep=(), begins=True)
        texts = []
        for lane, engine, start, marks_of_one, prompt in begun:
            number = self._begun(marks_of_one[-1] if marks_of_one else start)
            text = self._all[number] = Text(number, engine, start, marks_of_one, prompt, lane)
            texts.append(text)
        self._show([text.number for text in texts])
        self._count_networks()
        return texts

    def grow(self, text: Text, mark: Mark) -> bool:
        """One character more; whether there was room for it. Where there was not, it ends."""
        try:
            if self._tree.nbytes + mark.nbytes + self._networks > self.memory:
                self._make_room(mark.nbytes, keep=self._shown)
            self._tree.grow(text.number, mark)
        except (SamplerError, TreeFullError) as error:
            self.note = str(error)
            text.end()
            return False
        text.add(mark)
        return True

    def branch(self, symbol: int, text: Text, index: int) -> Text:
        """Another character in the place of one of a text's, and on from there.

        The text that it leaves is kept as it is. Raises SamplerError where that cannot be.
        """
        if text not in self or not 0 <= index < len(text.marks):
            raise SamplerError("the character is not there any more: choose another one")
        mark = text.marks[index]
        if mark.symbol == symbol:
            raise SamplerError("this character stands there already: choose another one")
        engine = Engine(text.weights, text.settings, mark.parent)
        try:
            chosen = engine.branch(mark, symbol)
        except ValueError as error:
            raise SamplerError(str(error)) from error
        self._make_room(chosen.nbytes, keep=self._shown)
        number = self._begun(chosen)
        if not engine.remaining:  # the text was longer than what is set
            engine.go_on(max(text.settings.length, 1))
        marks = [*text.marks[:index], chosen]
        branch = Text(number, engine, text.start, marks, text.prompt, text.lane, text.number, index)
        self._all[number] = branch
        self._show([number if other == text.number else other for other in self._shown])
        return branch

    def _begun(self, leaf: Mark) -> int:
        try:
            return self._tree.begin(leaf)
        except (TreeFullError, ValueError) as error:
            raise SamplerError(str(error)) from error

    # -- room -------------------------------------------------------------------------------------

    def _make_room(self, needed: int, keep: Collection[int], begins: bool = False) -> None:
        """Drop the oldest that are not to be kept while memory is short; SamplerError if it stays.

        ``begins``: what is shown makes room for what begins, after what is not shown.
        """
        dropped: list[str] = []
        alone = begins and needed > self.memory
        while alone or self._tree.nbytes + self._networks + needed > self.memory:
            hidden = [n for n in self._all if n not in self._shown]
            others = [n for n in self._all if n not in keep]
            victim = next(iter(hidden or (others if begins else [])), None)
            if alone or victim is None:
                megabytes = self.memory / 2**20
                raise SamplerError(
                    f"all {megabytes:,.0f} MB for texts are taken: drop one, or begin another one"
                )
            self.drop(victim)
            dropped.append(str(victim))
        if dropped:
            self.note = f"text {', '.join(dropped)} dropped to make room"

    def _added(self, networks: Sequence[Weights]) -> int:
        """Bytes of the networks that are not among those of the texts."""
        known = {id(text.weights) for text in self._all.values()}
        return sum(w.nbytes for w in {id(w): w for w in networks}.values() if id(w) not in known)

    def _count_networks(self) -> None:
        networks = {id(text.weights): text.weights for text in self._all.values()}
        self._networks = sum(weights.nbytes for weights in networks.values())

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
        del self._all[number]
        left = [shown for shown in self._shown if shown != number] or list(self._all)[-1:]
        self._show(left)
        self._count_networks()

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
        """What is no longer shown is not written any further; the cursor stays in its place."""
        here = self._shown[self.active] if self._shown else 0
        for number in self._shown:
            if number not in numbers and number in self._all:
                self._all[number].rest()
        place = min(self.active, max(len(numbers) - 1, 0))
        self.active = numbers.index(here) if here in numbers else place
        self._shown = numbers
