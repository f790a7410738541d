"""An open app as if it were just opened: cheaper than to open another one for every case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rnn_tui.stepping.stepper import Stepper
from tests.tui.listing import Listing
from tests.tui.opened import Screened
from tests.tui.stepping import Walking


@contextmanager
def case(name: object) -> Iterator[None]:
    """One case of several in the same app: whatever fails in it is told with its name."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in the case {name}")
        raise


async def alone(opened: Screened) -> None:
    """Close what lies above the screen."""
    while not opened.alone:
        above = opened.app.screen
        await opened.press("escape")
        await opened.until(lambda above=above: opened.app.screen is not above)


async def _no_line(opened: Screened) -> None:
    """Leave the line in which a command is written."""
    if opened.screen.prompt.asking:
        await opened.press("escape")
        await opened.until(lambda: not opened.screen.prompt.asking)


async def walk_afresh(walk: Walking, *commands: str) -> None:
    """The walk at its first operation, with nothing changed, asked or chosen; the row stays.

    ``commands`` are carried out then.
    """
    await alone(walk)
    await _no_line(walk)
    screen = walk.screen
    await walk.until(lambda: not walk.busy)
    screen.pause()
    screen.player.__init__(screen, screen._play_on)
    screen.sweep.forget()
    board = screen.query_one("StepperBoard")
    board.full, board.current, board.operation_pane.numbers = False, 1, False
    screen.stepper = Stepper(walk.stepper.whole, walk.stepper.window.row or 0, walk.stepper.base)
    screen.show()
    for command in commands:
        assert screen.do(command), command
        await walk.until(lambda: not walk.busy)
    await walk.rest()


async def list_afresh(s: Listing) -> None:
    """The newest run first and chosen, none marked, none filtered away."""
    await alone(s)
    await _no_line(s)
    runs = s.screen.runs
    found = runs._all
    runs.__init__(runs.folder, runs.watched)
    runs.take(found)
    s.screen.say("")
    s.screen.show()
    await s.rest()
