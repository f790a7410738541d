"""How the results of the operations that are more than elementwise are written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from rnn_tui.core import ops
from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Operation
from rnn_tui.core.textbook_pass import sum_of_parts
from rnn_tui.stepping.digits import inside, signed
from rnn_tui.stepping.formulas import Token
from rnn_tui.stepping.number import CHEAP, Number, number_at, of, of_part, plain
from rnn_tui.stepping.places import symbol_label

TERMS: Final = 3
"""A long sum is written with so many of its largest terms."""

_MOST_READ: Final = 2_000_000
"""More numbers than these are not made anew for the terms of one sum."""


def _terms(
    number: Number, first: str, left: Array, second: str, right: Array, rest: float = 0.0
) -> tuple[Token, ...]:
    """The largest of the products of ``left`` and ``right``, both (n,), and what is left."""
    products = np.real(left * right)
    total = float(products.sum()) + rest
    if not np.isclose(total, number.result, rtol=1e-3, atol=1e-12, equal_nan=True):
        return ()
    largest = _largest(products)
    made: list[Token] = []
    for i in largest:
        made += [plain(" + ")] if made else []
        made += [of(first, inside(float(left[i]), not made)), plain(" · ")]
        made += [of(second, inside(float(right[i])))]
    return (*made, *_others(products, largest))


def _largest(terms: Array) -> list[int]:
    """The places of the largest of ``terms`` (n,), without those that are 0 if there are others."""
    order = np.argsort(-np.abs(terms), kind="stable")[:TERMS]
    told: list[int] = order[terms[order] != 0].tolist()
    return told or order[:1].tolist()


def _others(terms: Array, written: list[int]) -> tuple[Token, ...]:
    count = len(terms) - len(written)
    left = np.delete(terms, written)
    if not left.any():
        verb = "is" if count == 1 else "are"
        return (plain(f" ({count:,} more {verb} 0)"),) if count else ()
    rest = float(terms.sum()) - float(terms[written].sum())
    sign = "−" if rest < 0 else "+"
    return (plain(f" {sign} {signed(abs(rest)).removeprefix('+')} ({count:,} more)"),)


def _product(number: Number) -> tuple[Token, ...]:
    (x, left), (W, right) = number.operand(0), number.operand(1)
    row, column = number.element
    return _terms(number, x, left[row], W, right[:, column])


def _affine(number: Number) -> tuple[Token, ...]:
    (h, left), (W, right), (b, bias) = (number.operand(place) for place in range(3))
    row, column = number.element
    made = _terms(number, h, left[row], W, right[:, column], float(np.real(bias[column])))
    ending = plain(" + "), of(b, inside(float(np.real(bias[column]))))
    return (*made, *ending) if made else ()


def _product_left(number: Number) -> tuple[Token, ...]:
    (du, left), (W, right) = number.operand(0), number.operand(1)
    row, column = number.element
    return _terms(number, du, left[row], W, right[column])


def _product_right(number: Number) -> tuple[Token, ...]:
    (x, left), (du, right) = number.operand(0), number.operand(1)
    row, column = number.element
    return _terms(number, x, left[:, row], du, right[:, column])


def _bias(number: Number) -> tuple[Token, ...]:
    name, dz = number.operand(0)
    return _sum(number, [(name, "", value) for value in dz[:, number.element[0]].tolist()])


def _sum(number: Number, parts: Sequence[tuple[str, str, float]]) -> tuple[Token, ...]:
    """The largest of many (operand, label, number), and what is left."""
    numbers = np.array([part[2] for part in parts])
    if not np.isclose(numbers.sum(), number.result, rtol=1e-3, atol=1e-12, equal_nan=True):
        return ()
    largest = _largest(numbers)
    made: list[Token] = []
    for i in largest:
        name, label, value = parts[i]
        made += [plain(" + ")] if made else []
        text = inside(value, not made or bool(label))
        made += [plain(label), of_part(number.operation, name, text)]
    return (*made, *_others(numbers, largest))


def _sum_of_parts(number: Number) -> tuple[Token, ...]:
    sources = number.operation.operands.sources
    made = [s for s in sources.values() if isinstance(s, Operation) and s.stored is None]
    costly = [source for source in made if source.function not in CHEAP]
    if len(costly) * np.size(number.values.of(number.operation)) > _MOST_READ:
        return ()
    parts = [
        (name, f"t={source.t}: " if isinstance(source, Operation) else "", at)
        for name, source in sources.items()
        for at in [number_at(source, number.element)]
    ]
    return _sum(number, parts)


# -- the rest ------------------------------------------------------------------------------------


def _symbol(number: Number, array: Array, row: int) -> str:
    return symbol_label(number.window, int(np.real(array[row])))


def _look_up(number: Number) -> tuple[Token, ...]:
    (W, _), (x, symbols) = number.operand(0), number.operand(1)
    return (
        plain("row "),
        of(x, _symbol(number, symbols, number.element[0])),
        plain(" of "),
        of(W, W),
    )


def _looked_up(number: Number) -> tuple[Token, ...]:
    _, (_, symbols), (dz, gradient) = (number.operand(place) for place in range(3))
    row, column = number.element
    read = symbols == row
    if not read.any():
        return (of(dz, "0"), plain(" (this row was not read at this step)"))
    return _sum(number, [(dz, "", value) for value in gradient[read, column].tolist()])


def _softmax(number: Number) -> tuple[Token, ...]:
    name, y = number.operand(0)
    row, column = number.element
    logits = np.real(y[row]).astype(np.float64)
    with np.errstate(all="ignore"):
        total = np.exp(logits).sum()
    value = inside(float(logits[column]), alone=True)
    return plain("exp("), of(name, value), plain(f") / {signed(float(total)).removeprefix('+')}")


def _cross_entropy(number: Number) -> tuple[Token, ...]:
    (y, logits), (target, symbols) = number.operand(0), number.operand(1)
    row = number.element[0]
    numbers = np.real(logits[row]).astype(np.float64)
    most = numbers.max()
    with np.errstate(all="ignore"):
        log = float(most + np.log(np.exp(numbers - most).sum()))
    chosen = float(numbers[int(symbols[row])])
    return (
        plain(f"{signed(log).removeprefix('+')} − "),
        of(y, inside(chosen)),
        plain(" at "),
        of(target, _symbol(number, symbols, row)),
    )


def _mean(number: Number) -> tuple[Token, ...]:
    (name, count), *_ = [number.operand(0)]
    total = number.result * float(np.real(count))
    return plain(f"{signed(total).removeprefix('+')} / "), of(name, f"{float(np.real(count)):g}")


def _logit_gradient(number: Number) -> tuple[Token, ...]:
    (p, shares), (target, symbols), (count, size) = (number.operand(place) for place in range(3))
    row, column = number.element
    hit = int(symbols[row]) == column
    return (
        plain("("),
        of(p, signed(float(np.real(shares[row, column]))).removeprefix("+")),
        plain(" − "),
        of(target, "1" if hit else "0"),
        plain(") / "),
        of(count, f"{float(np.real(size)):g}"),
    )


def _norm(number: Number) -> tuple[Token, ...]:
    parts: list[Token] = []
    for name in number.operation.operands:
        norm = number.values.summary(number.operation.operands.source(name)).norm
        parts += [plain(" + ")] if parts else []
        text = inside(norm, after="²")
        parts += [of_part(number.operation, name, text), plain("²")]
    return plain("√("), *parts, plain(")")


READINGS: Final[dict[Callable[..., Any], Callable[[Number], tuple[Token, ...]]]] = {
    ops.lookup_forward: _look_up,
    ops.lookup_backward: _looked_up,
    ops.product_forward: _product,
    ops.product_backward_left: _product_left,
    ops.product_backward_right: _product_right,
    ops.affine_forward: _affine,
    ops.add_backward_bias: _bias,
    sum_of_parts: _sum_of_parts,
    ops.softmax_forward: _softmax,
    ops.cross_entropy_forward: _cross_entropy,
    ops.softmax_cross_entropy_backward: _logit_gradient,
    ops.mean_forward: _mean,
    ops.norm_forward: _norm,
}
"""Found by what an operation does, not by its name: one that was tampered with is not in it."""
