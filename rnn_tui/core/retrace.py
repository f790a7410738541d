"""Edit and continue: what depends on an edited number is made anew, the rest is shared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.faults import Fault, Surroundings
from rnn_tui.core.ops import lookup_backward
from rnn_tui.core.record import Given, Operands, Operation, Source, read_only
from rnn_tui.core.trace import Trace
from rnn_tui.core.work import finished

YIELD_EVERY = 32
"""Operations between two reports of progress."""


@dataclass(frozen=True)
class Edit:
    """One number that somebody changed.

    ``target`` is the name of a given, or the index of an operation that makes a hidden state h_t,
    whose element is then held at ``value`` whatever its formula says (Pearl's do). For ``x_3`` or
    ``target_3`` of symbols, ``value`` is the number of the symbol and the element is ``(b,)``.
    """

    target: str | int
    element: tuple[int, ...]
    value: float


class Retraced(NamedTuple):
    """The trace after the edits, and which of its operations came out different."""

    trace: Trace
    changed: frozenset[int]
    """The indexes of those whose value has other bits, or whose formula is another one.

    Of a value that is not stored, those that read something that changed.
    """


class Held(NamedTuple):
    """Which elements of a hidden state are held (a mask), and at what; both (B, H)."""

    mask: Array
    values: Array


@dataclass(frozen=True, eq=False)
class Holding:
    """A function whose result is held at some elements."""

    function: Callable[..., Array]
    held: Held

    def __call__(self, *operands: Array) -> Array:
        """The result of the function, but for what is held."""
        return np.where(self.held.mask, self.held.values, self.function(*operands))


@dataclass(frozen=True, eq=False)
class Stopping:
    """A backward function whose result is 0 where the value that it goes through was held."""

    function: Callable[..., Array]
    mask: Array

    def __call__(self, *operands: Array) -> Array:
        """The result of the function, but for what is held."""
        result = self.function(*operands)
        return np.where(self.mask, np.zeros_like(result), result)


def retrace(base: Trace, edits: Sequence[Edit], fault: Fault | None = None) -> Retraced:
    """``base`` with the ``edits`` made and the ``fault`` planted.

    ``base`` is a trace without edits and faults: to undo one, give those that remain. Goes once
    over the operations, makes anew those that read something that changed, and shares the others:
    they are the same objects. Of two edits of one element the later one counts. Raises ValueError,
    in plain words, for an edit that cannot be made.
    """
    return finished(retracing(base, edits, fault))


def retracing(
    base: Trace, edits: Sequence[Edit], fault: Fault | None = None
) -> Generator[float, None, Retraced]:
    """What ``retrace`` does, yielding how much of it is done (0..1)."""
    given = _edited_givens(base, [edit for edit in edits if isinstance(edit.target, str)])
    held = _held(base, [edit for edit in edits if not isinstance(edit.target, str)])
    made: list[Operation] = []
    changed: set[int] = set()
    for operation in base:
        made.append(_remade(operation, made, given, held.get(operation.index), fault, base))
        if _differs(made[-1], operation, changed):
            changed.add(operation.index)
        if operation.index % YIELD_EVERY == 0:
            yield len(made) / len(base)
    return Retraced(Trace(tuple(made), given, base.places), frozenset(changed))


def _differs(new: Operation, old: Operation, changed: Collection[int]) -> bool:
    """Whether an operation that was made anew, after those before it, came out different."""
    if new is old or new.formula != old.formula:
        return new is not old
    if new.stored is not None and old.stored is not None:
        return new.stored.tobytes() != old.stored.tobytes()
    sources = dict(new.operands.sources)
    if new.function is lookup_backward:
        sources.pop(next(iter(sources)))  # of the table it needs the shape alone
    return any(
        source.index in changed
        if isinstance(source, Operation)
        else source is not old.operands.source(name)
        for name, source in sources.items()
    )


def _remade(
    operation: Operation,
    made: Sequence[Operation],
    given: Mapping[str, Given],
    held: Held | None,
    fault: Fault | None,
    base: Trace,
) -> Operation:
    old = operation.operands.sources
    sources = {name: _now(source, made, given) for name, source in old.items()}
    new = operation
    if any(sources[name] is not source for name, source in old.items()):
        new = replace(operation, operands=Operands(sources))
    wrong = None
    if fault is not None:
        last = tuple(made[i] for i in base.places.hidden[-1] if i < len(made))
        wrong = fault.rewrite(new, Surroundings(last, given))
    new = _adapted(new, held)
    if wrong is not None:
        intended = replace(new, stored=None)
        new = replace(_adapted(wrong, held), intended=intended)
    if new is operation:
        return operation
    return new.computed() if operation.stored is not None else new


def _now(source: Source, made: Sequence[Operation], given: Mapping[str, Given]) -> Source:
    return made[source.index] if isinstance(source, Operation) else given[source.name]


def _adapted(operation: Operation, held: Held | None) -> Operation:
    """``operation``, holding what is held, or stopping the gradient where it goes through that."""
    if held is not None:
        return replace(
            operation,
            formula=f"{operation.formula}, held",
            function=Holding(operation.function, held),
            held=held.mask,
        )
    if operation.symbol != "dz_t":
        return operation
    h = operation.operands.source("h_t")
    if not isinstance(h, Operation) or h.held is None:
        return operation
    formula = f"{operation.formula}, 0 where h_t is held"
    return replace(operation, formula=formula, function=Stopping(operation.function, h.held))


def _edited_givens(base: Trace, edits: Sequence[Edit]) -> Mapping[str, Given]:
    values: dict[str, Array] = {}
    for edit in edits:
        name = str(edit.target)
        if name not in base.given or name == "f_T":
            raise ValueError(f"nothing that can be edited is called {name!r}")
        value = values.setdefault(name, base.given[name].value.copy())
        _check_element(name, value, edit)
        _check_symbol(base, name, value, edit)
        _put(name, value, edit)
    different = {
        name: Given(name, read_only(value))
        for name, value in values.items()
        if value.tobytes() != base.given[name].value.tobytes()  # -0 is not 0
    }
    return {**base.given, **different} if different else base.given


def _held(base: Trace, edits: Sequence[Edit]) -> dict[int, Held]:
    hidden = {index for step in base.places.hidden for index in step}
    held: dict[int, Held] = {}
    for edit in edits:
        index = int(edit.target)
        if index not in hidden:
            raise ValueError(f"operation {index} makes no hidden state: only h_t can be edited")
        value = base[index].value
        _check_element("h_t", value, edit)
        fresh = Held(np.zeros(value.shape, bool), np.zeros_like(value))
        mask, values = held.setdefault(index, fresh)
        mask[edit.element] = True
        _put("h_t", values, edit)
    return {index: Held(*map(read_only, both)) for index, both in held.items()}


def _check_element(name: str, value: Array, edit: Edit) -> None:
    shape: tuple[Any, ...] = value.shape
    inside = all(0 <= i < n for i, n in zip(edit.element, shape, strict=False))
    if len(edit.element) != len(shape) or not inside:
        raise ValueError(f"{name} has the shape {shape}: there is no element {edit.element}")


def _put(name: str, array: Array, edit: Edit) -> None:
    with np.errstate(over="ignore"):
        array[edit.element] = edit.value
    if not np.isfinite(array[edit.element]):
        raise ValueError(f"{name} cannot be set to {edit.value}: give a number in its range")


def _check_symbol(base: Trace, name: str, value: Array, edit: Edit) -> None:
    if value.dtype.kind not in "iu":
        return
    W = "layer0.W_xh" if name.startswith("x_") else "b_y"
    size = len(base.given[W].value)
    if edit.value % 1 != 0 or not 0 <= edit.value < size:
        raise ValueError(f"{name} is a symbol: give a whole number from 0 to {size - 1}")
