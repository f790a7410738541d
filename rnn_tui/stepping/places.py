"""Where a number stands in its array, in words: "unit 37", "from “e” to unit 3"."""

from __future__ import annotations

import re
from typing import Final, Literal

import numpy as np

from rnn_tui.core.record import Operation
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.window import Window
from rnn_tui.text.visible import visible_character

Axis = Literal["row", "unit", "symbol", "input"]

_AXES: Final[dict[str, tuple[Axis, ...]]] = {
    "W_xh": ("input", "unit"),
    "W_hh": ("unit", "unit"),
    "W_hy": ("unit", "symbol"),
    "b_h": ("unit",),
    "b_y": ("symbol",),
    **dict.fromkeys("hzuraf", ("row", "unit")),
    **dict.fromkeys("yp", ("row", "symbol")),
    **dict.fromkeys(("x", "target", "loss"), ("row",)),
}
"""What the axes of the arrays count, by the symbol in the formulas."""

_PARAMETER: Final = re.compile(r"W_xh|W_hh|W_hy|b_h|b_y")
_VECTOR: Final = re.compile(r"d?(target|loss|[hzurafypx])(?![A-Za-z0-9])_")
_SINGLE_PRINTABLE: Final = "~"


def symbol_label(window: Window, number: int) -> str:
    r"""A symbol to read: “e”, or \xc3 for a byte that is no character; its number if unknown."""
    symbols = window.vocabulary.symbols
    if not 0 <= number < len(symbols):
        return f"symbol {number}"
    text = symbols[number]
    if window.vocabulary.kind == "byte" and text > _SINGLE_PRINTABLE:
        return f"\\x{ord(text):02x}"
    return f"“{visible_character(text)}”"


def axes(name: str, shape: tuple[int, ...]) -> tuple[Axis, ...]:
    """What the axes of the array called ``name`` count; nothing if that is not known."""
    parameter = _PARAMETER.search(name)
    vector = _VECTOR.match(name)
    base = parameter[0] if parameter else vector[1] if vector else ""
    found = _AXES.get(base, ())
    return found if len(found) == len(shape) else ()


def place(
    window: Window, name: str, shape: tuple[int, ...], element: tuple[int, ...], layer: int | None
) -> str:
    """Where ``element`` of the array ``name`` is. Rows are named where there are several."""
    kinds = axes(name, shape)
    if not kinds:
        return "" if all(size == 1 for size in shape) else str(list(element))
    words = [
        axis_label(window, kind, index, layer)
        for kind, index, size in zip(kinds, element, shape, strict=True)
        if kind != "row" or size > 1
    ]
    return f"from {words[0]} to {words[1]}" if kinds[0] != "row" and words[1:] else ", ".join(words)


def axis_label(window: Window, kind: Axis, index: int, layer: int | None) -> str:
    """One place along an axis: "unit 37", "“e”", "row 2"."""
    if kind == "symbol" or (kind == "input" and not layer):
        return symbol_label(window, index)
    return f"unit {index} below" if kind == "input" else f"{kind} {index}"


def not_finite_words(window: Window, operation: Operation) -> str:
    """Which operation was the first with a value that is not finite, when, and at which symbol."""
    value = np.asarray(operation.value)
    odd = ~np.isfinite(value)
    element = tuple(int(i) for i in np.argwhere(odd)[0])
    kind = "NaN" if np.isnan(value[element]) else "infinite"
    when = ""
    if operation.t:
        symbol = symbol_label(window, int(window.inputs[operation.t - 1, 0]))
        when = f", t = {operation.t}, {symbol}"
    count = f"{int(odd.sum()):,} of {value.size:,} {kind if odd.sum() == 1 else 'not finite'}"
    result = at_step(operation.symbol, operation.t)
    where = f"{result}, operation {operation.index + 1}{when}"
    return f"the first value that is not finite: {where}: {count}"
