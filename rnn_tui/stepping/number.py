"""One number of an operation's value, and what its arithmetic is written from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from rnn_tui.core import ops
from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Operation, Source
from rnn_tui.stepping.formulas import Token
from rnn_tui.stepping.values import Values
from rnn_tui.stepping.window import Window

Element = tuple[int, ...]


def number_at(source: Source, element: Element) -> float:
    """One element of a value; of a product, without making all of it."""
    if isinstance(source, Operation) and source.stored is None and source.function in CHEAP:
        return CHEAP[source.function](*source.operands.values(), *element)
    return float(np.real(source.value[element]))


def _of_product(x: Array, du: Array, row: int, column: int) -> float:
    return float(x[:, row] @ du[:, column])


def _of_lookup(_table: Array, x: Array, du: Array, row: int, column: int) -> float:
    return float(du[x == row, column].sum())


CHEAP: Final[Mapping[Callable[..., Any], Callable[..., float]]] = {
    ops.product_backward_right: _of_product,
    ops.lookup_backward: _of_lookup,
}
"""What is computed anew whenever it is read, but of which one element costs little."""


_TOLD_APART: Final = 5
"""So many operands can have a mark of their own."""


class Number(NamedTuple):
    """What the arithmetic of one number is written from."""

    operation: Operation
    element: Element
    values: Values
    window: Window

    @property
    def result(self) -> float:
        """The number."""
        return number_at(self.operation, self.element)

    def operand(self, place: int) -> tuple[str, Array]:
        """The name and the value of the operand at a place in the formula's list."""
        name = list(self.operation.operands)[place]
        return name, self.values.operand(self.operation, name)


def plain(text: str) -> Token:
    """A piece that stands for no array."""
    return Token(text, "plain")


def of(name: str, text: str) -> Token:
    """A number of an operand."""
    return Token(text, "operand", (name,))


def of_part(operation: Operation, name: str, text: str) -> Token:
    """A number of one of many alike: all of them are marked, or none where they are too many."""
    return of(name, text) if len(operation.operands) <= _TOLD_APART else plain(text)
