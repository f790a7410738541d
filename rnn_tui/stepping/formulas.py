"""Formulas of the textbook as they are shown: with the time put in, and cut into their factors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Kind = Literal["result", "operand", "plain"]

# Not \w: that takes the raised signs of x² and Wᵀ for letters.
_LETTER = "A-Za-z0-9_Α-Ωα-ω"
_TIME = re.compile(rf"(?<!Σ)(?P<mark>[_^])(?:t(?![{_LETTER}])|\{{t(?P<shift>[-−+]\d+)?\}})")
_EQUALS = re.compile(r" [=←] ")
_SYMBOL = re.compile(rf"[{_LETTER}]+(?:\{{[^}}]*\}})?(?:\^[{_LETTER}]+)?(?:\^\(\d+\))?")
_NUMBERED = re.compile(r"(?P<mark>[_^])\d+$")
_LAYER = re.compile(rf"^d(?:layer\d+\.)?[Wb]_[{_LETTER}]+$")
_BEFORE, _AFTER = rf"(?<![{_LETTER}])", rf"(?![{_LETTER}{{]|\^[t(\d])"


class Token(NamedTuple):
    """A piece of a formula."""

    text: str
    kind: Kind
    names: tuple[str, ...] = ()
    """The operands that it stands for: one, or all that a sum runs over. A result has none."""

    @property
    def name(self) -> str | None:
        """The operand that it stands for; None where it is none or stands for several."""
        return self.names[0] if len(self.names) == 1 else None


def at_step(formula: str, t: int) -> str:
    """``formula`` with the time put in: "h_t = tanh(z_t)" at 17 is "h_17 = tanh(z_17)".

    Where ``t`` is 0 there is no time, and nothing changes. A sum over t keeps its t.
    """
    return _TIME.sub(lambda found: _numbered(found, t), formula) if t else formula


def tokens(formula: str, operands: Iterable[str], t: int = 0) -> tuple[Token, ...]:
    """Cut ``formula`` into pieces, so that each operand can be shown apart from the rest.

    ``operands`` are the names of the operation's operands; ``t`` puts the time in, as ``at_step``
    does. The texts of all pieces together are the formula.
    """
    meanings = _meanings(formula, operands)
    equals = _EQUALS.search(formula)
    result = _SYMBOL.match(formula) if equals else None
    start = result.end() if result else 0
    pieces = [Token(formula[:start], "result")] if result else []
    pieces += _cut(formula, start, meanings)
    return tuple(piece._replace(text=at_step(piece.text, t)) for piece in pieces)


def missing(formula: str, operands: Iterable[str]) -> tuple[str, ...]:
    """The operands that ``formula`` does not name: what only gives a shape, or a mask."""
    operands = tuple(operands)
    named = {name for token in tokens(formula, operands) for name in token.names}
    return tuple(name for name in operands if name not in named)


def _numbered(found: re.Match[str], t: int) -> str:
    shift = (found["shift"] or "0").replace("−", "-")
    return f"{found['mark']}{t + int(shift)}"


def _meanings(formula: str, operands: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What stands in the formula for which operands."""
    meanings: dict[str, tuple[str, ...]] = {}
    for name in operands:
        spelled = next((s for s in _spellings(name) if _pattern([s]).search(formula)), None)
        if spelled is not None:
            meanings[spelled] = (*meanings.get(spelled, ()), name)
    return meanings


def _spellings(name: str) -> Iterator[str]:
    """How a formula may call an operand: by its name, or as one of many that it sums."""
    yield name
    yield _NUMBERED.sub(r"\g<mark>t", name)
    if _LAYER.match(name):
        yield "dW"


def _pattern(symbols: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(symbols, key=len, reverse=True)
    return re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, longest_first))}){_AFTER}")


def _cut(formula: str, start: int, meanings: dict[str, tuple[str, ...]]) -> Iterator[Token]:
    found = _pattern(meanings).finditer(formula, start) if meanings else iter(())
    for symbol in found:
        if symbol.start() > start:
            yield Token(formula[start : symbol.start()], "plain")
        yield Token(symbol[0], "operand", meanings[symbol[0]])
        start = symbol.end()
    if start < len(formula):
        yield Token(formula[start:], "plain")
