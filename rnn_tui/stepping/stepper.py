"""The walk: where it stands, what was changed in it, and what was asked about it.

Moving is done at once. What may take longer is a ``Task``: a generator that may run in a thread,
since it only reads, and a function that takes over what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_tui.core.derivative import Verification, Wrong, first_wrong, verify
from rnn_tui.core.faults import FAULTS
from rnn_tui.core.flow import FlowReport, reporting
from rnn_tui.core.record import Given, Operation
from rnn_tui.core.retrace import Edit, Retraced, retracing
from rnn_tui.core.trace import Trace, finished
from rnn_tui.stepping.conditions import Condition, words
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.explanations import heading
from rnn_tui.stepping.moves import Kind, Layout
from rnn_tui.stepping.running import Hit, run_to
from rnn_tui.stepping.view import Selection, View
from rnn_tui.stepping.visited import Visited
from rnn_tui.stepping.window import Window


@dataclass(frozen=True)
class Task:
    """Something that may take a while. ``apply`` belongs to where the walk is shown.

    ``work`` yields its progress, 0..1, reads the walk without changing it, and returns what
    ``apply`` turns into one line for people. Nothing has happened unless ``apply`` was called.
    """

    title: str
    work: Generator[float, None, Any]
    apply: Callable[[Any], str]

    def run(self) -> str:
        """Do all of it here and now."""
        return self.apply(finished(self.work))


class Stepper:
    """A walk through the pass over one row of ``whole``, which holds every row of the batch.

    ``trace`` is that of row ``row`` if it is known already. Raises StepperError for what cannot be
    done, and is then as it was before.
    """

    def __init__(self, whole: Window, row: int = 0, trace: Trace | None = None) -> None:
        self.whole = whole
        self.window = _row(whole, row)
        self._enter(trace if trace is not None else self.window.trace())

    def _enter(self, trace: Trace) -> None:
        self.base = self.trace = trace
        self.layout = Layout.of(trace.operations)
        self.index = 0
        self.changed: frozenset[int] = frozenset()
        self.edits: tuple[Edit, ...] = ()
        self.fault: str | None = None
        self.wrong: Wrong | None = None
        self.breakpoints: tuple[Condition, ...] = getattr(self, "breakpoints", ())
        self.hit = ""
        self.verification: Verification | None = None
        self.message = ""
        self._visited = Visited()
        self._undone: tuple[Edit, ...] = ()
        self._wanted: Kind | None = None
        self._wanted_selection = Selection(None, ())

    # -- what is shown ----------------------------------------------------------------------------

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

    def array(self, operand: str | None) -> Any:
        """The values of an operand of this operation, or of its result (None)."""
        return self.operation.value if operand is None else self.operation.operands[operand]

    def view(self, playing: int = 0) -> View:
        """Everything that is shown, frozen."""
        altered = self.trace is not self.base
        return View(
            window=self.window,
            trace=self.trace,
            index=self.index,
            selected=self.selected,
            base=self.base if altered else None,
            changed=self.changed,
            edits=self.edits,
            fault=self.fault,
            wrong=self.wrong.index if self.wrong else None,
            breakpoints=tuple(map(str, self.breakpoints)),
            hit=self.hit,
            verification=self._relevant_verification(),
            message=self.message,
            playing=playing,
        )

    def _relevant_verification(self) -> Verification | None:
        asked = self.verification
        return asked if asked is not None and asked.index == self.index else None

    # -- moving -----------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """``by`` operations on."""
        self.index, self._wanted = self.layout.step(self.index, by), None

    def time_step(self, by: int) -> None:
        """``by`` time steps on, or groups where a phase has no time steps."""
        wanted = self._wanted or self.layout.kinds[self.index]
        self.index, self._wanted = self.layout.time_step(self.index, by, wanted), wanted

    def same_kind(self, by: int) -> None:
        """To the next or previous operation of this kind."""
        found = self.layout.same_kind(self.index, by)
        if found is None:
            where = "after" if by > 0 else "before"
            raise StepperError(f"there is no {self.operation.name!r} {where} this one")
        self.index, self._wanted = found, None

    def jump(self, index: int) -> None:
        """To an operation, by its index; ``back`` returns."""
        if not 0 <= index < len(self.trace):
            raise StepperError(f"there are operations 1 to {len(self.trace)}, no {index + 1}")
        if index != self.index:
            self._visited.jumped(self.index)
        self.index, self._wanted = index, None

    def jump_to_time(self, t: int) -> None:
        """To a time step, in this pass."""
        found = self.layout.at_time(self.index, t)
        if found is None:
            raise StepperError(f"there are time steps 1 to {self.window.steps}, no {t}")
        self.jump(found)

    def back(self, by: int) -> None:
        """To where the last jump came from (-1), or forth again (1)."""
        found = self._visited.back(self.index) if by < 0 else self._visited.ahead(self.index)
        if found is None:
            raise StepperError("there is nothing to go back to" if by < 0 else "nothing is ahead")
        self.index, self._wanted = found, None

    def origin(self, operand: str | None) -> int:
        """The operation that made an operand of this one. StepperError if it was given."""
        if operand is None:
            raise StepperError("this is the result: it is made here (see what uses it)")
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

    def verifying(self, index: int, element: tuple[int, ...]) -> Task:
        """Compare a number of the backward pass with the complex-step derivative."""
        trace = self.trace

        def work() -> Generator[float, None, Verification]:
            yield 0.0
            try:
                return verify(trace, index, element)
            except ValueError as error:
                raise StepperError(str(error)) from None

        return Task("verify", work(), self._verified)

    def _verified(self, found: Verification) -> str:
        if found.index != self.index:
            self.jump(found.index)
        self.select(None, found.element)
        self.verification = found
        return (
            f"verify: backward {found.backward:+.9e}   derivative {found.derivative:+.9e}"
            f"   error {found.error:.0e}   {'✓ equal' if found.passed else '✗ DIFFERS'}"
        )

    def run_to(self, direction: int) -> Task:
        """Run to where the next breakpoint holds."""
        if not self.breakpoints:
            raise StepperError("there are no breakpoints: set one, as in: break norm(dh) < 1e-6")
        work = run_to(self.trace, self.index, direction, self.breakpoints)
        return Task("run", work, lambda hit: self._stopped(hit, direction))

    def _stopped(self, hit: Hit | None, direction: int) -> str:
        if hit is None:
            where = "after" if direction > 0 else "before"
            self.hit = ""
            return f"no breakpoint holds {where} this operation"
        self.jump(hit.index)
        self.hit = words(hit.reading)
        return f"stopped where {self.hit}"

    def flow(self) -> Task:
        """How the gradient flows through time."""
        work = reporting(self.trace, self.operation.layer)
        return Task("gradient flow", work, flow_words)

    # -- what is changed --------------------------------------------------------------------------

    def edit(self, edit: Edit) -> Task:
        """Change a number, and make anew all that depends on it."""
        return self._altered((*self.edits, edit), self.fault, ())

    def undo(self) -> Task:
        """Take the last edit back."""
        if not self.edits:
            raise StepperError("nothing is edited")
        return self._altered(self.edits[:-1], self.fault, (*self._undone, self.edits[-1]))

    def redo(self) -> Task:
        """Do again what was taken back last."""
        if not self._undone:
            raise StepperError("nothing was taken back")
        return self._altered((*self.edits, self._undone[-1]), self.fault, self._undone[:-1])

    def plant(self, fault: str | None) -> Task:
        """Switch a planted fault on, or all off, and look where the pass goes wrong."""
        if fault is not None and fault not in FAULTS:
            raise StepperError(f"no fault is called {fault!r}; there are: {', '.join(FAULTS)}")
        return self._altered(self.edits, fault, self._undone)

    def _altered(
        self, edits: tuple[Edit, ...], fault: str | None, undone: tuple[Edit, ...]
    ) -> Task:
        base = self.base

        def work() -> Generator[float, None, tuple[Retraced, Wrong | None]]:
            try:
                made = yield from retracing(base, edits, FAULTS[fault] if fault else None)
            except ValueError as error:
                raise StepperError(str(error)) from None
            wrong = (yield from first_wrong(made.trace)) if fault else None
            return made, wrong

        def apply(found: tuple[Retraced, Wrong | None]) -> str:
            made, self.wrong = found
            self.trace, self.changed = made.trace, made.changed
            self.edits, self.fault, self._undone = edits, fault, undone
            self.verification, self.hit = None, ""
            return self._consequences()

        return Task("make anew", work(), apply)

    def _consequences(self) -> str:
        if not self.edits and self.fault is None:
            return "as it was: nothing is edited, no fault is planted"
        parts = [f"{len(self.changed):,} of {len(self.trace):,} operations changed"]
        if self.edits:
            parts.append(f"loss {self.base.loss:.6f} → {self.trace.loss:.6f} nats")
        if self.fault is not None:
            parts.append(self._fault_words())
        return "; ".join(parts)

    def _fault_words(self) -> str:
        if self.wrong is None:
            return f"{self.fault}: no operation parts from the derivative here"
        wrong = self.trace[self.wrong.index]
        return f"{self.fault}: first wrong is operation {wrong.index + 1}, {heading(wrong)}"

    def take_row(self, row: int) -> Task:
        """Another row of the batch: its own pass, without the edits of this one."""
        if not 0 <= row < self.whole.batch:
            raise StepperError(f"there are rows 1 to {self.whole.batch}, no {row + 1}")
        window = _row(self.whole, row)

        def work() -> Generator[float, None, Trace]:
            return (yield from window.tracing())

        def apply(trace: Trace) -> str:
            index, self.window = self.index, window
            self._enter(trace)
            self.index = index
            return f"row {row + 1} of {self.whole.batch}, loss {trace.loss:.6f} nats"

        return Task("another row", work(), apply)


def fitted(element: Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    """An element of an array of ``shape`` that is as near as can be: aligned at the last axis."""
    padded = (*(0,) * len(shape), *element)[len(element) :] if shape else ()
    return tuple(min(i, max(size - 1, 0)) for i, size in zip(padded, shape, strict=True))


def flow_words(flow: FlowReport) -> str:
    """The one number of a report on the gradient's flow."""
    return f"effective horizon {flow.horizon:.1f} characters"


def _row(whole: Window, row: int) -> Window:
    return whole if whole.batch == 1 else whole.one_row(row)
