"""One number of an operation's result, written out with the numbers that it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from types import FunctionType
from typing import Final

import numpy as np

from rnn_tui.core.record import Operation
from rnn_tui.stepping.digits import constant, inside, signed
from rnn_tui.stepping.formulas import Token, tokens
from rnn_tui.stepping.number import Number, of, plain
from rnn_tui.stepping.readings import READINGS


@np.errstate(all="ignore")  # of a network that has diverged: what is not finite is written so
def arithmetic(number: Number) -> tuple[Token, ...]:
    """How one number came about, such as "0.0121 · (1 − (−0.9403)²) = +0.001402".

    The numbers of an operand are marked with its name. Empty where there is nothing to write out
    or where what would be written is not what the operation did.
    """
    operation = number.operation
    held = _held(number)
    if held:
        return Token(signed(number.result), "result"), plain(f", {held}")
    # What holds or stops elements is no plain function, and has no reading of its own.
    known = isinstance(operation.function, FunctionType)
    write = READINGS.get(operation.function) if known else None
    made = write(number) if write else _substituted(number)
    return (*made, plain(" = "), Token(signed(number.result), "result")) if made else ()


def _held(number: Number) -> str:
    """Why this number is not what the formula gives; nothing if it is."""
    operation = number.operation
    if operation.held is not None and operation.held[number.element]:
        return "held by an edit"
    through = operation.operands.sources.get("h_t") if "is held" in operation.formula else None
    held = through.held if isinstance(through, Operation) else None
    if held is None or held.shape != np.shape(operation.value) or not held[number.element]:
        return ""
    return "for this unit is held: nothing goes back through it"


_REMARK: Final = re.compile(r", (?:held|0 where|if|whatever) ?.*$")
"""What a formula says about elements that are made otherwise."""

_FACTOR: Final = re.compile(r"(?<=[\w)\]²}′]) (?=[(\[\w])")


def _substituted(number: Number) -> tuple[Token, ...]:
    operation, shape = number.operation, np.shape(number.values.of(number.operation))
    shapes = {name: np.shape(number.values.operand(operation, name)) for name in operation.operands}
    if any(kind not in (shape, shape[len(shape) - len(kind) :]) for kind in shapes.values()):
        return ()
    formula = _REMARK.sub("", operation.formula)
    pieces = tokens(formula, operation.operands, operation.t)
    if not pieces or pieces[0].kind != "result" or any(len(p.names) > 1 for p in pieces):
        return ()
    return tuple(_numbers(number, pieces[1:]))


def _numbers(number: Number, pieces: Sequence[Token]) -> Iterable[Token]:
    before = ""
    for place, piece in enumerate(pieces):
        if piece.name is None:
            text = re.sub(r"^ [=←] ", "", piece.text) if place == 0 else piece.text
            before = _with_signs(text, place > 0, place + 1 < len(pieces))
            yield plain(before)
            continue
        array = number.values.operand(number.operation, piece.name)
        value = float(np.real(array[number.element[len(number.element) - array.ndim :]]))
        alone = not before.strip(" (") or before.endswith("(")
        after = pieces[place + 1].text if place + 1 < len(pieces) else ""
        text = inside(value, alone, after) if array.ndim else constant(value)
        under_root = before.endswith("√") and "e" in text
        yield of(piece.name, f"({text})" if under_root else text)


def _with_signs(text: str, after: bool, before: bool) -> str:
    """Products are written without a sign in formulas; numbers need one between them."""
    padded = f"{'a' if after else ''}{text}{'a' if before else ''}"
    padded = _FACTOR.sub(" · ", padded)
    return padded[after : len(padded) - before]
