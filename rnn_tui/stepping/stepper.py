"""The walk: where it stands, what was changed in it, and what was asked about it.

Moving is done at once. What may take longer is a ``Task``, whose work may run in a thread.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import cached_property

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.derivative import Verification, verify
from rnn_tui.core.flow import FlowReport, reporting
from rnn_tui.core.record import Given, Operation
from rnn_tui.core.retrace import Edit
from rnn_tui.core.trace import Trace
from rnn_tui.core.work import Answer, Task
from rnn_tui.stepping.changes import Changes
from rnn_tui.stepping.conditions import Condition, Known, known_in, words
from rnn_tui.stepping.cursor import Cursor
from rnn_tui.stepping.digits import constant, written
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.moves import Layout
from rnn_tui.stepping.names import element_text, result_name
from rnn_tui.stepping.places import not_finite_words
from rnn_tui.stepping.running import Hit, run_to
from rnn_tui.stepping.view import Selection, View
from rnn_tui.stepping.watching import watch
from rnn_tui.stepping.window import Window


class Stepper(Cursor):
    """A walk through the pass over one row of ``whole``, which holds every row of the batch.

    ``trace`` is that of row ``row`` if it is known already. Raises StepperError for what cannot be
    done, and is then as it was before.
    """

    def __init__(self, whole: Window, row: int = 0, trace: Trace | None = None) -> None:
        self.whole = whole
        self.window = _row(whole, row)
        self.changes = Changes(self.window, trace if trace is not None else self.window.trace())
        super().__init__(Layout.of(self.changes.base.operations))
        self.breakpoints: tuple[Condition, ...] = ()
        self.message = ""
        self._wanted_selection = Selection(None, ())
        self._verified: tuple[Trace, Verification] | None = None
        self._result: tuple[Operation, Array] | None = None
        if whole.suspect is not None:
            self._begin_where_it_went_wrong()

    def _begin_where_it_went_wrong(self) -> None:
        found = self.first_not_finite()
        if found is None:
            self.message = "the step was not finite, but every value of this row is"
            return
        self.index, self.message = found, not_finite_words(self.window, self.trace[found])

    def first_not_finite(self) -> int | None:
        """The first operation whose result is not finite; None where all are."""
        results = enumerate(self.trace.operations)
        return next((i for i, made in results if not np.isfinite(made.value).all()), None)

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def trace(self) -> Trace:
        """The pass as it is now."""
        return self.changes.trace

    @property
    def base(self) -> Trace:
        """The pass before edits and faults."""
        return self.changes.base

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The numbers that were changed, in order."""
        return self.changes.now.edits

    @property
    def fault(self) -> str | None:
        """The fault that is planted."""
        return self.changes.now.fault

    @cached_property
    def known(self) -> Known:
        """The names that a condition may ask about. They are those of every row."""
        return known_in(self.base)

    @property
    def operation(self) -> Operation:
        """The operation that the walk stands at."""
        return self.trace[self.index]

    @property
    def selected(self) -> Selection:
        """The number that questions are about, as far as this operation has such a one.

        What was chosen is kept while one walks on, and fitted to each operation anew, so that
        walking back shows again what was shown.
        """
        operand, element = self._wanted_selection
        operand = operand if operand in self.operation.operands else None
        return Selection(operand, fitted(element, np.shape(self.array(operand))))

    def array(self, operand: str | None) -> Array:
        """The values of an operand of this operation, or of its result (None)."""
        operation = self.operation
        if operand is not None:
            return operation.operands[operand]
        if self._result is None or self._result[0] is not operation:
            self._result = operation, operation.value  # may be large, and is not stored there
        return self._result[1]

    @property
    def hit(self) -> str:
        """What breakpoints hold at this operation: the thresholds beside the actual values."""
        if not self.breakpoints:
            return ""
        readings = [condition.test(self.operation) for condition in self.breakpoints]
        return "; ".join(words(reading) for reading in readings if reading and reading.hit)

    @property
    def verification(self) -> Verification | None:
        """The last verification, where it is about this operation of this pass."""
        if self._verified is None or self._verified[0] is not self.trace:
            return None
        return self._verified[1] if self._verified[1].index == self.index else None

    def view(self, playing: int = 0) -> View:
        """Everything that is shown, frozen."""
        changes = self.changes
        return View(
            window=self.window,
            trace=self.trace,
            index=self.index,
            selected=self.selected,
            base=self.base if self.trace is not self.base else None,
            changed=changes.operations,
            edits=self.edits,
            fault=self.fault,
            wrong=changes.wrong.index if changes.wrong else None,
            breakpoints=tuple(watch(asked, self.trace, self.index) for asked in self.breakpoints),
            hit=self.hit,
            verification=self.verification,
            message=self.message,
            playing=playing,
        )

    # -- where numbers come from and go to ---------------------------------------------------------

    def origin(self, operand: str | None) -> int:
        """The operation that made an operand of this one. StepperError if it was given."""
        if operand is None:
            raise StepperError("the result is made here: select an operand, or see `uses`")
        found = self.operation.operands.origin(operand)
        if found is None:
            raise StepperError(f"{operand} was given to this pass: nothing in it makes it")
        return found

    def uses(self, operand: str | None) -> tuple[int, ...]:
        """The operations that use an operand of this one, or its result."""
        if operand is None:
            return self.trace.uses(self.index)
        source = self.operation.operands.source(operand)
        if isinstance(source, Given):
            return self.trace.uses_of_given(source.name)
        return self.trace.uses(source.index)

    # -- the selected number ----------------------------------------------------------------------

    def select(self, operand: str | None, element: tuple[int, ...] | None = None) -> None:
        """Choose an operand, or the result, and one of its elements."""
        kept = self._wanted_selection.element if element is None else element
        self._wanted_selection = Selection(operand, kept)

    def select_next(self, by: int) -> None:
        """The next operand, after the last one the result, and so on round."""
        names: list[str | None] = [*self.operation.operands, None]
        place = names.index(self.selected.operand)
        self.select(names[(place + by) % len(names)])

    def move_element(self, rows: int, columns: int) -> None:
        """Another element of the selected array."""
        shape = np.shape(self.array(self.selected.operand))
        moves = (*(0,) * (len(shape) - 2), rows, columns) if len(shape) > 1 else (rows + columns,)
        element = (
            min(max(i + by, 0), size - 1)
            for i, by, size in zip(self.selected.element, moves, shape, strict=False)
        )
        self.select(self.selected.operand, tuple(element))

    # -- questions --------------------------------------------------------------------------------

    def verifying_selected(self) -> Task:
        """Compare the selected number, here or where it was made, with the derivative."""
        operand, element = self.selected
        if operand is None:
            return self.verifying(self.index, element)
        made = self.operation.operands.origin(operand)
        if made is None or self.trace[made].gradient_of is None:
            raise StepperError(f"{operand} is no gradient: select one that is, or the result")
        return self.verifying(made, element)

    def verifying(self, index: int, element: tuple[int, ...]) -> Task:
        """Compare a number of the backward pass with the complex-step derivative."""
        trace = self.trace

        def work() -> Generator[float, None, Verification]:
            yield 0.0
            try:
                return verify(trace, index, element)
            except ValueError as error:
                raise StepperError(str(error)) from None

        def apply(found: Verification) -> str:
            self.jump(found.index)
            self.select(None, found.element)
            self._verified = trace, found
            return verification_words(trace, found)

        return Task("verify", work(), apply)

    def run_to(self, direction: int) -> Task:
        """Run to where the next breakpoint holds."""
        if not self.breakpoints:
            raise StepperError("there are no breakpoints: set one, as in: break norm(dh) < 1e-6")

        def apply(hit: Hit | None) -> str:
            if hit is None:
                return f"no breakpoint holds {'after' if direction > 0 else 'before'} here"
            self.jump(hit.index)
            return f"stopped where {self.hit}"

        return Task("run", run_to(self.trace, self.index, direction, self.breakpoints), apply)

    def flow(self) -> Task:
        """How the gradient flows through time."""
        return Task("gradient flow", reporting(self.trace, self.operation.layer), flow_words)

    def take_row(self, row: int) -> Answer:
        """Another row of the batch: its own pass, without the edits and the fault of this one."""
        window, rows = _row(self.whole, row), self.whole.batch
        if window is self.whole or window.row == self.window.row:
            return f"this is row {row + 1} of {rows}"

        def apply(trace: Trace) -> str:
            left = "; edits and fault were left behind" if self.trace is not self.base else ""
            self.window, self.changes = window, Changes(window, trace)
            return f"row {row + 1} of {rows}, loss {constant(trace.loss)} nats{left}"

        return Task("another row", window.tracing(), apply)


