"""What the keys of the stepper do that is neither a command nor a window of its own, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rnn_tui.stepping.commands_changing import selected_value
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.tui.widgets.stepper.stepper_board import StepperBoard

if TYPE_CHECKING:
    from rnn_tui.tui.screens.stepper import StepperScreen


def select(screen: StepperScreen, _stepper: Stepper, by: int) -> None:
    """Another operand."""
    screen.ask(lambda stepper: stepper.select_next(by))


def element(screen: StepperScreen, _stepper: Stepper, rows: int, columns: int) -> None:
    """Another number of the selected array."""
    screen.ask(lambda stepper: stepper.move_element(rows, columns))


def edit(screen: StepperScreen, stepper: Stepper) -> None:
    """Have a new value written for the selected number."""
    screen.pause()
    try:
        value = selected_value(stepper)
    except StepperError as error:
        screen.prompt.say(f"{error}; tab selects another operand", trouble=True)
        return
    screen.prompt.ask(f"edit = {value}", chosen=len(value))


def numbers(screen: StepperScreen, _stepper: Stepper) -> None:
    """The numbers themselves, or the overview."""
    pane = screen.query_one(StepperBoard).operation_pane
    pane.numbers = not pane.numbers


def full(screen: StepperScreen, _stepper: Stepper) -> None:
    """One pane or all."""
    board = screen.query_one(StepperBoard)
    board.full = not board.full


def pane(screen: StepperScreen, _stepper: Stepper, number: int) -> None:
    """Look at a pane."""
    screen.query_one(StepperBoard).current = number


def play(screen: StepperScreen, stepper: Stepper) -> None:
    """Play or stop."""
    if screen.player.playing:
        screen.pause()
    else:
        direction(screen, stepper, 0)


def direction(screen: StepperScreen, _stepper: Stepper, way: int) -> None:
    """Play this way; 0 is the way of last time."""
    screen.player.play(way)
    screen.tell(screen.player.words)


def speed(screen: StepperScreen, _stepper: Stepper, by: int) -> None:
    """Play faster or slower."""
    screen.player.faster(by)
    screen.tell(screen.player.words)


ACTIONS: dict[str, Callable[..., None]] = {
    "select": select,
    "element": element,
    "edit": edit,
    "numbers": numbers,
    "full": full,
    "pane": pane,
    "play": play,
    "direction": direction,
    "speed": speed,
}
