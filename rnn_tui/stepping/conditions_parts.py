"""The kinds of terms that the grammar of conditions knows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnn_tui.stepping.conditions_terms import (
    CALCULATES,
    COMPARES,
    FUNCTIONS,
    TURNED,
    Absent,
    Comparison,
    Scope,
    Term,
    Type,
    number_text,
)


@dataclass(frozen=True)
class Number(Term):
    """A number that is written down."""

    number: float
    constant = True

    @property
    def text(self) -> str:
        """The shortest that reads back the same."""
        return number_text(self.number)

    def value(self, _scope: Scope) -> float:
        """Itself."""
        return self.number


@dataclass(frozen=True)
class Word(Term):
    """A word in quotes."""

    word: str
    type = "word"
    constant = True

    @property
    def text(self) -> str:
        """In double quotes, unless it has one."""
        return f"'{self.word}'" if '"' in self.word else f'"{self.word}"'

    def value(self, _scope: Scope) -> str:
        """Itself."""
        return self.word


@dataclass(frozen=True)
class Call(Term):
    """A function of an array or a number."""

    function: str
    argument: Term

    @property
    def type(self) -> Type:
        """What the function gives; ``abs`` gives what it takes."""
        type_, _ = FUNCTIONS[self.function]
        return self.argument.type if type_ == "array" else type_

    @property
    def parts(self) -> tuple[Term, ...]:
        """The argument."""
        return (self.argument,)

    @property
    def text(self) -> str:
        """The function and its argument in parentheses."""
        return f"{self.function}({self.argument.text})"

    def value(self, scope: Scope) -> Any:
        """An array only where the type says so."""
        _, function = FUNCTIONS[self.function]
        value = function(np.asarray(self.argument.value(scope), np.float64))
        return value if self.type == "array" else float(value)

    def truth(self, scope: Scope) -> bool | None:
        """For the functions that answer a question by themselves."""
        try:
            holds = bool(self.value(scope))
        except Absent:
            return None
        scope.comparisons.append(Comparison(self.text, holds, "==", True, "true", holds))
        return holds


@dataclass(frozen=True)
class Negative(Term):
    """A number with its sign turned."""

    operand: Term
    level = 7

    @property
    def parts(self) -> tuple[Term, ...]:
        """What is turned."""
        return (self.operand,)

    @property
    def text(self) -> str:
        """A minus sign in front."""
        return f"−{self.operand.inside(self.level)}"

    def value(self, scope: Scope) -> float:
        """The number times -1."""
        return -float(self.operand.value(scope))


@dataclass(frozen=True)
class Calculation(Term):
    """Two numbers added, subtracted, multiplied or divided; by zero gives infinity or NaN."""

    left: Term
    symbol: str
    right: Term

    @property
    def level(self) -> int:
        """Products bind more tightly than sums."""
        return 6 if self.symbol in "*/" else 5

    @property
    def parts(self) -> tuple[Term, ...]:
        """Both sides."""
        return (self.left, self.right)

    @property
    def text(self) -> str:
        """Parentheses only where they are needed."""
        symbol = self.symbol.replace("-", "−")
        return f"{self.left.inside(self.level)} {symbol} {self.right.inside(self.level + 1)}"

    def value(self, scope: Scope) -> float:
        """As in IEEE 754."""
        left, right = (np.float64(part.value(scope)) for part in self.parts)
        return float(CALCULATES[self.symbol](left, right))


@dataclass(frozen=True)
class Comparing(Term):
    """Two numbers or two words compared, exactly. With NaN no comparison holds."""

    left: Term
    symbol: str
    right: Term
    level = 4
    type = "truth"

    @property
    def parts(self) -> tuple[Term, ...]:
        """Both sides."""
        return (self.left, self.right)

    @property
    def text(self) -> str:
        """Both sides with the symbol between them."""
        return f"{self.left.inside(5)} {self.symbol} {self.right.inside(5)}"

    def truth(self, scope: Scope) -> bool | None:
        """Write the comparison down, with what is constant on the right."""
        try:
            left, right = self.left.value(scope), self.right.value(scope)
        except Absent:
            return None
        holds = bool(COMPARES[self.symbol](left, right)) and not (_is_nan(left) or _is_nan(right))
        turned = self.left.constant and not self.right.constant
        a, b = (self.right, self.left) if turned else (self.left, self.right)
        actual, threshold = (right, left) if turned else (left, right)
        symbol = TURNED[self.symbol] if turned else self.symbol
        made = Comparison(a.text, actual, symbol, threshold, b.text, holds, b.constant)
        scope.comparisons.append(made)
        return holds


@dataclass(frozen=True)
class Not(Term):
    """What holds where its operand does not."""

    operand: Term
    level = 3
    type = "truth"

    @property
    def parts(self) -> tuple[Term, ...]:
        """What is denied."""
        return (self.operand,)

    @property
    def text(self) -> str:
        """The word in front."""
        return f"not {self.operand.inside(self.level)}"

    def truth(self, scope: Scope) -> bool | None:
        """None stays None."""
        holds = self.operand.truth(scope)
        return None if holds is None else not holds


@dataclass(frozen=True)
class Joined(Term):
    """Several joined by ``and`` or ``or``: Kleene's logic, None where it is not known.

    Those without arrays are asked first, and no more than is needed for the answer.
    """

    word: str
    members: tuple[Term, ...]
    type = "truth"

    @property
    def level(self) -> int:
        """``and`` binds more tightly than ``or``."""
        return 2 if self.word == "and" else 1

    @property
    def parts(self) -> tuple[Term, ...]:
        """Those that are joined."""
        return self.members

    @property
    def text(self) -> str:
        """The word between them."""
        return f" {self.word} ".join(member.inside(self.level + 1) for member in self.members)

    @cached_property
    def _cheap_first(self) -> list[Term]:
        return sorted(self.members, key=lambda member: bool(member.arrays))

    def truth(self, scope: Scope) -> bool | None:
        """A False decides an ``and``, a True an ``or``, whose other comparisons are forgotten."""
        decides, start = self.word == "or", len(scope.comparisons)
        answer: bool | None = not decides
        for member in self._cheap_first:
            before = len(scope.comparisons)
            holds = member.truth(scope)
            if holds is decides:
                answer = decides
                if not scope.whole:
                    if decides:
                        del scope.comparisons[start:before]
                    return answer
            elif holds is None and answer is not decides:
                answer = None
        return answer


def _is_nan(value: float | str) -> bool:
    return isinstance(value, float) and math.isnan(value)
