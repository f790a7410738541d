"""What the stepper shows, frozen: every pane is a function of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rnn_tui.core.derivative import Verification
from rnn_tui.core.record import Operation
from rnn_tui.core.retrace import Edit
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.watching import Watch
from rnn_tui.stepping.window import Window


class Selection(NamedTuple):
    """The number that questions are about."""

    operand: str | None
    """The name of an operand of the operation; None for its result."""
    element: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class View:
    """One stop of the walk, and everything that was asked about it.

    ``base`` is the trace before edits and faults, None if there are none; ``changed`` are the
    indexes of the operations whose value or formula is not the same in both. ``wrong`` is the
    first operation whose gradient is not the derivative. ``playing`` is -1, 0 or 1.
    """

    window: Window
    trace: Trace
    index: int
    selected: Selection
    base: Trace | None = None
    changed: frozenset[int] = frozenset()
    edits: tuple[Edit, ...] = ()
    fault: str | None = None
    wrong: int | None = None
    breakpoints: tuple[Watch, ...] = ()
    hit: str = ""
    verification: Verification | None = None
    message: str = ""
    playing: int = 0

    @property
    def operation(self) -> Operation:
        """The operation that the walk stands at."""
        return self.trace[self.index]
