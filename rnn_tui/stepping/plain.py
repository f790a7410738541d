"""The walk as plain text and as JSON, one operation after the other, for notes, teaching and tests.

Text: small arrays are whole, or "all 0" where they are; one of more than ``MOST_NUMBERS`` numbers
is its range, its norm and its first and last numbers, unless everything is asked for. Numbers have
``DIGITS`` significant digits, few enough that machines whose last bits differ (another BLAS,
another ``tanh``) write the same, and a zero has no sign.

JSON: an object a line, arrays as nested lists, numbers that read back as the same bits unless fewer
digits are asked for. JSON has no NaN and no infinity: these are the strings "NaN", "Infinity" and
"-Infinity", which ``float`` and JavaScript's ``Number`` read.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from itertools import islice
from math import isfinite, isnan, log
from typing import Any, Final

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.explanations import explain, heading
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.values import summarise
from rnn_tui.stepping.window import Window
from rnn_tui.text.visible import visible_line

DIGITS: Final = 6
"""Significant digits of a number in the text."""

MOST_NUMBERS: Final = 64
"""An array with more numbers is abbreviated in the text."""

_EDGE: Final = 3
_WIDTH: Final = 80
_INDENT: Final = "    "


def text_lines(
    window: Window, trace: Trace, *, full: bool = False, digits: int = DIGITS
) -> Iterator[str]:
    """The whole walk, line by line, none with a line break in it.

    ``full`` writes large arrays whole too; ``digits`` are significant ones. Lines are made when
    they are asked for, and nothing that was written is kept.
    """
    yield visible_line(window.title)
    yield sizes(window)
    for operation in trace:
        yield ""
        yield from operation_lines(operation, trace, window, full=full, digits=digits)
    yield ""
    yield (
        f"{len(trace)} operations; loss {trace.loss:.{digits}g} nats "
        f"= {trace.loss / log(2):.{digits}g} bits per symbol"
    )


def sizes(window: Window) -> str:
    """The sizes of the network and of its window in one line."""
    H, layers = window.state[0].shape[1], len(window.state)
    row = (
        "" if window.row is None or window.rows == 1 else f", row {window.row + 1} of {window.rows}"
    )
    return (
        f"T = {window.steps}, B = {window.batch}{row}, V = {len(window.vocabulary)}, H = {H}, "
        f"L = {layers}, {window.cell}, {window.dtype}"
    )


def operation_lines(
    operation: Operation, trace: Trace, window: Window, *, full: bool = False, digits: int = DIGITS
) -> Iterator[str]:
    """Place, formula, the sentence, each operand and the result."""
    yield f"{operation.index + 1}/{len(trace)}  {operation.phase}  {heading(operation)}"
    yield f"{_INDENT}{at_step(operation.formula, operation.t)}"
    sentence = explain(operation, trace, window)
    yield from textwrap.wrap(
        visible_line(sentence), _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
    )
    writer = _Numbers(window, full, digits)
    for name in operation.operands:
        yield from writer.array(at_step(name, operation.t), operation.operands[name], "reads")
    yield from writer.array(at_step(operation.symbol, operation.t), operation.value, "gives")


class _Numbers:
    """Writes arrays down."""

    def __init__(self, window: Window, full: bool, digits: int) -> None:
        self._window = window
        self._most = float("inf") if full else MOST_NUMBERS
        self._digits = digits

    def array(self, name: str, values: Array, verb: str) -> Iterator[str]:
        """The name and shape; the numbers beside them where there is one, else below."""
        values = np.asarray(values)
        shape = f" ({', '.join(map(str, values.shape))})" if values.ndim else ""
        begin = f"{_INDENT}{verb} {name}{shape}"
        if values.size == 1:
            yield f"{begin}  {self._single(values)}"
        elif (values == values.flat[0]).all():
            yield f"{begin}  all {self._number(values.flat[0])}"
        elif values.size > self._most:
            yield f"{begin}  {self._summary(values)}"
            yield f"{2 * _INDENT}{self._edges(values.ravel())}"
        else:
            yield begin
            yield from self._whole(values)

    def _single(self, values: Array) -> str:
        number = values.ravel()[0]
        if values.dtype.kind in "iu":
            return f"{number}  {symbol_label(self._window, int(number))}"
        return self._number(number)

    def _summary(self, values: Array) -> str:
        found = summarise(values)
        written = f"{self._number(found.low)} .. {self._number(found.high)}"
        strange = f", {found.not_finite} not finite" if found.not_finite else ""
        return f"{written}, norm {self._number(found.norm)}{strange}"

    def _edges(self, flat: Array) -> str:
        first, last = flat[:_EDGE], flat[-_EDGE:]
        return " ".join([*map(self._number, first), "…", *map(self._number, last)])

    def _whole(self, values: Array) -> Iterator[str]:
        """Each row begins a line; a long one goes on below."""
        width = self._digits + 7  # a space, and -0.000 before or e-05 behind
        a_line = max(1, (_WIDTH - len(_INDENT)) // width)
        for row in values.reshape(-1, values.shape[-1]):
            written = map(self._number, row)
            while line := tuple(islice(written, a_line)):
                yield f"{_INDENT}{''.join(f'{number:>{width}}' for number in line)}"

    def _number(self, number: Any) -> str:
        if isinstance(number, (int, np.integer)):
            return str(number)
        return f"{float(number) + 0.0:.{self._digits}g}"


def json_lines(trace: Trace, *, digits: int | None = None) -> Iterator[str]:
    """Each operation as a JSON object in one line of ASCII.

    Its keys are index (from 0), phase, t (0 where there is none), layer (from 0, or null), name,
    formula, operands (name -> array) and value. ``digits`` rounds to as many significant ones.
    """
    for operation in trace:
        yield json.dumps(_record(operation, digits), allow_nan=False)


def _record(operation: Operation, digits: int | None) -> dict[str, Any]:
    return {
        "index": operation.index,
        "phase": operation.phase,
        "t": operation.t,
        "layer": operation.layer,
        "name": operation.name,
        "formula": operation.formula,
        "operands": {k: _nested(v, digits) for k, v in operation.operands.items()},
        "value": _nested(operation.value, digits),
    }


def _nested(values: Array, digits: int | None) -> Any:
    """Lists of numbers as deep as the array has dimensions."""
    values = np.asarray(values)
    listed = values.tolist()
    if values.dtype.kind != "f" or (digits is None and np.isfinite(values).all()):
        return listed
    return _mended(listed, digits)


def _mended(listed: Any, digits: int | None) -> Any:
    if isinstance(listed, Sequence):
        return [_mended(part, digits) for part in listed]
    if isfinite(listed):
        return listed if digits is None else float(f"{listed:.{digits}g}")
    return "NaN" if isnan(listed) else "Infinity" if listed > 0 else "-Infinity"