def fitted(element: Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    """An element of an array of ``shape`` that is as near as can be: aligned at the last axis."""
    padded = (*(0,) * len(shape), *element)[len(element) :] if shape else ()
    return tuple(min(i, max(size - 1, 0)) for i, size in zip(padded, shape, strict=True))


def verification_words(trace: Trace, found: Verification) -> str:
    """The verdict, what it is about, both numbers and how far they are apart."""
    operation = trace[found.index]
    name = result_name(trace, operation)
    name += element_text(operation.symbol, operation.value.shape, found.element)
    backward, derivative = (written(n, "+.9e") for n in (found.backward, found.derivative))
    numbers = f"backward {backward}, derivative {derivative}"
    if not np.isfinite(found.error):
        return f"✗ not finite: {name}, {numbers}"
    verdict = "✓ equal" if found.passed else "✗ DIFFERS"
    return f"{verdict}: {name}, {numbers}, error {written(found.error, '.0e')}"


def flow_words(flow: FlowReport) -> str:
    """A report on the gradient's flow in one line."""
    least = "at least " if flow.beyond_window else ""
    horizon = f"{least}{flow.horizon:.1f} characters"
    if not flow.finite:
        horizon = "not finite"
    elif np.isnan(flow.horizon):
        horizon = "none, for there is no credit"
    return (
        f"layer {flow.layer}: effective horizon {horizon}, "
        f"spectral radius of W_hh {written(flow.spectral_radius, '.4g')}"
    )


def _row(whole: Window, row: int) -> Window:
    if not 0 <= row < whole.batch:
        only = "there is only one" if whole.batch == 1 else f"write 1 to {whole.batch}"
        raise StepperError(f"there is no row {row + 1}: {only}")
    return whole if whole.batch == 1 else whole.one_row(row)
