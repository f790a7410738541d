"""Texts as a tree of characters: each keeps what is needed to go on from it, exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from rnn_tui.core.arrays import Array, Floats, State
from rnn_tui.core.sampling import distribution

Origin: TypeAlias = Literal["start", "prompt", "drawn", "chosen"]
"""Where a character comes from; "start" is the place before the first one."""

MEMORY: Final = 256 * 2**20
"""Bytes that the characters of one tree may take."""

_OBJECTS: Final = 600
"""Bytes that a character takes besides the numbers in its arrays, about."""


class TreeFullError(Exception):
    """The text that is being written takes all the memory there is for it: one line."""


@dataclass(frozen=True, eq=False, slots=True)
class Mark:
    """One character of a text, and how it came there.

    ``logits`` are those it was drawn from or scored with, before it was read; ``state`` is the one
    after it was read. Neither is ever written to. The start has symbol -1 and no logits.
    """

    symbol: int
    parent: Mark | None = field(repr=False)
    origin: Origin
    depth: int
    """How many characters there are up to here, with this one: the first has 1."""
    draws: int
    """How many of them were drawn or chosen: the next draw uses the uniform of this number."""
    state: State = field(repr=False)
    """One (1, H) a layer."""
    logits: Array = field(repr=False)
    """(V,)"""
    probability: float
    """With which it was drawn, or would have been: after temperature and cut-offs."""
    entropy: float
    """Bits, of what it was drawn from: after temperature and cut-offs."""
    surprise: float
    """Bits under the model itself: at temperature 1, without cut-offs."""
    rank: int
    """Its place among all symbols by probability, from 1."""
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    weights_step: int = 0

    @property
    def drawn(self) -> bool:
        """Whether the network was asked for it: not a character of a prompt."""
        return self.origin in ("drawn", "chosen")

    @property
    def model_distribution(self) -> Floats:
        """The network's own probabilities (V,), at temperature 1."""
        return distribution(self.logits)

    @property
    def distribution(self) -> Floats:
        """The probabilities (V,) after temperature and cut-offs."""
        return distribution(self.logits, self.temperature, self.top_k, self.top_p)

    @property
    def nbytes(self) -> int:
        """The memory that it takes, about."""
        return _OBJECTS + self.logits.nbytes + sum(h.nbytes for h in self.state)

    def path(self) -> tuple[Mark, ...]:
        """The characters from the first to this one, without the start."""
        return after(self, None)


def root() -> Mark:
    """What the starts of several networks grow from, so that one tree can hold all their texts."""
    nothing = np.zeros(0)
    return Mark(-1, None, "start", -1, 0, (), nothing, 1.0, 0.0, 0.0, 0)


def after(mark: Mark, earlier: Mark | None) -> tuple[Mark, ...]:
    """The characters behind ``earlier``, one of the path to ``mark``, up to ``mark``."""
    found: list[Mark] = []
    here: Mark | None = mark
    while here is not None and here is not earlier and here.depth:
        found.append(here)
        here = here.parent
    return tuple(reversed(found))


def common(one: Mark, other: Mark) -> Mark | None:
    """The last character that two texts share (perhaps the start); None in different trees."""
    a: Mark | None = one
    b: Mark | None = other
    while a is not b and a is not None and b is not None:
        up = a.depth - b.depth
        a, b = (a.parent if up >= 0 else a), (b.parent if up <= 0 else b)
    return a if a is b else None


class Branch(NamedTuple):
    """One text of a tree: its number, from 1, and its last character."""

    number: int
    leaf: Mark
    fork: Mark
    """The last character shared with the text that it left; the start for the first."""


class TextTree:
    """The texts that have grown from one start, within a bounded memory.

    Args:
        start: the place before the first character, such as ``engine.start_mark``, or a ``root``.
        memory: bytes that all characters together may take, about.
    """

    def __init__(self, start: Mark, memory: int = MEMORY) -> None:
        self.start, self.memory = start, memory
        self._branches: dict[int, Branch] = {}
        self._begun = 0
        self._bytes = start.nbytes
        self.note = ""
        """What the last ``begin`` or ``grow`` dropped for want of memory, in words, or ""."""

    @property
    def nbytes(self) -> int:
        """The memory that the characters take, about; those that texts share count once."""
        return self._bytes

    def __getitem__(self, number: int) -> Branch:
        """The text of this number. KeyError when there is none (any more)."""
        return self._branches[number]

    def begin(self, leaf: Mark) -> int:
        """Keep the text that ends in ``leaf``, a mark of this tree or grown from one: its number.

        Raises ValueError for a mark that did not grow from this tree's start, and TreeFullError
        when the text alone takes all the memory.
        """
        if common(leaf, self.start) is not self.start:
            raise ValueError("this character belongs to another tree")
        shared = (common(leaf, branch.leaf) for branch in self._branches.values())
        fork = max((mark for mark in shared if mark), key=_depth, default=self.start)
        number = self._begun = self._begun + 1
        self._branches[number] = Branch(number, leaf, fork)
        self._bytes += sum(mark.nbytes for mark in after(leaf, fork))
        try:
            self._make_room(number)
        except TreeFullError:
            self.drop(number)
            raise
        return number

    def grow(self, number: int, mark: Mark) -> str:
        """Add one character to a text; what was dropped for want of memory, in words, or "".

        Raises ValueError unless it follows the text's last one, and TreeFullError when the text
        alone takes all the memory.
        """
        branch = self._branches[number]
        if mark.parent is not branch.leaf:
            raise ValueError("a character can only follow the last one of its text")
        self._make_room(number, mark.nbytes)
        self._branches[number] = branch._replace(leaf=mark)
        self._bytes += mark.nbytes
        return self.note

    def drop(self, number: int) -> None:
        """Forget one text; what others share with it stays."""
        leaf = self._branches.pop(number).leaf
        shared = (common(leaf, branch.leaf) for branch in self._branches.values())
        last = max((mark for mark in shared if mark), key=_depth, default=self.start)
        self._bytes -= sum(mark.nbytes for mark in after(leaf, last))

    def _make_room(self, number: int, needed: int = 0) -> None:
        """Drop the oldest other texts while memory is short; none when that would not help."""
        self.note, dropped = "", []
        if self._bytes + needed <= self.memory:
            return
        own = sum(mark.nbytes for mark in self._branches[number].leaf.path())
        if self.start.nbytes + own + needed > self.memory:
            megabytes = self.memory / 2**20
            raise TreeFullError(
                f"the text takes all {megabytes:,.0f} MB there are: begin another one"
            )
        while self._bytes + needed > self.memory:
            oldest = next(other for other in self._branches if other != number)
            self.drop(oldest)
            dropped.append(str(oldest))
        self.note = f"text {', '.join(dropped)} dropped to make room"


def _depth(mark: Mark) -> int:
    return mark.depth
