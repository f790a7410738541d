"""What stands below the result: the selected number, before and after, and its verification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
from rich.cells import cell_len

from rnn_tui.core.record import Given, Operation, Source
from rnn_tui.stepping.digits import exact, signed, written
from rnn_tui.stepping.formulas import Token, at_step
from rnn_tui.stepping.names import element_text
from rnn_tui.stepping.number import Number, number_at
from rnn_tui.stepping.places import place, symbol_label
from rnn_tui.stepping.readout import arithmetic
from rnn_tui.stepping.values import Values
from rnn_tui.stepping.view import View
from rnn_tui.tui.widgets.line_pane import Span

_SYMBOLS: Final = 12
"""So many of the likeliest symbols are named."""

TailLine = tuple[Token | Span, ...]


class Tail(NamedTuple):
    """Lines that belong together, what matters most first, none longer than a pane is wide."""

    parts: tuple[tuple[TailLine, ...], ...]
    owed: int
    """So many lines matter more than the sentence above."""

    @property
    def height(self) -> int:
        """Lines of all parts."""
        return sum(map(len, self.parts))

    def within(self, room: int) -> list[TailLine]:
        """The parts that fit whole; of the first as much as there is room for."""
        kept = list(self.parts[0][:room]) if self.parts else []
        for part in self.parts[1:]:
            if len(kept) + len(part) <= room:
                kept += part
        return kept


def tail(view: View, values: Values, width: int) -> Tail:
    """What there is to say below the result, within ``width`` cells."""
    said = [
        tuple(_broken(line, width))
        for part in (_wrong, _reading, _verification)
        for line in part(view, values)
    ]
    likely = tuple(_fitting(line, width) for line in _distribution(view, values))
    changed = [tuple(_broken(line, width)) for line in _changed(view, values)]
    parts = (*said, *([likely] if likely else ()), *changed)
    # What an edit did to the distribution is what one edits for.
    owed = sum(map(len, said)) + len(likely) if len(likely) > 1 else 0
    return Tail(parts, owed)


def _broken(line: TailLine, width: int) -> Iterator[TailLine]:
    """A line, continued on others where it is too long; pieces stay whole."""
    current: list[Token | Span] = []
    used = 0
    for part in line:
        length = cell_len(part.text)
        if current and used + length > width:
            yield tuple(current)
            current, used = [Span("  ")], 2
        current.append(part)
        used += length
    yield tuple(current)


def _fitting(line: TailLine, width: int) -> TailLine:
    """As many whole pieces as fit."""
    ends = accumulate(cell_len(part.text) for part in line)
    return tuple(part for part, end in zip(line, ends, strict=True) if end <= width)


def _selected(view: View) -> tuple[str, Source]:
    """The name of what is selected, and where its value comes from."""
    operation, name = view.operation, view.selected.operand
    if name is None or name not in operation.operands:
        return operation.symbol, operation
    return name, operation.operands.source(name)


def where(view: View, values: Values) -> str:
    """Where the selected number is, in words: "dz_17, unit 37"."""
    name, source = _selected(view)
    operation, shape = view.operation, np.shape(values.of(source))
    words = place(view.window, name, shape, view.selected.element, operation.layer)
    label = at_step(name, operation.t)
    return f"{label}, {words}" if words else label


def _reading(view: View, values: Values) -> Iterator[TailLine]:
    element, operation = view.selected.element, view.operation
    _, source = _selected(view)
    array = values.of(source)
    if len(element) != array.ndim or any(i >= n for i, n in zip(element, array.shape, strict=True)):
        return
    value = float(np.real(array[element]))
    held = source.held if isinstance(source, Operation) else None
    note = "   held by an edit" if held is not None and held[element] else ""
    if array.dtype.kind in "iu":
        text = symbol_label(view.window, int(value))
        yield Span(where(view, values), "strong"), Span(f"   {text}   number {int(value)}", "text")
        return
    digits = _all_digits(value)
    yield (
        Span(where(view, values), "strong"),
        Span("   "),
        Token(digits, "result"),
        Span(note, "edited"),
    )
    if source is operation:
        made = arithmetic(Number(operation, element, values, view.window))
        if made:
            yield Span("= ", "faint"), *made


def _all_digits(value: float) -> str:
    """As many digits as tell this number from its neighbours."""
    sign = "+" if value > 0 else ""
    return f"{sign}{value!r}".replace("-", "−") if np.isfinite(value) else signed(value)


def _verification(view: View, values: Values) -> Iterator[TailLine]:
    found = view.verification
    if found is None or found.index != view.index:
        return
    here = found.element == view.selected.element and view.selected.operand is None
    shape = np.shape(values.of(view.operation))
    other = "" if here else f" {element_text(view.operation.symbol, shape, found.element)}"
    verdict = Span("✓", "good") if found.passed else Span("✗ DIFFERS", "error")
    yield (
        Span(f"verify{other}: ", "strong"),
        Span(f"backward {exact(found.backward)}   "),
        Span(f"derivative {exact(found.derivative)}   "),
        Span(f"error {written(found.error, '.0e')}   "),
        verdict,
    )


def _wrong(view: View, _values: Values) -> Iterator[TailLine]:
    if view.wrong == view.index:
        text = "✗ the first wrong operation: from here on the gradients are no derivatives"
        yield (Span(text, "error"),)


def _changed(view: View, _values: Values) -> Iterator[TailLine]:
    """The selected number and the loss before the edits and now."""
    if view.base is None:
        return
    _, source = _selected(view)
    before: Source = source
    if isinstance(source, Given):
        before = view.base.given[source.name]
    elif source.index in view.changed:
        before = view.base[source.index]
    if before is not source:
        yield from _numbers_of(before, source, view.selected.element)
    if view.base.loss != view.trace.loss:
        yield _difference("loss before", view.base.loss, view.trace.loss, "{:.6f}".format)


def _numbers_of(before: Source, now: Source, element: tuple[int, ...]) -> Iterator[TailLine]:
    try:
        numbers = number_at(before, element), number_at(now, element)
    except IndexError:
        return
    symbols = isinstance(now, Given) and now.value.dtype.kind in "iu"
    if numbers[0] != numbers[1] and not symbols:
        yield _difference("before", *numbers, exact)


def _difference(title: str, before: float, now: float, write: Callable[[float], str]) -> TailLine:
    return (
        Span(f"{title} ", "faint"),
        Span(write(before)),
        Span("   now ", "faint"),
        Span(write(now), "edited"),
        Span("   difference ", "faint"),
        Span(signed(now - before)),
    )


def _distribution(view: View, values: Values) -> Iterator[TailLine]:
    """At the softmax, the symbols that are thought likeliest; before the edits too."""
    if view.operation.name != "softmax":
        return
    row = view.selected.element[0] if view.selected.operand is None else 0
    before = view.base[view.index] if view.base and view.index in view.changed else None
    if before is not None:
        yield Span("before ", "faint"), *_likeliest(view, before, values, row)
    title = "now    " if before is not None else "likely"
    yield Span(title, "faint"), *_likeliest(view, view.operation, values, row)


def _likeliest(view: View, operation: Operation, values: Values, row: int) -> Iterator[Span]:
    p = np.real(values.of(operation)[row])
    target = int(view.window.targets[operation.t - 1, row])
    known = view.trace.given.get(f"target_{operation.t}")
    if known is not None and known.value.dtype.kind in "iu":
        target = int(known.value[row])
    yield Span(f" target {symbol_label(view.window, target)} {p[target]:6.1%}   ", "strong")
    for symbol in np.argsort(-p, kind="stable")[:_SYMBOLS].tolist():
        text = f" {symbol_label(view.window, symbol)} {p[symbol]:6.1%} "
        yield Span(text, "strong" if symbol == target else "text")
