"""The walk in words: what the keys do, what the line after ``:`` takes, what a script holds.

One command a line: a verb, then what it is about. ``#`` begins a comment in a script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.record import Given
from rnn_tui.core.retrace import Edit
from rnn_tui.stepping.conditions import ConditionError, parse
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.explanations import heading
from rnn_tui.stepping.names import (
    element_of,
    find_given,
    find_operation,
    is_symbol,
    read_named,
    read_number,
)
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.plain import operation_text
from rnn_tui.stepping.stepper import Stepper, Task
from rnn_tui.stepping.sweeping import sweep_words, sweeping

Answer = str | Task


class Command(NamedTuple):
    """A verb. ``carry_out`` takes the walk and what follows the verb."""

    usage: str
    does: str
    carry_out: Callable[[Stepper, str], Answer]


def carry_out(stepper: Stepper, line: str) -> Answer:
    """Do what one line says: the answer, or a task that gives it. Raises StepperError."""
    verb, _, rest = line.strip().partition(" ")
    verb = verb.lower()
    command = COMMANDS.get(verb)
    if command is None:
        near = [name for name in COMMANDS if name.startswith(verb[:2])] if verb else []
        hint = f"did you mean {' or '.join(near)}?" if near else "`help` lists them"
        raise StepperError(f"there is no command {verb!r}: {hint}")
    return command.carry_out(stepper, rest.strip())


def run_script(stepper: Stepper, lines: Iterable[str]) -> Iterator[str]:
    """Carry out the lines one after the other; yields what each answered, or where it led.

    Raises StepperError, with the number of the line, at the first that cannot be carried out.
    """
    yield where(stepper)
    for number, line in enumerate(lines, 1):
        command = line.strip()
        if not command or command.startswith("#"):
            continue
        yield f"> {command}"
        try:
            answer = carry_out(stepper, command)
            said = answer.run() if isinstance(answer, Task) else answer
        except StepperError as error:
            raise StepperError(f"line {number}, {command!r}: {error}") from None
        yield said or where(stepper)


def where(stepper: Stepper) -> str:
    """``713/1412  backward  back through tanh, t = 17, layer 0:  dz_t = dh_t (1 − h_t²)``."""
    operation, total = stepper.operation, len(stepper.trace)
    place = f"{operation.index + 1}/{total}  {operation.phase}"
    return f"{place}  {heading(operation)}:  {operation.formula}"


# -- moving ---------------------------------------------------------------------------------------


def _count(rest: str) -> int:
    if not rest:
        return 1
    if not rest.isdecimal() or not int(rest):
        raise StepperError(f"{rest!r} is no number of times: write 1, 2, 3, ...")
    return int(rest)


def _steps(by: int) -> Callable[[Stepper, str], Answer]:
    def move(stepper: Stepper, rest: str) -> Answer:
        stepper.step(by * _count(rest))
        return ""

    return move


def _repeated(move: Callable[[Stepper], None]) -> Callable[[Stepper, str], Answer]:
    def repeat(stepper: Stepper, rest: str) -> Answer:
        for _ in range(min(_count(rest), len(stepper.trace))):
            move(stepper)
        return ""

    return repeat


def _go(stepper: Stepper, rest: str) -> Answer:
    if rest.isdecimal():
        stepper.jump(int(rest) - 1)
    else:
        named = read_named(rest)
        index = find_operation(stepper.trace, named.name, stepper.index)
        element = named.element
        if element is not None:
            shape = np.shape(stepper.trace[index].value)
            element = element_of(shape, element, named.name)
        stepper.jump(index)
        stepper.select(None, element)
    return ""


def _time(stepper: Stepper, rest: str) -> Answer:
    if not rest.isdecimal():
        raise StepperError(f"{rest!r} is no time step: write 1 to {stepper.window.steps}")
    stepper.jump_to_time(int(rest))
    return ""


def _jump(place: Callable[[Stepper], int]) -> Callable[[Stepper, str], Answer]:
    def jump(stepper: Stepper, _rest: str) -> Answer:
        stepper.jump(place(stepper))
        return ""

    return jump


def _operand(stepper: Stepper, rest: str) -> str | None:
    """The operand that is meant: the selected one unless another is named."""
    if not rest:
        return stepper.selected.operand
    if rest in stepper.operation.operands:
        return rest
    if rest in {"value", stepper.operation.symbol}:
        return None
    names = ", ".join([*stepper.operation.operands, "value"])
    raise StepperError(f"this operation reads no {rest!r}: there are {names}")


def _origin(stepper: Stepper, rest: str) -> Answer:
    stepper.jump(stepper.origin(_operand(stepper, rest)))
    return ""


def _use(stepper: Stepper, rest: str) -> Answer:
    first, _, last = rest.rpartition(" ")
    name, number = (first, int(last)) if last.isdecimal() else (rest, 1)
    uses = stepper.uses(_operand(stepper, name))
    if not uses:
        raise StepperError("nothing uses this afterwards")
    if not 1 <= number <= len(uses):
        raise StepperError(f"it is used {len(uses)} times: write 1 to {len(uses)}")
    stepper.jump(uses[number - 1])
    return ""


def _uses(stepper: Stepper, rest: str) -> Answer:
    uses = [stepper.trace[i] for i in stepper.uses(_operand(stepper, rest))]
    return "\n".join(f"{o.index + 1}  {heading(o)}" for o in uses) or "nothing uses this"


def _select(stepper: Stepper, rest: str) -> Answer:
    named = read_named(rest)
    operand = _operand(stepper, named.name)
    shape = np.shape(stepper.array(operand))
    element = None if named.element is None else element_of(shape, named.element, named.name)
    stepper.select(operand, element)
    chosen = stepper.selected
    value = stepper.array(chosen.operand)[chosen.element]
    return f"{named.name}[{', '.join(map(str, chosen.element))}] = {value:+.17g}"


def _back(by: int) -> Callable[[Stepper, str], Answer]:
    def back(stepper: Stepper, _rest: str) -> Answer:
        stepper.back(by)
        return ""

    return back


# -- questions ------------------------------------------------------------------------------------


def _verify(stepper: Stepper, rest: str) -> Answer:
    if not rest:
        if stepper.operation.gradient_of is not None and stepper.selected.operand is not None:
            stepper.select(None)
        return stepper.verifying(stepper.index, stepper.selected.element)
    named = read_named(rest)
    index = find_operation(stepper.trace, named.name, stepper.index)
    shape = np.shape(stepper.trace[index].value)
    return stepper.verifying(index, element_of(shape, named.element, named.name))


def _sweep(stepper: Stepper, _rest: str) -> Answer:
    return Task("sweep", sweeping(stepper.trace), sweep_words)


def _break(stepper: Stepper, rest: str) -> Answer:
    if not rest:
        return _breaks(stepper, rest)
    try:
        condition = parse(rest)
    except ConditionError as error:
        raise StepperError(str(error)) from None
    if condition not in stepper.breakpoints:
        stepper.breakpoints = (*stepper.breakpoints, condition)
    return f"breakpoint {stepper.breakpoints.index(condition) + 1}: {condition}"


def _breaks(stepper: Stepper, _rest: str) -> Answer:
    listed = [f"{number}  {condition}" for number, condition in enumerate(stepper.breakpoints, 1)]
    return "\n".join(listed) or "no breakpoints"


def _unbreak(stepper: Stepper, rest: str) -> Answer:
    if rest == "all":
        stepper.breakpoints, stepper.hit = (), ""
        return "no breakpoints"
    count = len(stepper.breakpoints)
    if not rest.isdecimal() or not 1 <= int(rest) <= count:
        raise StepperError(f"there are {count} breakpoints: write the number of one, or all")
    kept = list(stepper.breakpoints)
    gone = kept.pop(int(rest) - 1)
    stepper.breakpoints = tuple(kept)
    return f"removed: {gone}"


def _run(direction: int) -> Callable[[Stepper, str], Answer]:
    return lambda stepper, _rest: stepper.run_to(direction)


# -- changes --------------------------------------------------------------------------------------


def _edit(stepper: Stepper, rest: str) -> Answer:
    left, equals, right = rest.partition("=")
    if not equals or not right.strip():
        raise StepperError("write what and its new value, as in: edit W_hh[3, 4] = 0.5")
    target, element = _edited(stepper, left.strip())
    name = target if isinstance(target, str) else ""
    return stepper.edit(
        Edit(target, element, read_number(right.strip(), name, stepper.trace, stepper.window))
    )


def _edited(stepper: Stepper, left: str) -> tuple[str | int, tuple[int, ...]]:
    if not left:
        return _edited_selection(stepper)
    named = read_named(left)
    given = find_given(stepper.trace, named.name)
    if given is not None:
        return given, element_of(np.shape(stepper.trace.givens[given]), named.element, named.name)
    index = find_operation(stepper.trace, named.name, stepper.index)
    shape = np.shape(stepper.trace[index].value)
    return index, element_of(shape, named.element, named.name)


def _edited_selection(stepper: Stepper) -> tuple[str | int, tuple[int, ...]]:
    operand, element = stepper.selected
    if operand is None:
        return stepper.index, element
    source = stepper.operation.operands.source(operand)
    return (source.name if isinstance(source, Given) else source.index), element


def _edits(stepper: Stepper, _rest: str) -> Answer:
    return "\n".join(edit_words(stepper, edit) for edit in stepper.edits) or "nothing is edited"


def edit_words(stepper: Stepper, edit: Edit) -> str:
    """``layer0.W_hh[3, 4]  0.2110 → 0.5``, or ``x_3[0]  “a” → “b”``."""
    if isinstance(edit.target, str):
        name, before = edit.target, stepper.base.givens[edit.target]
    else:
        operation = stepper.base[edit.target]
        name, before = f"h_{operation.t}^({operation.layer})", operation.value
    inside, old = ", ".join(map(str, edit.element)), before[edit.element]
    if is_symbol(name, before):
        labels = (symbol_label(stepper.window, int(number)) for number in (old, edit.value))
        return f"{name}[{inside}]  {' → '.join(labels)}"
    return f"{name}[{inside}]  {old:.6g} → {edit.value:.6g}"


def _fault(stepper: Stepper, rest: str) -> Answer:
    if not rest:
        return "\n".join(f"{name}  {fault.title}" for name, fault in FAULTS.items())
    return stepper.plant(None if rest == "off" else rest)


def _row(stepper: Stepper, rest: str) -> Answer:
    if not rest.isdecimal():
        raise StepperError(f"{rest!r} is no row: write 1 to {stepper.whole.batch}")
    return stepper.take_row(int(rest) - 1)


def _help(_stepper: Stepper, _rest: str) -> Answer:
    width = max(len(command.usage) for command in COMMANDS.values())
    return "\n".join(f"{c.usage:<{width}}  {c.does}" for c in COMMANDS.values())


COMMANDS: dict[str, Command] = {
    "right": Command("right [N]", "one operation on, or N", _steps(1)),
    "left": Command("left [N]", "one operation back, or N", _steps(-1)),
    "down": Command("down [N]", "one time step on", _repeated(lambda s: s.time_step(1))),
    "up": Command("up [N]", "one time step back", _repeated(lambda s: s.time_step(-1))),
    "next": Command("next [N]", "next operation of this kind", _repeated(lambda s: s.same_kind(1))),
    "previous": Command(
        "previous [N]", "previous operation of this kind", _repeated(lambda s: s.same_kind(-1))
    ),
    "start": Command("start", "the first operation", _jump(lambda _: 0)),
    "end": Command("end", "the last operation", _jump(lambda s: len(s.trace) - 1)),
    "turn": Command("turn", "the turning point: the loss", _jump(lambda s: s.layout.turn)),
    "go": Command("go dz_17 | 713", "to what makes dz_17, or to an operation by number", _go),
    "time": Command("time T", "to time step T of this pass", _time),
    "origin": Command("origin [NAME]", "to what made the selected operand", _origin),
    "use": Command("use [NAME] [K]", "to the first, or K-th, operation that uses it", _use),
    "uses": Command("uses [NAME]", "list what uses it", _uses),
    "back": Command("back", "to where the last jump came from", _back(-1)),
    "ahead": Command("ahead", "where `back` came from", _back(1)),
    "select": Command("select NAME[i, j]", "choose a number of this operation", _select),
    "verify": Command("verify [dW_hh[3, 4]]", "compare with the complex-step derivative", _verify),
    "sweep": Command("sweep", "verify every number of every parameter's gradient", _sweep),
    "edit": Command("edit NAME[i, j] = VALUE", "change a number; without NAME the selected", _edit),
    "undo": Command("undo", "take the last edit back", lambda s, _: s.undo()),
    "redo": Command("redo", "do it again", lambda s, _: s.redo()),
    "edits": Command("edits", "list the edits", _edits),
    "break": Command("break CONDITION", "stop where it holds: norm(dh) < 1e-6", _break),
    "breaks": Command("breaks", "list the breakpoints", _breaks),
    "unbreak": Command("unbreak N | all", "remove a breakpoint", _unbreak),
    "continue": Command("continue", "run to the next hit", _run(1)),
    "reverse": Command("reverse", "run back to the hit before", _run(-1)),
    "fault": Command("fault NAME | off", "plant a classical mistake; alone: list them", _fault),
    "flow": Command("flow", "how far the gradient flows back", lambda s, _: s.flow()),
    "row": Command("row N", "walk through another row of the batch", _row),
    "print": Command("print", "this operation in full", lambda s, _: operation_text(s.view())),
    "where": Command("where", "where the walk stands", lambda s, _: where(s)),
    "help": Command("help", "this list", _help),
}
