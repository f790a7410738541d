"""The window that asks what is to be written side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from rnn_tui.sampling.settings import SettingError
from rnn_tui.tui.screens.comparing import Beside, BesideScreen, parse_temperatures
from rnn_tui.tui.widgets.marked_list import MarkedList

NOTHING = object()
STEPS = (0, 500, 1000, 4000)
RUNS = (("fox\x1b[31m", 1200), ("hen", 90), ("elk", 7))


class Asking:
    """The window, and its answer."""

    def __init__(self, pilot: Pilot[None], screen: BesideScreen) -> None:
        self.pilot, self.screen, self.answer = pilot, screen, NOTHING

    @property
    def text(self) -> str:
        """What is on the screen, with single spaces and without the frame."""
        app = self.pilot.app
        lines = (strip.text for strip in app.screen._compositor.render_strips(app.size))
        return " ".join(" ".join(lines).replace("│", " ").split())

    @property
    def focus(self) -> str | None:
        """What the keys go to."""
        return self.screen.focused.id if self.screen.focused else None

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def enter(self, temperatures: str) -> None:
        self.screen.query_one(Input).value = temperatures
        await self.press("enter")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key has been dealt with long before Textual looks for the next one."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.001)


@asynccontextmanager
async def asking(
    checkpoints: tuple[int, ...] = STEPS,
    runs: tuple[tuple[str, int], ...] = RUNS,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Asking]:
    app: App[None] = App()
    async with app.run_test(size=size) as pilot:
        asked = Asking(pilot, BesideScreen("owl · step 9", checkpoints, runs))
        await app.push_screen(asked.screen, lambda answer: setattr(asked, "answer", answer))
        await pilot.pause()
        yield asked


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("0.5 1.0 1.5", (0.5, 1.0, 1.5)),
        (" 0,∞ ", (0.0, float("inf"))),
        ("1; 2,, 3", (1.0, 2.0, 3.0)),
        ("  ", ()),
    ],
)
def test_temperatures_have_blanks_or_commas_between_them(
    typed: str, found: tuple[float, ...]
) -> None:
    assert parse_temperatures(typed) == found


WRONG = [
    ("1", "two or three temperatures, such as 0.5 1.0 1.5, not 1"),
    ("1 2 3 4", "two or three temperatures, such as 0.5 1.0 1.5, not 4"),
    ("1 warm", "temperature must be a number, not 'warm'"),
    ("1 nan", "temperature must be a number, not 'nan'"),
    ("1 -2", "temperature must be 0 or more, not -2"),
    ("1 1.0", "1 is there twice: both would write the same"),
]


@pytest.mark.parametrize(("typed", "said"), WRONG)
async def test_what_is_wrong_is_said_and_can_be_mended(typed: str, said: str) -> None:
    with pytest.raises(SettingError) as caught:
        parse_temperatures(typed)
    async with asking() as asked:
        await asked.enter(typed)
        assert asked.screen.query_one("#said").has_class("-trouble")
        assert str(caught.value) in asked.text
        assert said in asked.text or "-2" in typed
        assert asked.answer is NOTHING
        await asked.enter("0.5, 1")
        assert asked.answer == Beside(temperatures=(0.5, 1.0))


async def test_no_temperatures_are_no_answer() -> None:
    async with asking() as asked:
        await asked.press("enter")
        assert "write two or three temperatures" in asked.text
        assert asked.answer is NOTHING


async def test_enter_takes_the_checkpoint_that_it_is_on_beside_what_there_is_now() -> None:
    async with asking() as asked:
        await asked.press("tab", "down")
        assert "enter: owl · step 9 | step 500" in asked.text
        await asked.press("enter")
        assert asked.answer == Beside(steps=(500,))
        assert asked.answer.with_now


async def test_checkpoints_that_are_marked_stand_beside_each_other() -> None:
    async with asking() as asked:
        await asked.press("down", "end", "space", "home", "space", "down")
        assert "[x] step 0 [ ] step 500 [ ] step 1,000 [x] step 4,000" in asked.text
        assert "enter: step 0 | step 4,000" in asked.text
        await asked.press("enter")
        assert asked.answer == Beside(steps=(0, 4000))
        assert not asked.answer.with_now


async def test_more_than_there_are_columns_cannot_be_marked() -> None:
    async with asking() as asked:
        await asked.press("tab", "space", "j", "space", "j", "space", "j", "space")
        assert "3 are the most here" in asked.text
        await asked.press("k", "space", "j", "space", "enter")
        assert asked.answer == Beside(steps=(0, 500, 4000))


async def test_other_runs_stand_beside_this_one() -> None:
    async with asking() as asked:
        await asked.press("tab", "tab", "space", "down", "down", "space")
        assert "enter: owl · step 9 | fox␛[31m · step 1,200 | elk · step 7" in asked.text
        await asked.press("up", "space")
        assert "2 are the most here" in asked.text
        await asked.press("enter")
        assert asked.answer == Beside(runs=("fox\x1b[31m", "elk"))
        assert asked.answer.with_now


async def test_the_last_line_puts_nothing_beside_it() -> None:
    async with asking() as asked:
        await asked.press("shift+tab")
        assert "enter: owl · step 9" in asked.text
        assert "|" not in asked.text
        await asked.press("enter")
        assert asked.answer == Beside()
        assert not asked.answer.with_now


async def test_the_arrows_go_through_all_of_it() -> None:
    async with asking(checkpoints=(0, 5), runs=(("hen", 90),)) as asked:
        seen = []
        for _ in range(5):
            await asked.press("down")
            seen.append(asked.focus)
        assert seen == ["steps", "steps", "runs", "alone", "temperatures"]
        await asked.press("up", "up")
        assert asked.focus == "runs"


async def test_a_click_marks_and_a_click_on_the_last_line_answers() -> None:
    async with asking() as asked:
        await asked.pilot.click("#steps", offset=(2, 2))
        await asked.pilot.pause()
        assert "[x] step 1,000" in asked.text
        await asked.pilot.click("#alone", offset=(2, 0))
        await asked.pilot.pause()
        assert asked.answer == Beside()


async def test_what_there_is_none_of_is_not_listed() -> None:
    async with asking(checkpoints=(), runs=()) as asked:
        assert [listed.id for listed in asked.screen.query(MarkedList)] == ["alone"]
        assert "other runs" not in asked.text


async def test_escape_changes_nothing() -> None:
    async with asking() as asked:
        await asked.press("0", "escape")
        assert asked.answer is None


@pytest.mark.parametrize("size", [(1, 1), (8, 3), (20, 6), (40, 10), (200, 50)])
async def test_it_stands_every_size(size: tuple[int, int]) -> None:
    runs = tuple((f"run-{'漢' * 30}-{number}", number) for number in range(40))
    async with asking(tuple(range(300)), runs, size) as asked:
        await asked.press("tab", "end", "space", "tab", "end", "space", "enter")
        assert asked.answer == Beside(runs=(runs[-1][0],))
