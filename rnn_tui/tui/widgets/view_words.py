"""In words, what of an array a pane shows."""

from __future__ import annotations

from rnn_tui.text.visible import visible_symbol
from rnn_tui.training.protocol import ViewData, Welcome

NOT_TEXT = "▫"
"""Stands on an axis for a byte that is no character by itself, and for a symbol nobody knows."""


def axis_label(welcome: Welcome, symbol: int) -> str:
    """A symbol, one column wide."""
    if symbol >= len(welcome.symbols):  # the run has lost its text
        return NOT_TEXT
    text = welcome.symbols[symbol]
    if welcome.symbol_kind == "byte" and text > "~":
        return NOT_TEXT
    return visible_symbol(text)


def quoted(welcome: Welcome, symbol: int) -> str:
    r"""A symbol to read: in quotation marks, or ``\xc3`` for a byte that is no character."""
    if symbol >= len(welcome.symbols):
        return f"symbol {symbol}"
    text = welcome.symbols[symbol]
    if welcome.symbol_kind == "byte" and text > "~":
        return f"\\x{ord(text):02x}"
    return f"“{visible_symbol(text)}”"


def rows_of(data: ViewData) -> int:
    """How many rows there are to draw."""
    return data.values.shape[0]


def columns_of(data: ViewData) -> int:
    """How many columns there are to draw."""
    return data.values.shape[1]


def part(name: str, first: int, stride: int, count: int, length: int) -> str:
    """In words, which of ``length`` things are shown: all, some of them, or pooled ones."""
    if stride > 1:
        return f"{length} {name}, {stride} pooled (max)"
    if count < length:
        return f"{name} {first}–{first + count - 1} of {length}"
    return f"{length} {name}" if name != "t" else f"t {first}–{first + count - 1}"


def fitting(data: ViewData) -> str:
    """In words: whether all of a matrix is there, or how it was pooled, or which part it is."""
    if data.row_stride > 1 or data.column_stride > 1:
        return f"{data.row_stride}×{data.column_stride} pooled (max)"
    cut = [
        part("rows", data.first_row, 1, rows_of(data), data.shape[0])
        if rows_of(data) < data.shape[0]
        else "",
        part("columns", data.first_column, 1, columns_of(data), data.shape[1])
        if columns_of(data) < data.shape[1]
        else "",
    ]
    return ", ".join(filter(None, cut)) or "all values"


def numbers(first: int, stride: int, count: int) -> list[str]:
    """The number of the first thing that each row stands for."""
    return [str(first + stride * i) for i in range(count)]


def span(first: int, stride: int, index: int, length: int) -> str:
    """The things that one row stands for."""
    start = first + stride * index
    end = min(start + stride, length) - 1
    return str(start) if end <= start else f"{start}–{end}"


def within(first: int, length: int, room: int) -> int:
    """A first row or column that leaves the pane full."""
    return min(max(first, 0), max(0, length - room))
