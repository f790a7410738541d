"""The grammar of conditions: text in, terms out, and errors that point at a column.

    condition  = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation   = "not" negation | comparison
    comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
    sum        = product { ( "+" | "-" ) product }
    product    = sign { ( "*" | "/" ) sign }
    sign       = "-" sign | number | word | name | function "(" condition ")" | "(" condition ")"

Nothing is ever evaluated while parsing, and nothing but these names and functions exists.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import NamedTuple

from rnn_tui.core.record import PHASES
from rnn_tui.stepping.conditions_names import Name
from rnn_tui.stepping.conditions_parts import (
    Calculation,
    Call,
    Comparing,
    Joined,
    Negative,
    Not,
    Number,
    Word,
)
from rnn_tui.stepping.conditions_terms import (
    COMPARES,
    FUNCTIONS,
    NUMBERS,
    RESULT,
    SCALARS,
    WORDS,
    Term,
)
from rnn_tui.stepping.conditions_tokens import ConditionError, Token, quoted, short, tokens_of

MOST_NESTED = 25
_EXAMPLE = "as in norm(dh) < 1e-6"


class Known(NamedTuple):
    """What exists in one trace: names of arrays, without their time, and kinds of operations."""

    arrays: Collection[str]
    kinds: Collection[str]
    scalars: Collection[str] = ()
    """Those of the arrays that are one number each, of the shape () or (1,)."""
    given: Collection[str] = ()
    """Those that no operation makes."""


_JOINING = frozenset({"and", "or", "not"})


def parse_term(text: str, known: Known | None = None) -> Term:
    """The term, of type truth, that ``text`` says. Raises ConditionError."""
    return _Parser(tokens_of(text), known).condition()


class _Parser:
    """Recursive descent over the tokens; one method a rule of the grammar."""

    def __init__(self, tokens: list[Token], known: Known | None) -> None:
        self._tokens, self._known = tokens, known
        self._at = self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def condition(self) -> Term:
        """The whole text."""
        if self._next.kind == "end":
            raise ConditionError(f"a condition is missing, {_EXAMPLE}", self._next.column)
        term = _need(self._any(), "truth")
        if self._next.kind != "end":
            raise ConditionError(self._unexpected(), self._next.column)
        return term

    def _any(self) -> Term:
        return self._joined("or", lambda: self._joined("and", self._negation))

    def _joined(self, word: str, member: Callable[[], Term]) -> Term:
        members = [member()]
        while self._take("name", word):
            members.append(member())
        if len(members) == 1:
            return members[0]
        return Joined(members[0].column, word, tuple(_need(m, "truth") for m in members))

    def _negation(self) -> Term:
        column = self._next.column
        if self._take("name", "not"):
            return Not(column, _need(self._deeper(self._negation), "truth"))
        return self._comparison()

    def _comparison(self) -> Term:
        left = self._sum()
        symbol = self._take("symbol", *COMPARES)
        if symbol is None:
            return left
        right = self._sum()
        again = self._next
        if again.kind == "symbol" and again.text in COMPARES:
            problem = "one comparison at a time: join two with and, as in t > 3 and t < 9"
            raise ConditionError(problem, again.column)
        self._check_compared(left, symbol, right)
        return Comparing(left.column, left, symbol.text, right)

    def _check_compared(self, left: Term, symbol: Token, right: Term) -> None:
        if "word" not in (left.type, right.type):
            _need(left, "number")
            _need(right, "number")
            return
        _need(left, "word")
        _need(right, "word")
        if symbol.text not in ("==", "!="):
            raise ConditionError("words are equal or not: use == or !=", symbol.column)
        for name, word in ((left, right), (right, left)):
            if isinstance(name, Name) and isinstance(word, Word):
                self._check_word(name.name, word)

    def _check_word(self, name: str, word: Word) -> None:
        known: Collection[str] = PHASES
        if name == "kind":
            known = self._known.kinds if self._known else [word.word]
        if word.word not in known:
            problem = f"there is no {name} {quoted(word.word)}: {_offer(word.word, known)}"
            raise ConditionError(problem, word.column)

    def _sum(self) -> Term:
        return self._calculated(self._product, "+", "-")

    def _product(self) -> Term:
        return self._calculated(self._sign, "*", "/")

    def _calculated(self, operand: Callable[[], Term], *symbols: str) -> Term:
        term = operand()
        while symbol := self._take("symbol", *symbols):
            left, right = _need(term, "number"), _need(operand(), "number")
            term = Calculation(left.column, left, symbol.text, right)
        return term

    def _sign(self) -> Term:
        token = self._next
        if self._take("symbol", "-"):
            return Negative(token.column, _need(self._deeper(self._sign), "number"))
        if self._take("symbol", "("):
            return self._closed()
        if token.kind not in ("number", "word", "name") or token.text in _JOINING:
            raise ConditionError(self._unexpected(), token.column)
        self._at += 1
        if token.kind == "number":
            return Number(token.column, float(token.text))
        if token.kind == "word":
            return Word(token.column, token.text[1:-1])
        return self._named(token)

    def _named(self, token: Token) -> Term:
        called = self._take("symbol", "(")
        if called:
            if token.text not in FUNCTIONS:
                problem = f"{quoted(token.text)} is no function: {_offer(token.text, FUNCTIONS)}"
                raise ConditionError(problem, token.column)
            return Call(token.column, token.text, _countable(self._closed()))
        if token.text == "inf":
            return Number(token.column, float("inf"))
        if token.text in FUNCTIONS and token.text not in SCALARS:
            problem = f"{token.text} is a function: say of what, as in {token.text}(value)"
            raise ConditionError(problem, token.column)
        self._check_name(token)
        known = self._known or Known((), ())
        return Name(
            token.column, token.text, token.text in known.scalars, token.text in known.given
        )

    def _check_name(self, token: Token) -> None:
        if token.text in PHASES and token.text not in SCALARS:
            raise ConditionError(f'write words in quotes: "{token.text}"', token.column)
        if self._known is None:
            return
        names = [RESULT, *self._known.arrays, *NUMBERS, *WORDS]
        if token.text not in names:
            problem = f"there is no {quoted(token.text)} here: {_offer(token.text, names)}"
            raise ConditionError(problem, token.column)

    def _closed(self) -> Term:
        term = self._deeper(self._any)
        if not self._take("symbol", ")"):
            raise ConditionError(f"a ) is missing before {self._found()}", self._next.column)
        return term

    def _deeper(self, rule: Callable[[], Term]) -> Term:
        self._depth += 1
        if self._depth > MOST_NESTED:
            problem = f"too deep: at most {MOST_NESTED} within each other"
            raise ConditionError(problem, self._next.column)
        term = rule()
        self._depth -= 1
        return term

    def _take(self, kind: str, *texts: str) -> Token | None:
        token = self._next
        if token.kind != kind or token.text not in texts:
            return None
        self._at += 1
        return token

    def _found(self) -> str:
        return quoted(self._next.text) if self._next.text else "the end"

    def _unexpected(self) -> str:
        if self._next.kind == "end":
            return f"something is missing at the end, {_EXAMPLE}"
        return f"{self._found()} is not expected here"


_ADVICE = {
    ("array", "number"): "is an array: take its norm, max, min, mean, ..., {example}",
    ("array", "truth"): "is an array: compare its norm, max, min, mean, ..., {example}",
    ("number", "truth"): "is a number: compare it, {example}",
    ("word", "truth"): 'is a word: compare it, as in kind == "tanh"',
    ("truth", "number"): "is true or false, but a number is needed, {example}",
    ("word", "number"): "is a word, but a number is needed, {example}",
}


def _need(term: Term, wanted: str) -> Term:
    """``term``, if it is of this type."""
    if term.type == wanted:
        return term
    advice = _ADVICE.get((term.type, wanted), 'is no word: write one in quotes, as in "tanh"')
    raise ConditionError(f"{short(term.text)} {advice.format(example=_EXAMPLE)}", term.column)


def _countable(term: Term) -> Term:
    return term if term.type == "array" else _need(term, "number")


def _offer(wrong: str, right: Collection[str]) -> str:
    near = get_close_matches(wrong, right, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(right)}"
