"""One number of an operation's result, written out with the numbers that it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite, log10
from typing import Any, Final, NamedTuple

import numpy as np

from rnn_tui.core import ops
from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Operation, Source
from rnn_tui.core.textbook_pass import sum_of_parts
from rnn_tui.stepping.formulas import Token, tokens
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.values import Values
from rnn_tui.stepping.window import Window

TERMS: Final = 3
"""A long sum is written with so many of its largest terms."""

_MOST_READ: Final = 2_000_000
"""More numbers than these are not made anew for the terms of one sum."""

Element = tuple[int, ...]


def signed(value: float) -> str:
    """A number with its sign and four digits, at most nine characters wide."""
    if not isfinite(value):
        return "NaN" if value != value else f"{value:+.0f}".replace("-", "−")
    size = abs(value)
    if value and not 1e-3 <= size < 99_999.5:
        text = f"{value:+.2e}"
    else:
        text = f"{value:+.{3 - int(log10(size) // 1) if 0 < size < 1000 else 3 * (not size)}f}"
    return text.replace("-", "−") if value else "0"


def exact(value: float) -> str:
    """A number as precisely as it is compared: seven digits, always as wide."""
    return f"{value:+.6e}".replace("-", "−") if isfinite(value) else signed(value)


def number_at(source: Source, element: Element) -> float:
    """One element of a value; of a product, without making all of it."""
    if isinstance(source, Operation) and source.stored is None and source.function in _CHEAP:
        return _CHEAP[source.function](*source.operands.values(), *element)
    return float(np.real(source.value[element]))


def _of_product(x: Array, du: Array, row: int, column: int) -> float:
    return float(x[:, row] @ du[:, column])


def _of_lookup(_table: Array, x: Array, du: Array, row: int, column: int) -> float:
    return float(du[x == row, column].sum())


_CHEAP: Final[Mapping[Callable[..., Any], Callable[..., float]]] = {
    ops.product_backward_right: _of_product,
    ops.lookup_backward: _of_lookup,
}
"""What is computed anew whenever it is read, but of which one element costs little."""


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


def arithmetic(number: Number) -> tuple[Token, ...]:
    """How one number came about, such as "0.0121 · (1 − (−0.9403)²) = +0.001402".

    The numbers of an operand are marked with its name. Empty where there is nothing to write out
    or where what would be written is not what the operation did.
    """
    operation = number.operation
    held = _held(number)
    if held:
        return Token(signed(number.result), "result"), plain(f", {held}")
    write = _READINGS.get(operation.function)
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


def plain(text: str) -> Token:
    """A piece that stands for no array."""
    return Token(text, "plain")


def _of(name: str, text: str) -> Token:
    return Token(text, "operand", (name,))


# -- elementwise: the formula with numbers in it ---------------------------------------------

_REMARK: Final = re.compile(r", (?:held|0 where|if ).*$")
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
        yield _of(piece.name, _inside(value, alone, after) if array.ndim else _constant(value))


def _with_signs(text: str, after: bool, before: bool) -> str:
    """Products are written without a sign in formulas; numbers need one between them."""
    padded = f"{'a' if after else ''}{text}{'a' if before else ''}"
    padded = _FACTOR.sub(" · ", padded)
    return padded[after : len(padded) - before]


def _constant(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _inside(value: float, alone: bool = False, after: str = "") -> str:
    """A number within a formula: in brackets where its sign could be misread."""
    text = signed(value).removeprefix("+")
    powered = after[:1] in {"²", "^"}
    unclear = "e" in text or "−" in text if powered else text[0] == "−" and not alone
    return f"({text})" if unclear else text


# -- sums of products --------------------------------------------------------------------------


def _terms(
    number: Number, first: str, left: Array, second: str, right: Array, rest: float = 0.0
) -> tuple[Token, ...]:
    """The largest of the products of ``left`` and ``right``, both (n,), and what is left."""
    products = np.real(left * right)
    total = float(products.sum()) + rest
    if not np.isclose(total, number.result, rtol=1e-3, atol=1e-12, equal_nan=True):
        return ()
    largest = np.argsort(-np.abs(products), kind="stable")[:TERMS]
    made: list[Token] = []
    for i in largest.tolist():
        made += [plain(" + ")] if made else []
        made += [_of(first, _inside(float(left[i]), not made)), plain(" · ")]
        made += [_of(second, _inside(float(right[i])))]
    return (*made, *_others(len(products) - len(largest), float(products.sum()), products[largest]))


def _others(count: int, total: float, written: Array) -> tuple[Token, ...]:
    if count <= 0:
        return ()
    rest = signed(total - float(written.sum()))
    return (plain(f" + {count:,} more {rest}"),)


def _product(number: Number) -> tuple[Token, ...]:
    (x, left), (W, right) = number.operand(0), number.operand(1)
    row, column = number.element
    return _terms(number, x, left[row], W, right[:, column])


def _affine(number: Number) -> tuple[Token, ...]:
    (h, left), (W, right), (b, bias) = (number.operand(place) for place in range(3))
    row, column = number.element
    made = _terms(number, h, left[row], W, right[:, column], float(np.real(bias[column])))
    ending = plain(" + "), _of(b, _inside(float(np.real(bias[column]))))
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
    largest = np.argsort(-np.abs(numbers), kind="stable")[:TERMS]
    made: list[Token] = []
    for i in largest.tolist():
        name, label, value = parts[i]
        made += [plain(" + ")] if made else []
        made += [plain(label), _of(name, _inside(value, not made or bool(label)))]
    return (*made, *_others(len(parts) - len(largest), float(numbers.sum()), numbers[largest]))


def _sum_of_parts(number: Number) -> tuple[Token, ...]:
    sources = number.operation.operands.sources
    made = [s for s in sources.values() if isinstance(s, Operation) and s.stored is None]
    costly = [source for source in made if source.function not in _CHEAP]
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
        _of(x, _symbol(number, symbols, number.element[0])),
        plain(" of "),
        _of(W, W),
    )


def _looked_up(number: Number) -> tuple[Token, ...]:
    _, (_, symbols), (dz, gradient) = (number.operand(place) for place in range(3))
    row, column = number.element
    read = symbols == row
    if not read.any():
        return (_of(dz, "0"), plain(" (this row was not read at this step)"))
    return _sum(number, [(dz, "", value) for value in gradient[read, column].tolist()])


def _softmax(number: Number) -> tuple[Token, ...]:
    name, y = number.operand(0)
    row, column = number.element
    logits = np.real(y[row]).astype(np.float64)
    with np.errstate(all="ignore"):
        total = np.exp(logits).sum()
    value = _inside(float(logits[column]))
    return plain("exp("), _of(name, value), plain(f") / {signed(float(total)).removeprefix('+')}")


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
        _of(y, _inside(chosen)),
        plain(" at "),
        _of(target, _symbol(number, symbols, row)),
    )


def _mean(number: Number) -> tuple[Token, ...]:
    (name, count), *_ = [number.operand(0)]
    total = number.result * float(np.real(count))
    return plain(f"{signed(total).removeprefix('+')} / "), _of(name, f"{float(np.real(count)):g}")


def _logit_gradient(number: Number) -> tuple[Token, ...]:
    (p, shares), (target, symbols), (count, size) = (number.operand(place) for place in range(3))
    row, column = number.element
    hit = int(symbols[row]) == column
    return (
        plain("("),
        _of(p, signed(float(np.real(shares[row, column]))).removeprefix("+")),
        plain(" − "),
        _of(target, "1" if hit else "0"),
        plain(") / "),
        _of(count, f"{float(np.real(size)):g}"),
    )


def _norm(number: Number) -> tuple[Token, ...]:
    parts: list[Token] = []
    for name in number.operation.operands:
        norm = number.values.summary(number.operation.operands.source(name)).norm
        parts += [plain(" + ")] if parts else []
        parts += [_of(name, signed(norm).removeprefix("+")), plain("²")]
    return plain("√("), *parts, plain(")")


_READINGS: Final[dict[Callable[..., Any], Callable[[Number], tuple[Token, ...]]]] = {
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
