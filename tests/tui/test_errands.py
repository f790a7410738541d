"""Work in the background: one of a kind at a time, told about, given up, refused in a line."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App
from textual.widget import Widget

from rnn_tui.core.work import Task
from rnn_tui.tui.errands import Errands


class RefusedError(ValueError):
    """Something that is told to people."""


class Desk:
    """Errands of an app, and what was said of them."""

    def __init__(self, owner: Widget) -> None:
        self.reports: list[str] = []
        self.said: list[tuple[str, bool]] = []
        self.go = threading.Event()
        self.errands = Errands(owner, self.reports.append, self._say, (RefusedError,))

    def _say(self, text: str, trouble: bool) -> None:
        self.said.append((text, trouble))

    def task(self, title: str = "counting", answer: str = "counted") -> Task:
        """Goes on until it may end."""

        def work() -> Iterator[float]:
            while not self.go.wait(0.001):
                yield 0.25
            return 42  # type: ignore[return-value]

        return Task(title, work(), lambda found: f"{answer} {found}")  # type: ignore[arg-type]


@asynccontextmanager
async def desk() -> AsyncIterator[tuple[Desk, Any]]:
    app: App[None] = App()
    async with app.run_test() as pilot:
        made = Desk(app.screen)
        try:
            yield made, pilot
        finally:
            made.go.set()


async def done(made: Desk, pilot: Any, until: Callable[..., Any]) -> None:
    made.go.set()
    await until(pilot, lambda: made.said and not made.errands.busy)


async def test_what_was_found_is_told_and_handed_on(until) -> None:
    async with desk() as (made, pilot):
        found: list[int] = []
        assert made.errands.begin(made.task(), then=found.append)
        assert made.errands.busy
        await until(pilot, lambda: "counting  25%" in made.reports)
        await done(made, pilot, until)
        await until(pilot, lambda: found == [42])
        assert made.said == [("counted 42", False)]
        assert made.reports[-1] == ""


async def test_of_a_kind_there_is_one_at_a_time(until) -> None:
    async with desk() as (made, pilot):
        assert made.errands.begin(made.task())
        assert not made.errands.begin(made.task("another"))
        assert made.said == [("still at work: counting; esc gives it up", True)]
        await done(made, pilot, until)
        made.go.clear()
        assert made.errands.begin(made.task("another"))


async def test_other_kinds_are_beside_one_another(until) -> None:
    async with desk() as (made, pilot):
        assert made.errands.begin(made.task(), "one")
        assert made.errands.begin(made.task(answer="looked"), "two")
        made.go.set()
        await until(pilot, lambda: len(made.said) == 2)
        assert {text for text, _ in made.said} == {"counted 42", "looked 42"}


async def test_all_of_it_is_given_up(until) -> None:
    async with desk() as (made, pilot):
        made.errands.begin(made.task(), "one")
        made.errands.begin(made.task("looking"), "two")
        assert made.errands.give_up()
        await until(pilot, lambda: len(made.said) == 2)
        assert {text for text, _ in made.said} == {"counting: given up", "looking: given up"}
        assert not any(trouble for _, trouble in made.said)
        assert not made.errands.busy
        assert not made.errands.give_up()


async def test_what_is_refused_is_told_in_a_line(until) -> None:
    async with desk() as (made, pilot):

        def work() -> Iterator[float]:
            yield 0.5
            raise RefusedError("there is no text: write one")

        found: list[int] = []
        made.errands.begin(Task("reading", work(), str), then=found.append)  # type: ignore[arg-type]
        await done(made, pilot, until)
        assert made.said == [("there is no text: write one", True)]
        assert not found


async def test_what_cannot_be_taken_over_is_told_too(until) -> None:
    async with desk() as (made, pilot):

        def refuse(found: int) -> str:
            raise RefusedError("there is no room")

        made.errands.begin(Task("reading", made.task().work, refuse))
        await done(made, pilot, until)
        assert made.said == [("there is no room", True)]


async def test_nothing_is_told_or_opened_once_its_owner_is_gone(until) -> None:
    async with desk() as (made, pilot):
        shown, opened = Widget(), []
        await pilot.app.mount(shown)
        errands = Errands(shown, made.reports.append, made._say, (RefusedError,))
        errands.begin(made.task(), then=opened.append)
        await until(pilot, lambda: "counting  25%" in made.reports)
        await shown.remove()
        made.go.set()
        await until(pilot, lambda: not errands.busy)
        assert made.said == opened == []
