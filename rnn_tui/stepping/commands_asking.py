"""Commands that ask about the pass. Each takes the walk and what follows the verb."""

from __future__ import annotations

from collections.abc import Callable

from rnn_tui.core.gradcheck import STATE
from rnn_tui.core.work import Answer, Task
from rnn_tui.stepping.commands_moving import find_result
from rnn_tui.stepping.conditions import Condition, ConditionError, parse, words
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.explanations import heading
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.names import element_of, find_given, given_name, read_named
from rnn_tui.stepping.plain import operation_lines
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.stepping.sweeping import sweep_words, sweeping
from rnn_tui.stepping.typed import read_place


def verify(stepper: Stepper, rest: str) -> Answer:
    """The selected number, or the one that is named, against the derivative."""
    if not rest:
        return stepper.verifying_selected()
    _refuse_state(stepper, rest)
    index, element = find_result(stepper, rest)
    shape = stepper.trace[index].value.shape
    return stepper.verifying(index, element_of(shape, element, rest.strip()))


def _refuse_state(stepper: Stepper, rest: str) -> None:
    """The incoming state is no gradient but has one, and StepperError says what that is called."""
    name = read_named(rest).name
    given = find_given(stepper.trace, name, stepper.operation.layer or 0) or ""
    if given.startswith(STATE):
        gradient = f"d{given_name(given, len(stepper.trace.places.hidden[0]))}"
        reason = "is given to the pass: verify its gradient, which is called"
        raise StepperError(f"{name} {reason} {gradient}")


def sweep(stepper: Stepper, _rest: str) -> Answer:
    """All of them."""
    return Task("sweep", sweeping(stepper.trace), sweep_words)


def set_break(stepper: Stepper, rest: str) -> Answer:
    """Stop where a condition holds."""
    if not rest:
        return list_breaks(stepper, rest)
    try:
        condition = parse(rest, stepper.known)
    except ConditionError as error:
        at = f"column {error.column} of the condition"
        raise StepperError(f"{at}: {error.message}", error.column) from None
    if condition not in stepper.breakpoints:
        stepper.breakpoints = (*stepper.breakpoints, condition)
    return f"breakpoint {stepper.breakpoints.index(condition) + 1}: {condition}"


def list_breaks(stepper: Stepper, _rest: str) -> Answer:
    """Each with what it comes to here: so they are watches, too."""
    listed = enumerate(stepper.breakpoints, 1)
    lines = [f"{number}  {condition}   {_here(stepper, condition)}" for number, condition in listed]
    return "\n".join(lines) or "no breakpoints: set one, as in: break norm(dh) < 1e-6"


def _here(stepper: Stepper, condition: Condition) -> str:
    reading = condition.test(stepper.operation, whole=True)
    if reading is None:
        return "does not ask about this operation"
    return f"{'holds here' if reading.hit else 'not here'}: {words(reading)}"


def unbreak(stepper: Stepper, rest: str) -> Answer:
    """Remove one, or all."""
    if rest == "all":
        stepper.breakpoints = ()
        return "no breakpoints"
    kept = list(stepper.breakpoints)
    gone = kept.pop(read_place(rest, len(kept), "breakpoint") - 1)
    stepper.breakpoints = tuple(kept)
    return f"removed: {gone}"


def run(direction: int) -> Callable[[Stepper, str], Answer]:
    """To the next hit."""
    return lambda stepper, _rest: stepper.run_to(direction)


def print_operation(stepper: Stepper, rest: str) -> Answer:
    """As ``--print`` writes it; large arrays whole if ``full`` is asked for."""
    if rest not in ("", "full"):
        raise StepperError("write print, or print full for every number of large arrays")
    full = rest == "full"
    return "\n".join(operation_lines(stepper.operation, stepper.trace, stepper.window, full=full))


def where(stepper: Stepper, _rest: str = "") -> str:
    """``53/69  backward  back through tanh, t = 1, layer 0:  dz_1 = dh_1 (1 − h_1²)``."""
    operation = stepper.operation
    place = f"{operation.index + 1}/{len(stepper.trace)}  {operation.phase}"
    return f"{place}  {heading(operation)}:  {at_step(operation.formula, operation.t)}"
