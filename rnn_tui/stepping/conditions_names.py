"""Names in conditions: what of an operation they stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rnn_tui.stepping.conditions_terms import NUMBERS, SCALARS, WORDS, Scope, Term, Type


@dataclass(frozen=True)
class Name(Term):
    """Where the operation stands, or what one of its arrays holds.

    ``scalar`` arrays are one number, ``is_given`` ones no operation makes: so says the trace.
    """

    name: str
    scalar: bool = field(default=False, compare=False)
    is_given: bool = field(default=False, compare=False)

    @property
    def type(self) -> Type:
        """Of ``phase`` and ``kind`` a word, of an array that is one number a number."""
        if self.name in WORDS:
            return "word"
        return "number" if self.name in NUMBERS or self._is_one else "array"

    @property
    def _is_one(self) -> bool:
        return self.scalar or self.name in SCALARS

    @property
    def text(self) -> str:
        """The name."""
        return self.name

    @cached_property
    def arrays(self) -> frozenset[str]:
        """The name, if it is an array's."""
        return frozenset(() if self.name in NUMBERS or self.name in WORDS else (self.name,))

    @cached_property
    def made(self) -> frozenset[str]:
        """The name, if some operation makes the array."""
        return frozenset() if self.is_given else self.arrays

    def value(self, scope: Scope) -> Any:
        """What the operation says; the mean of a loss over its rows."""
        if self.name in NUMBERS:
            return float(NUMBERS[self.name](scope.operation))
        if self.name in WORDS:
            return WORDS[self.name](scope.operation)
        array = scope.array(self.name)
        return float(array.mean()) if self._is_one else array
