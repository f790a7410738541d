"""The walk in words: what the keys do, what the line after ``:`` takes, what a script holds.

One command a line: a verb, then what it is about. A line of a script that begins with ``#``
is a comment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from rnn_tui.core.work import Answer, Task
from rnn_tui.stepping import commands_asking as asking
from rnn_tui.stepping import commands_changing as changing
from rnn_tui.stepping import commands_moving as moving
from rnn_tui.stepping.commands_asking import where
from rnn_tui.stepping.conditions_tokens import quoted
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.text.visible import visible_line

__all__ = ["COMMANDS", "Answer", "Command", "carry_out", "run_script", "where"]


class Command(NamedTuple):
    """A verb. ``carry_out`` takes the walk and what follows the verb."""

    usage: str
    does: str
    carry_out: Callable[[Stepper, str], Answer]


def carry_out(stepper: Stepper, line: str) -> Answer:
    """Do what one line says: the answer, or a task that gives it. Raises StepperError.

    The answer is empty where the walk has only moved.
    """
    verb, *after = line.split(maxsplit=1)[:2] or [""]
    rest = after[0].strip() if after else ""
    command = COMMANDS.get(verb.lower())
    if command is None:
        raise StepperError(_unknown(verb))
    if rest and command.usage == verb.lower():
        raise StepperError(f"`{command.usage}` takes nothing after it: leave {quoted(rest)} out")
    return command.carry_out(stepper, rest)


def _unknown(verb: str) -> str:
    if not verb:
        return "write a command: `help` lists them"
    near = [name for name in COMMANDS if name.startswith(verb[:2].lower())]
    hint = f"did you mean {' or '.join(near)}?" if near else "`help` lists them"
    return f"there is no command {quoted(verb)}: {hint}"


def run_script(stepper: Stepper, lines: Iterable[str]) -> Iterator[str]:
    """Carry out the lines one after the other; yields what each answered, or where it led.

    Raises StepperError, with the number of the line, at the first that cannot be carried out.
    """
    yield where(stepper)
    for number, line in enumerate(lines, 1):
        command = line.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").strip()  # that begins some files
        if not command or command.startswith("#"):
            continue
        yield f"> {visible_line(command)}"
        try:
            answer = carry_out(stepper, command)
            said = answer.run() if isinstance(answer, Task) else answer
        except StepperError as error:
            raise StepperError(f"line {number}, {quoted(command)}: {error}") from None
        yield said or where(stepper)


def _help(_stepper: Stepper, rest: str) -> Answer:
    if rest and rest not in COMMANDS:
        raise StepperError(_unknown(rest))
    asked = [COMMANDS[rest]] if rest else list(COMMANDS.values())
    width = max(len(command.usage) for command in asked)
    return "\n".join(f"{command.usage:<{width}}  {command.does}" for command in asked)


COMMANDS: dict[str, Command] = {
    command.usage.split()[0]: command
    for command in (
        Command("right [N]", "one operation on, or N", moving.moves(Stepper.step, 1)),
        Command("left [N]", "one operation back, or N", moving.moves(Stepper.step, -1)),
        Command("down [N]", "one time step on", moving.moves(Stepper.time_step, 1)),
        Command("up [N]", "one time step back", moving.moves(Stepper.time_step, -1)),
        Command("next [N]", "next operation of this kind", moving.moves(Stepper.same_kind, 1)),
        Command(
            "previous [N]", "previous operation of this kind", moving.moves(Stepper.same_kind, -1)
        ),
        Command("start", "the first operation", moving.jumps(lambda _: 0)),
        Command("end", "the last operation", moving.jumps(lambda s: s.layout.size - 1)),
        Command("turn", "the turning point: the loss", moving.jumps(lambda s: s.layout.turn)),
        Command("go dz_17 | 713", "to what makes dz_17, or to an operation by number", moving.go),
        Command("time T", "to time step T of this pass", moving.time),
        Command("origin [NAME]", "to what made the selected operand", moving.origin),
        Command("use [NAME] [K]", "to the first, or K-th, operation that uses it", moving.use),
        Command("uses [NAME]", "list what uses it", moving.uses),
        Command("back", "to where the last jump came from", moving.back(-1)),
        Command("ahead", "where `back` came from", moving.back(1)),
        Command("select NAME[i, j]", "choose a number of this operation", moving.select),
        Command("verify [dW_hh[3, 4]]", "compare with the derivative", asking.verify),
        Command("sweep", "verify every number of every parameter's gradient", asking.sweep),
        Command("edit [NAME[i, j]] = VALUE", "change a number, or the selected", changing.edit),
        Command("edits", "list the edits", changing.list_edits),
        Command("unedit N | all", "take one edit back, wherever it stands", changing.unedit),
        Command("undo", "take the last change back, edit or fault", changing.undo),
        Command("redo", "do it again", changing.redo),
        Command("break CONDITION", "stop where it holds: norm(dh) < 1e-6", asking.set_break),
        Command("breaks", "list the breakpoints, and what they come to here", asking.list_breaks),
        Command("unbreak N | all", "remove a breakpoint", asking.unbreak),
        Command("continue", "run to the next hit", asking.run(1)),
        Command("reverse", "run back to the hit before", asking.run(-1)),
        Command(
            "fault [NAME | off]", "plant a classical mistake; alone: list them", changing.fault
        ),
        Command("flow", "how far the gradient flows back", lambda s, _: s.flow()),
        Command("row N", "walk through another row of the batch", changing.row),
        Command("print [full]", "this operation with its numbers", asking.print_operation),
        Command("where", "where the walk stands", asking.where),
        Command("help [COMMAND]", "this list", _help),
    )
}
