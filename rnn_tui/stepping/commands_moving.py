"""Commands that lead from one operation to another. Each takes the walk and what follows it."""

from __future__ import annotations

from collections.abc import Callable

from rnn_tui.core.work import Answer
from rnn_tui.stepping.digits import written
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.explanations import heading
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.names import (
    element_of,
    element_text,
    find_given,
    find_operand,
    find_operation,
    read_named,
)
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.stepping.typed import read_count, read_place

Carry = Callable[[Stepper, str], Answer]


def moves(move: Callable[[Stepper, int], None], by: int) -> Carry:
    """A command that moves as often as it says, all at once or not at all."""

    def carry_out(stepper: Stepper, rest: str) -> Answer:
        move(stepper, by * read_count(rest))
        return ""

    return carry_out


def jumps(place: Callable[[Stepper], int]) -> Carry:
    """A command that jumps to one place."""

    def carry_out(stepper: Stepper, _rest: str) -> Answer:
        stepper.jump(place(stepper))
        return ""

    return carry_out


def go(stepper: Stepper, rest: str) -> Answer:
    """To an operation by its number, or by its result; an element of that may be chosen."""
    if rest.lstrip("+-").isdecimal():
        stepper.jump(read_place(rest, len(stepper.trace), "operation") - 1)
        return ""
    index, element = find_result(stepper, rest)
    stepper.jump(index)
    stepper.select(None, element)
    return ""


def find_result(stepper: Stepper, text: str) -> tuple[int, tuple[int, ...] | None]:
    """The operation that makes what ``text`` names, and the element of it if one was said."""
    named = read_named(text)
    try:
        index = find_operation(stepper.layout, named.name, stepper.index)
    except StepperError:
        if find_given(stepper.trace, named.name, 0) is None:
            raise
        reason = "is given to the pass, no operation makes it: `edit` changes it"
        raise StepperError(f"{named.name} {reason}") from None
    if named.element is None:
        return index, None
    return index, element_of(stepper.trace[index].value.shape, named.element, named.name)


def time(stepper: Stepper, rest: str) -> Answer:
    """To a time step."""
    stepper.jump_to_time(read_place(rest, stepper.layout.steps, "time step"))
    return ""


def origin(stepper: Stepper, rest: str) -> Answer:
    """To what made an operand."""
    stepper.jump(stepper.origin(_operand(stepper, rest)))
    return ""


def use(stepper: Stepper, rest: str) -> Answer:
    """To one of the operations that use an operand, or the result."""
    name, _, last = rest.rpartition(" ")
    if not last.isdecimal():
        name, last = rest, "1"
    found = stepper.uses(_operand(stepper, name.strip()))
    if not found:
        raise StepperError("nothing in this pass uses the result")
    stepper.jump(found[read_place(last, len(found), "use of it") - 1])
    return ""


def uses(stepper: Stepper, rest: str) -> Answer:
    """List them."""
    found = [stepper.trace[index] for index in stepper.uses(_operand(stepper, rest))]
    lines = [f"{operation.index + 1}  {heading(operation)}" for operation in found]
    return "\n".join(lines) or "nothing in this pass uses the result"


def back(by: int) -> Carry:
    """To where the last jump came from, or forth again."""

    def carry_out(stepper: Stepper, _rest: str) -> Answer:
        stepper.back(by)
        return ""

    return carry_out


def select(stepper: Stepper, rest: str) -> Answer:
    """Choose an operand or the result, and a number of it."""
    named = read_named(rest)
    operand = find_operand(stepper.operation, named.name)
    array = stepper.array(operand)
    element = named.element
    if element is not None:
        element = element_of(array.shape, element, named.name)
    stepper.select(operand, element)
    chosen = stepper.selected.element
    name = at_step(operand or stepper.operation.symbol, stepper.operation.t)
    whole = f"{name}{element_text(name, array.shape, chosen)}"
    if array.dtype.kind in "iu":
        return f"{whole} = {symbol_label(stepper.window, int(array[chosen]))}"
    return f"{whole} = {written(float(array[chosen]), '+.17g')}"


def _operand(stepper: Stepper, name: str) -> str | None:
    """The operand that is meant: the selected one unless another is named."""
    return find_operand(stepper.operation, name) if name else stepper.selected.operand
