"""Commands that change the pass. Each takes the walk and what follows the verb."""

from __future__ import annotations

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.record import Given
from rnn_tui.core.retrace import Edit
from rnn_tui.core.work import Answer
from rnn_tui.stepping.changes import is_symbol
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.names import element_of, find_given, find_operation, read_named, result_name
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.stepping.typed import read_number, read_place, read_symbol, write_symbol

_EDITABLE = "what can be edited is given (W_hh, x_1, target_1, h_0), or a hidden state (h_1)"


def edit(stepper: Stepper, rest: str) -> Answer:
    """Change a number, or the symbol of an input or a target."""
    left, equals, right = (part.strip() for part in rest.partition("="))
    if not equals or not right:
        raise StepperError("write what and its new value: edit W_hh[3, 4] = 0.5, edit x_3 = ' '")
    target, element = _named(stepper, left) if left else _selected(stepper)
    if is_symbol(stepper.trace, target):
        return stepper.changes.edit(Edit(target, element, _symbol(stepper, right)))
    return stepper.changes.edit(Edit(target, element, read_number(right)))


def _symbol(stepper: Stepper, text: str) -> int:
    return read_symbol(text, stepper.window.vocabulary)


def _named(stepper: Stepper, text: str) -> tuple[str | int, tuple[int, ...]]:
    named = read_named(text)
    given = find_given(stepper.trace, named.name, stepper.operation.layer)
    if given is not None:
        shape = stepper.trace.givens[given].shape
        return _checked(stepper, given), element_of(shape, named.element, named.name)
    index = _checked(stepper, find_operation(stepper.layout, named.name, stepper.index))
    return index, element_of(stepper.trace[int(index)].value.shape, named.element, named.name)


def _selected(stepper: Stepper) -> tuple[str | int, tuple[int, ...]]:
    operand, element = stepper.selected
    if operand is None:
        return _checked(stepper, stepper.index), element
    source = stepper.operation.operands.source(operand)
    return _checked(stepper, source.name if isinstance(source, Given) else source.index), element


def _checked(stepper: Stepper, target: str | int) -> str | int:
    """``target``, if it can be edited at all."""
    if target == "f_T":
        raise StepperError(f"f_T is zero, for nothing comes after the window: {_EDITABLE}")
    if isinstance(target, int) and not any(target in step for step in stepper.trace.places.hidden):
        name = result_name(stepper.trace, stepper.trace[target])
        raise StepperError(f"{name} is computed from what it reads: {_EDITABLE}")
    return target


def selected_value(stepper: Stepper) -> str:
    """The selected number as ``edit`` takes it: with all its digits, or as a symbol in quotes.

    Raises StepperError if it cannot be edited.
    """
    _selected(stepper)
    value = stepper.array(stepper.selected.operand)[stepper.selected.element]
    if value.dtype.kind in "iu":
        symbol = write_symbol(int(value), stepper.window.vocabulary)
        return symbol if len(symbol) > 1 and symbol[0] == "'" else f"'{symbol}'"
    return f"{value:.17g}"


def list_edits(stepper: Stepper, _rest: str) -> Answer:
    """In the order in which they were made."""
    numbered = enumerate(stepper.changes.words(), 1)
    return "\n".join(f"{number}  {said}" for number, said in numbered) or "nothing is edited"


def unedit(stepper: Stepper, rest: str) -> Answer:
    """Take one edit back, and keep those after it; or all."""
    if rest == "all":
        return stepper.changes.remove_all() if stepper.edits else "nothing is edited"
    return stepper.changes.remove(read_place(rest, len(stepper.edits), "edit") - 1)


def undo(stepper: Stepper, _rest: str) -> Answer:
    """Take the last change back."""
    return stepper.changes.undo()


def redo(stepper: Stepper, _rest: str) -> Answer:
    """Do it again."""
    return stepper.changes.redo()


def fault(stepper: Stepper, rest: str) -> Answer:
    """Plant a mistake, or none; or list them."""
    if rest:
        return stepper.changes.plant(None if rest == "off" else rest)
    width = max(map(len, FAULTS))
    mark = {stepper.fault: "  (planted)"}
    return "\n".join(f"{k:<{width}}  {v.title}{mark.get(k, '')}" for k, v in FAULTS.items())


def row(stepper: Stepper, rest: str) -> Answer:
    """Another row of the batch."""
    return stepper.take_row(read_place(rest, stepper.whole.batch, "row") - 1)
