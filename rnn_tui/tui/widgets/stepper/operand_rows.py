"""What the operation pane shows of each operand and of the result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.core.record import Given, Operation, Source
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.values import Summary, Values, summarise
from rnn_tui.stepping.view import View

Array = npt.NDArray[Any]
Cell = tuple[int, int]
Element = tuple[int, ...]

_NUMBERED: Final = re.compile(r"[_^]\d+$")
_SYMBOLS: Final = re.compile(r"^(x|target)_")
_GIVEN: Final = (
    (re.compile(r"^(layer\d+\.)?[Wb]_\w+$"), "parameter"),
    (re.compile(r"^state\."), "incoming state"),
    (re.compile(r"^x_"), "input"),
    (re.compile(r"^target_"), "target"),
    (re.compile(r"\.[Wb]_\w+$"), "moment, given"),
)


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the pane before it is drawn; nothing large has been computed for it.

    ``operand`` is None for the result. ``members`` are the operands that share the row: many
    single numbers of one kind are shown as one vector.
    """

    operand: str | None
    label: str
    sources: tuple[Source, ...]
    members: tuple[str, ...]
    whence: tuple[str, ...]
    """Where it comes from or where it goes, in words: shorter and shorter."""
    past: bool = False
    """Whether it is the result as it was before the edits."""

    @property
    def grouped(self) -> bool:
        """Whether it is many single numbers."""
        return len(self.members) > 1


class Shown(NamedTuple):
    """What is drawn of a row."""

    matrix: Array | None
    """(R, C); None for what is no number: symbols."""
    shape: str
    summary: Summary | None
    words: str = ""
    """Said instead of numbers, or beside the shape."""
    read: Array | None = None
    """Of a table that is looked up in, the rows (R,) that are read: only they are drawn."""


def rows_of(view: View) -> list[Row]:
    """A row for each operand, or each group of them, and one for the result, which is the last."""
    operation = view.operation
    sources = operation.operands.sources
    groups = [tuple(names) for _, names in groupby(sources, lambda name: _kind(name, sources))]
    rows = [_operand_row(view, group) for group in groups]
    uses = view.trace.uses(operation.index)
    many = "s" * (len(uses) != 1)
    said = (f"used by {len(uses)} operation{many}", f"{len(uses)} use{many}")
    label = at_step(operation.symbol, operation.t)
    if view.base is not None and operation.index in view.changed:
        rows.append(Row(None, "before", (view.base[operation.index],), (), (), past=True))
    return [*rows, Row(None, label, (operation,), (), said if uses else ("the end",))]


def _kind(name: str, sources: dict[str, Source] | Any) -> str:
    """What neighbours must share to be one row."""
    source = sources[name]
    stored = source.value if isinstance(source, Given) else source.stored
    single = stored is not None and np.size(stored) == 1
    kind = _NUMBERED.sub("", name)
    return kind if single and kind != name and not _SYMBOLS.match(name) else name


def _operand_row(view: View, names: tuple[str, ...]) -> Row:
    operation = view.operation
    labels = [at_step(name, operation.t) for name in names]
    sources = tuple(operation.operands.source(name) for name in names)
    label = labels[0] if len(names) == 1 else f"{labels[0]} … {labels[-1]}"
    return Row(names[0], label, sources, names, _whence(view, sources[0], len(names)))


def _whence(view: View, source: Source, count: int) -> tuple[str, ...]:
    if isinstance(source, Given):
        found = (words for pattern, words in _GIVEN if pattern.search(source.name))
        return (next(found, "given"),)
    if count > 1:
        return (f"from {source.name}, every t", f"from {source.name}")
    here = view.operation
    t = f", t = {source.t}" if source.t and source.t != here.t else ""
    layers = len(view.window.state) > 1 and source.layer is not None and source.layer != here.layer
    layer = f" (layer {source.layer})" if layers else ""
    where = f"{source.name}{t}"
    return f"from {where}{layer}", f"from {where}", where, source.name


def shown(row: Row, view: View, values: Values) -> Shown:
    """Read what there is to draw."""
    if row.grouped:
        numbers = np.array([np.real(values.of(source)).item() for source in row.sources])  # (n,)
        return Shown(numbers[None], f"{numbers.size} numbers", summarise(numbers))
    source = row.sources[0]
    array = values.of(source)
    if _is_symbols(row, array):
        kind = "symbol" if array.size == 1 else _shape(array.shape)
        return Shown(None, kind, None, _symbols(view, array))
    read = _rows_read(row, view, values)
    summary = values.summary(source)
    if read is not None:
        words = f"row {_symbols(view, read)}"
        return Shown(np.real(array[read]), _shape(array.shape), summarise(array[read]), words, read)
    words = _all_digits(array) if array.size == 1 else ""
    return Shown(None if words else _matrix(array), _shape(array.shape), summary, words)


def _all_digits(array: Array) -> str:
    return f"{np.real(array).item():.12g}".replace("-", "−")


def _is_symbols(row: Row, array: Array) -> bool:
    return bool(_SYMBOLS.match(row.operand or "")) and array.dtype.kind in "iu"


def _rows_read(row: Row, view: View, values: Values) -> Array | None:
    """For the table of a look-up: the rows (B,) that are read."""
    operation = view.operation
    if row.operand != "W_xh" or "x_t" not in operation.operands or operation.phase != "forward":
        return None
    symbols = values.operand(operation, "x_t")
    return symbols if symbols.dtype.kind in "iu" else None


def _symbols(view: View, numbers: Array) -> str:
    return " ".join(symbol_label(view.window, int(number)) for number in numbers.ravel())


def _shape(shape: tuple[int, ...]) -> str:
    sizes = shape[1:] if len(shape) == 2 and shape[0] == 1 else shape
    return f"({', '.join(map(str, sizes))})" if any(size != 1 for size in sizes) else "number"


def _matrix(array: Array) -> Array:
    """(R, C), whatever the shape."""
    return np.real(array).reshape((1, -1) if array.ndim < 2 else array.shape)


def cell_of(row: Row, what: Shown, operand: str | None, element: Element) -> Cell | None:
    """Where the selected element is drawn; None if this row does not show it."""
    if row.grouped:
        return (0, row.members.index(operand)) if operand in row.members else None
    if operand != row.operand or what.matrix is None:
        return None
    if what.read is not None:
        read = np.flatnonzero(what.read == element[0])
        return (int(read[0]), element[1]) if read.size else None
    row_of, column = (0, 0, *element)[-2:]
    cell = row_of, column
    return cell if all(i < size for i, size in zip(cell, what.matrix.shape, strict=True)) else None


def element_at(row: Row, what: Shown, cell: Cell) -> tuple[str | None, Element]:
    """The operand and the element that are drawn at a cell."""
    if row.grouped:
        name = row.members[cell[1]]
        return name, (0,) * _dimensions(row.sources[cell[1]])
    if what.read is not None:
        return row.operand, (int(what.read[cell[0]]), cell[1])
    return row.operand, cell[2 - _dimensions(row.sources[0]) :]


def _dimensions(source: Source) -> int:
    if isinstance(source, Operation) and source.stored is None:
        return 2  # only matrices are not stored
    return int(source.value.ndim)


def first_element(row: Row) -> Element:
    """The element that is selected when a row is chosen by its name."""
    return (0,) * _dimensions(row.sources[0])


def row_with(rows: Sequence[Row], operand: str | None) -> int:
    """The place of the row that shows an operand; that of the result if there is none."""
    found = (i for i, row in enumerate(rows) if operand is not None and operand in row.members)
    return next(found, len(rows) - 1)
