"""Breakpoints: conditions over the values of an operation, such as ``norm(dh) < 1e-6``.

Names: ``value`` (the result, at every operation); the symbols of the formulas without their time
(``h``, ``dh``, ``dz``, ``W_hh``, ``loss``, ...); ``t``, ``layer``, ``index`` (from 0), ``op`` (from
1), and the words ``phase`` and ``kind`` (the operation's name). Functions: see ``FUNCTIONS``.
Numbers may be added, subtracted, multiplied and divided. ``=`` means ``==``.

What stands between two ``or`` is tested where the *result* is one of the arrays that it names, so
that ``norm(dh) < 1e-6`` is one question a time step; everywhere if it names ``value``, no array, or
only what was given and no operation makes, such as ``η``. Other names in it are then looked for
among the operands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from rnn_tui.core.record import Given, Operation, Source
from rnn_tui.stepping.conditions_grammar import Known, parse_term
from rnn_tui.stepping.conditions_parts import Joined
from rnn_tui.stepping.conditions_terms import (
    COMPARES,
    FUNCTIONS,
    RESULT,
    Comparison,
    Scope,
    Term,
    number_text,
    timeless,
)
from rnn_tui.stepping.conditions_tokens import ConditionError, can_be_typed

__all__ = [
    "FUNCTIONS",
    "Comparison",
    "Condition",
    "ConditionError",
    "Known",
    "Reading",
    "comparison_words",
    "known_in",
    "parse",
    "words",
]


class Reading(NamedTuple):
    """What a condition came to at one operation."""

    hit: bool
    comparisons: tuple[Comparison, ...]
    """Those that decided it."""


@dataclass(frozen=True)
class Condition:
    """A condition that was understood. Its text is the canonical one."""

    term: Term

    def __str__(self) -> str:
        return self.text

    @cached_property
    def text(self) -> str:
        """Spaces, parentheses and numbers as this program writes them; parses to the same."""
        return self.term.text

    def test(self, operation: Operation, *, whole: bool = False) -> Reading | None:
        """What it comes to at ``operation``; None if it does not ask about this one.

        Values are read only as far as the answer needs them; with ``whole`` all of them, to show
        every comparison. Never raises: numbers that are not finite compare as such, and no
        comparison with NaN holds.
        """
        result, scope = timeless(operation.symbol), Scope(operation, whole)
        hit = False
        for clause in self._clauses:
            if clause.everywhere or result in clause.names:
                before = len(scope.comparisons)
                with np.errstate(all="ignore"):
                    hit = clause.term.truth(scope) is True or hit
                if hit and not whole:
                    return Reading(True, tuple(scope.comparisons[before:]))
        return Reading(hit, tuple(scope.comparisons)) if scope.comparisons else None

    @cached_property
    def _clauses(self) -> tuple[_Clause, ...]:
        return tuple(_Clause.of(term) for term in _alternatives(self.term))


class _Clause(NamedTuple):
    """What stands between two ``or``, and where it is tested."""

    term: Term
    names: frozenset[str]
    everywhere: bool

    @classmethod
    def of(cls, term: Term) -> _Clause:
        return cls(term, term.made, RESULT in term.made or not term.made)


def parse(text: str, known: Known | None = None) -> Condition:
    """Understand a condition. With ``known`` (see ``known_in``), names must exist in the trace.

    Raises ConditionError, which says what is wrong and points at the column.
    """
    return Condition(parse_term(text, known))


def known_in(trace: Iterable[Operation]) -> Known:
    """All names of arrays and kinds of operations that occur in ``trace``."""
    one_number: dict[str, bool] = {}
    kinds: dict[str, None] = {}
    made = set()
    for operation in trace:
        kinds[operation.name] = None
        made.add(timeless(operation.symbol))
        for symbol, source in ((operation.symbol, operation), *operation.operands.sources.items()):
            name = timeless(symbol)
            one_number[name] = _is_one_number(source) and one_number.get(name, True)
    arrays = tuple(name for name in one_number if can_be_typed(name))
    scalars = frozenset(name for name in arrays if one_number[name])
    return Known(arrays, tuple(kinds), scalars, frozenset(arrays) - made)


def _is_one_number(source: Source) -> bool:
    """Whether the shape is () or (1,); large values are not made for it."""
    value = source.value if isinstance(source, Given) else source.stored
    return value is not None and value.shape in ((), (1,))


def words(reading: Reading) -> str:
    """The thresholds beside the actual values: ``norm(dh) = 8.1e-07 < 1e-06``."""
    between = " and " if reading.hit else "; "
    return between.join(comparison_words(comparison) for comparison in reading.comparisons)


def comparison_words(comparison: Comparison) -> str:
    """One of them; ``norm(dh) = 0.31, not < 1e-06`` where it does not hold."""
    text, actual, symbol, threshold, threshold_text, holds, fixed = comparison
    if isinstance(actual, bool):
        return text if holds else f"not {text}"
    left = f"{text} = {_shown(actual, threshold)}"
    if holds and symbol == "==" and fixed:
        return left
    right = threshold_text if fixed else f"{threshold_text} = {_shown(threshold, actual)}"
    return f"{left} {symbol} {right}" if holds else f"{left}, not {symbol} {right}"


def _shown(value: float | str | bool, other: float | str | bool) -> str:
    """Three digits of a number, or as many as show on which side of ``other`` it lies."""
    if isinstance(value, str) or isinstance(other, str):
        return f'"{value}"'
    if not math.isfinite(value) or value == round(value):
        return number_text(value)
    for digits in (3, 6, 12):
        text = f"{value:.{digits}g}"
        if all(compare(float(text), other) == compare(value, other) for compare in _SIDES):
            return text.replace("-", "−")
    return number_text(value)


_SIDES = (COMPARES["<"], COMPARES[">"])


def _alternatives(term: Term) -> list[Term]:
    if isinstance(term, Joined) and term.word == "or":
        return [inner for member in term.members for inner in _alternatives(member)]
    return [term]
