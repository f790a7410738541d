"""One sentence for every stop of the walk: what the operation does, and why it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.explanations import afterwards, backward, forward
from rnn_tui.stepping.explanations.glossary import GLOSSARY
from rnn_tui.stepping.explanations.stop import Stop
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.window import Window

__all__ = ["EXPLANATIONS", "GLOSSARY", "explain", "heading", "kind_of", "undoes"]

EXPLANATIONS: Mapping[str, Callable[[Stop], str]] = {
    **forward.EXPLANATIONS,
    **backward.EXPLANATIONS,
    **afterwards.EXPLANATIONS,
}
"""A sentence for every kind of operation: ``kind_of`` its name."""


def explain(operation: Operation, trace: Trace, window: Window | None = None) -> str:
    """One sentence of at most about 200 characters on ``operation``, with the numbers of this stop.

    Without ``window`` symbols have numbers in place of characters. Nothing large is computed: the
    value of an operation that does not store it is left alone.
    """
    stop = Stop(operation, trace, window)
    # A network that diverged shows infinities as values: there is nothing to warn about.
    with np.errstate(all="ignore"):
        if operation.intended is not None:
            return _planted(operation.intended)
        if operation.held is not None:
            return _held(operation.value, operation.held)
        return EXPLANATIONS[kind_of(operation.name)](stop)


def kind_of(name: str) -> str:
    """The name of an operation without the parameter that it is about: "sum dW_hh" is "sum"."""
    return name if name in EXPLANATIONS else name.rpartition(" ")[0]


def heading(operation: Operation) -> str:
    """A short title: "back through tanh, t = 17, layer 0"."""
    t = f"t = {operation.t}" if operation.t else ""
    layer = "" if operation.layer is None else f"layer {operation.layer}"
    return ", ".join(part for part in (operation.name, t, layer) if part)


def undoes(operation: Operation, trace: Trace) -> str | None:
    """The formula of the forward operation that a backward operation undoes, with its time.

    None for all other operations, and where the gradients of several uses only come together.
    """
    of = operation.gradient_of
    if of is None or of.operation is None or operation.name == "add gradients of h":
        return None
    undone = of.operation if of.operand is not None else _used_by(trace, of.operation)
    return at_step(trace[undone].formula, trace[undone].t)


def _used_by(trace: Trace, index: int) -> int:
    """The operation on the way to the loss that used a value: of the logits' uses, the last."""
    return max(use for use in trace.uses(index) if trace[use].phase in ("forward", "loss"))


def _planted(right: Operation) -> str:
    return (
        f"A planted fault: this should be {at_step(right.formula, right.t)}. Whatever is computed"
        " from here on inherits the error."
    )


def _held(value: Array, mask: Array) -> str:
    return (
        f"An edit holds {np.count_nonzero(mask)} of {value.size} units at its number, whatever z"
        " says: nothing earlier can change a held unit, so no gradient goes back through it."
    )
