"""What the stepper asks or lists in a window of its own, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rnn_tui.core.faults import FAULTS
from rnn_tui.stepping.explanations import heading
from rnn_tui.stepping.stepper import Stepper

if TYPE_CHECKING:
    from rnn_tui.tui.screens.stepper import StepperScreen


def origin(screen: StepperScreen, stepper: Stepper) -> None:
    """To where the selected operand comes from; from a result, or what was given, to its uses."""
    operand = stepper.selected.operand
    if operand is None or stepper.operation.operands.origin(operand) is None:
        uses(screen, stepper)
    else:
        screen.do("origin")


def uses(screen: StepperScreen, stepper: Stepper) -> None:
    """List the uses of what is selected, and go to the one that is chosen."""
    found = stepper.uses(stepper.selected.operand)
    if not found:
        screen.prompt.say("nothing uses this result: here the pass ends")
    elif len(found) == 1:
        screen.go(found[0])
    else:
        lines = [f"{index + 1:,}  {heading(stepper.trace[index])}" for index in found]
        name = stepper.selected.operand or stepper.operation.symbol
        title = f"{len(found)} operations use {name}"
        screen.choose(title, lines, lambda chosen: screen.go(found[chosen]), does="goes there")


def edits(screen: StepperScreen, stepper: Stepper) -> None:
    """List the edits, and take back the one that is chosen."""
    lines = stepper.changes.words()
    if lines:
        back = "takes it back"
        screen.choose("edits", lines, lambda i: screen.do(f"unedit {i + 1}"), does=back)
    else:
        screen.prompt.say("nothing is edited: e changes the selected number")


def breaks(screen: StepperScreen, stepper: Stepper) -> None:
    """List the breakpoints, and remove the one that is chosen."""
    lines = [str(condition) for condition in stepper.breakpoints]
    if lines:
        remove = "removes"
        screen.choose("breakpoints", lines, lambda i: screen.do(f"unbreak {i + 1}"), does=remove)
    else:
        screen.prompt.say("no breakpoints: b sets one, such as norm(dh) < 1e-6")


def faults(screen: StepperScreen, stepper: Stepper) -> None:
    """Plant one of the classical mistakes, or none."""
    names = ["off", *FAULTS]
    lines = ["none: the pass as it should be"]
    lines += [f"{fault.title}\n{fault.sentence}" for fault in FAULTS.values()]
    planted = names.index(stepper.fault or "off")
    plant = "plants it"
    screen.choose("plant a fault", lines, lambda i: screen.do(f"fault {names[i]}"), planted, plant)


def sweep(screen: StepperScreen, _stepper: Stepper) -> None:
    """Verify everything, in the background."""
    from rnn_tui.tui.screens.sweep import SweepScreen

    def go(name: str | None) -> None:
        if name:
            screen.do(f"verify {name}")

    screen.app.push_screen(SweepScreen(screen.sweep), go)


def flow(screen: StepperScreen, stepper: Stepper) -> None:
    """Show how the gradient flows through time, in the pass as it is now."""
    fault, edited = stepper.fault, bool(stepper.edits)

    def open_map(found: Any) -> None:
        from rnn_tui.tui.screens.flow import FlowScreen

        screen.app.push_screen(FlowScreen(found, stepper.window, fault=fault, edited=edited))

    screen.begin(stepper.flow(), open_map)


def keys(screen: StepperScreen, _stepper: Stepper) -> None:
    """The keys, and what the words mean."""
    from rnn_tui.tui.screens.stepper_help import StepperHelp

    screen.app.push_screen(StepperHelp(screen))


DIALOGS: dict[str, Callable[[StepperScreen, Stepper], None]] = {
    "origin": origin,
    "uses": uses,
    "edits": edits,
    "breaks": breaks,
    "faults": faults,
    "sweep": sweep,
    "flow": flow,
    "keys": keys,
}

DIALOG_OF_COMMAND = {"sweep": "sweep", "help": "keys", "flow": "flow"}
"""Commands whose answer would be a table: written, they open the same window as the key does."""
