"""A screen whose keys are commands: what is refused is said, where it was written or below."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType

from rnn_tui.core.work import Answer, Task
from rnn_tui.tui.screens.commanded import CommandedScreen


class RefusedError(ValueError):
    """Something that is told to people."""


class Screen(CommandedScreen):
    """Says what it is told, refuses "no", works at "work"."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        ("colon", "ask", "command"),
        ("y", "do('yes')", "yes"),
        ("n", "do('no')", "no"),
    ]

    def __init__(self) -> None:
        super().__init__(RefusedError)
        self.closed, self.work = 0, ""

    def compose(self) -> ComposeResult:
        yield self.prompt

    def command(self, line: str) -> Answer | None:
        if line == "no":
            raise RefusedError("no is refused: say yes")
        if line == "work":
            return Task("working", self._working(), lambda found: f"found {found}")  # type: ignore[arg-type]
        return line if line != "nothing" else None

    def _working(self) -> Iterator[float]:
        yield 0.5
        return 7  # type: ignore[return-value]

    def report(self, work: str) -> None:
        self.work = work

    def say(self, text: str, trouble: bool = False) -> None:
        self.prompt.say(text, trouble)

    def line_closed(self) -> None:
        self.closed += 1
        self.set_focus(None)


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Screen, Any]]:
    app: App[None] = App()
    async with app.run_test() as pilot:
        screen = Screen()
        await app.push_screen(screen)
        yield screen, pilot


async def test_a_key_carries_out_a_command_and_its_answer_is_said(until) -> None:
    async with opened() as (screen, pilot):
        await pilot.press("y")
        await until(pilot, lambda: screen.prompt.said == "yes")
        await pilot.press("n")
        await until(pilot, lambda: screen.prompt.said == "no is refused: say yes")


async def test_what_is_said_says_whether_it_could_be_done() -> None:
    async with opened() as (screen, _):
        assert screen.do("yes")
        assert not screen.do("no")
        assert screen.do("nothing")
        assert screen.prompt.said == "no is refused: say yes"


async def test_a_line_that_is_refused_stays_to_be_mended(until) -> None:
    async with opened() as (screen, pilot):
        await pilot.press("colon", *"no", "enter")
        await until(pilot, lambda: screen.prompt.said == "no is refused: say yes")
        assert screen.prompt.asking
        assert screen.closed == 0
        await pilot.press("backspace", "backspace", *"ok", "enter")
        await until(pilot, lambda: not screen.prompt.asking)
        assert (screen.prompt.said, screen.closed) == ("ok", 1)


async def test_an_empty_line_and_escape_leave_it(until) -> None:
    async with opened() as (screen, pilot):
        for number, keys in enumerate((["enter"], [*"half", "escape"]), 1):
            await pilot.press("colon", *keys)
            await until(pilot, lambda: screen.closed == number)  # noqa: B023
            assert not screen.prompt.asking


async def test_work_is_done_in_the_background(until) -> None:
    async with opened() as (screen, pilot):
        assert screen.do("work")
        assert screen.errands.busy
        await until(pilot, lambda: screen.prompt.said == "found 7")
        assert not screen.errands.busy


async def test_leaving_gives_up_what_is_at_work(until) -> None:
    async with opened() as (screen, pilot):
        screen.do("work")
        screen.dismiss(None)
        await until(pilot, lambda: not screen.is_attached)
        await until(pilot, lambda: not screen.errands.busy)
