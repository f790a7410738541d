"""What was changed in a pass, edits and a planted fault, with undo and redo."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from typing import NamedTuple

from rnn_tui.core.derivative import Wrong, first_wrong
from rnn_tui.core.faults import FAULTS
from rnn_tui.core.retrace import Edit, Retraced, retracing
from rnn_tui.core.trace import Trace
from rnn_tui.core.work import Answer, Task
from rnn_tui.stepping.digits import constant
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.fault_words import fault_words
from rnn_tui.stepping.names import element_text, given_name, result_name
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.window import Window


class Changed(NamedTuple):
    """All that differs from the pass as it was: what undo and redo go between."""

    edits: tuple[Edit, ...] = ()
    fault: str | None = None


class Changes:
    """The pass of ``base``, and what was changed in it. Every change is one step of undo.

    Without changes ``trace`` is ``base`` itself. Every change is a task; StepperError, at once or
    from its work, leaves all as it was.
    """

    def __init__(self, window: Window, base: Trace) -> None:
        self._window, self.base = window, base
        self.trace = base
        self.operations: frozenset[int] = frozenset()
        """The indexes of the operations whose value or formula is not that of ``base``."""
        self.now = Changed()
        self.wrong: Wrong | None = None
        """The first operation that a planted fault makes wrong."""
        self._past: tuple[Changed, ...] = ()
        self._future: tuple[Changed, ...] = ()

    def edit(self, edit: Edit) -> Answer:
        """Change a number, and make anew all that depends on it."""
        if self._is_so_already(edit):
            return f"{target_name(self.trace, edit)} is {self._said(edit, edit.value)} already"
        return self._change(self.now._replace(edits=(*self.now.edits, edit)))

    def remove(self, number: int) -> Task:
        """Take one edit back, counted from 0, and keep those after it."""
        edits = self.now.edits
        return self._change(self.now._replace(edits=edits[:number] + edits[number + 1 :]))

    def remove_all(self) -> Task:
        """Take all edits back."""
        return self._change(self.now._replace(edits=()))

    def plant(self, fault: str | None) -> Answer:
        """Switch a planted fault on, or all off, and look where the pass goes wrong."""
        if fault is not None and fault not in FAULTS:
            raise StepperError(f"there is no such fault: write {', '.join(FAULTS)} or off")
        if fault == self.now.fault:
            return f"{fault} is planted already" if fault else "no fault is planted"
        return self._change(self.now._replace(fault=fault))

    def undo(self) -> Task:
        """Take the last change back."""
        if not self._past:
            raise StepperError("there is nothing to undo: no number was edited, no fault planted")
        return self._go(self._past[-1], self._past[:-1], (*self._future, self.now))

    def redo(self) -> Task:
        """Do again what was taken back last."""
        if not self._future:
            raise StepperError("there is nothing to redo: no change was taken back")
        return self._go(self._future[-1], (*self._past, self.now), self._future[:-1])

    def words(self) -> list[str]:
        """Each edit in words: ``W_hh[3, 4]  0.211 → 0.5``, ``x_3  “a” → “b”``."""
        return edits_words(self._window, self.base, self.now.edits)

    def _change(self, to: Changed) -> Task:
        return self._go(to, (*self._past, self.now), ())

    def _go(self, to: Changed, past: tuple[Changed, ...], future: tuple[Changed, ...]) -> Task:
        def apply(found: tuple[Retraced, Wrong | None]) -> str:
            before, self.now = self.now, to
            (self.trace, self.operations), self.wrong = found
            self._past, self._future = past, future
            return "; ".join(self._consequences(before))

        return Task("make anew", _making(self.base, to), apply)

    def _consequences(self, before: Changed) -> list[str]:
        """What was changed, and what came of it."""
        parts = self._difference(before)
        if self.now == Changed():
            return [*parts, "as it was: nothing is edited, no fault is planted"]
        parts.append(f"{len(self.operations):,} of {len(self.base):,} operations changed")
        if self.now.edits:
            parts.append(f"loss {constant(self.base.loss)} → {constant(self.trace.loss)} nats")
        if self.now.fault is not None:
            parts.append(fault_words(self.trace, self.now.fault, self.wrong))
        return parts

    def _difference(self, before: Changed) -> list[str]:
        """The edit that was made, or the one that was taken back."""
        old, new = before.edits, self.now.edits
        if new[:-1] == old != new:
            return self.words()[-1:]
        gone = [place for place in range(len(old)) if old[:place] + old[place + 1 :] == new]
        said = edits_words(self._window, self.base, old)
        return [f"taken back: {said[gone[-1]]}"] if gone else []

    def _is_so_already(self, edit: Edit) -> bool:
        """Whether what is given has that number, to the bit. To hold a hidden state is a change."""
        if isinstance(edit.target, int):
            return edit in self.now.edits and edit == _last_of(self.now.edits, edit)
        old = float(self.trace.givens[edit.target][edit.element])
        return old == edit.value and math.copysign(1, old) == math.copysign(1, edit.value)

    def _said(self, edit: Edit, value: float) -> str:
        return _value_words(self._window, self.base, edit, value)


def _making(base: Trace, to: Changed) -> Generator[float, None, tuple[Retraced, Wrong | None]]:
    if to == Changed():
        return Retraced(base, frozenset()), None
    try:
        made = yield from retracing(base, to.edits, FAULTS[to.fault] if to.fault else None)
    except ValueError as error:
        raise StepperError(str(error)) from None
    wrong = (yield from first_wrong(made.trace)) if to.fault else None
    return made, wrong


def edits_words(window: Window, base: Trace, edits: Sequence[Edit]) -> list[str]:
    """Each edit in words: what, the number before it, the number that it gave."""
    said = []
    for place, edit in enumerate(edits):
        earlier = _last_of(edits[:place], edit)
        old = earlier.value if earlier else _first_value(base, edit)
        values = (_value_words(window, base, edit, value) for value in (old, edit.value))
        held = ", held" if isinstance(edit.target, int) else ""
        said.append(f"{target_name(base, edit)}  {' → '.join(values)}{held}")
    return said


def target_name(trace: Trace, edit: Edit) -> str:
    """What an edit changes: ``W_hh[3, 4]``, ``h_17[3]``, ``x_3``, as one may write it."""
    if isinstance(edit.target, int):
        name, shape = result_name(trace, trace[edit.target]), trace[edit.target].value.shape
    else:
        name = given_name(edit.target, len(trace.places.hidden[0]))
        shape = trace.givens[edit.target].shape
    return f"{name}{element_text(name, shape, edit.element)}"


def is_symbol(trace: Trace, target: str | int) -> bool:
    """Whether what is given under this name is the number of a symbol: an input, a target."""
    return isinstance(target, str) and trace.givens[target].dtype.kind in "iu"


def _value_words(window: Window, trace: Trace, edit: Edit, value: float) -> str:
    return symbol_label(window, int(value)) if is_symbol(trace, edit.target) else constant(value)


def _last_of(edits: Sequence[Edit], edit: Edit) -> Edit | None:
    """The last of some edits of the same number."""
    same = [e for e in edits if (e.target, e.element) == (edit.target, edit.element)]
    return same[-1] if same else None


def _first_value(base: Trace, edit: Edit) -> float:
    given = isinstance(edit.target, str)
    array = base.givens[str(edit.target)] if given else base[int(edit.target)].value
    return float(array[edit.element])
