"""Every key of the sampler, by what it does to the texts or to the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.widgets import Input

from rnn_tui.tui.screens.branching import BranchScreen
from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.comparing import BesideScreen
from rnn_tui.tui.screens.places import PlacesScreen
from rnn_tui.tui.screens.sampler_help import SamplerHelp
from rnn_tui.tui.screens.sampler_keys import KEYS
from rnn_tui.tui.screens.saving import SaveScreen
from tests.tui.afresh import case
from tests.tui.sampling import Sampling, sampling

Check = Callable[[Sampling], object]


class Case(NamedTuple):
    """Commands that lead to where ``key`` is pressed, and what is so afterwards."""

    key: str
    check: Check
    before: str = ""


def at(index: int) -> Check:
    return lambda s: s.column.cursor == index


def between(low: int, high: int) -> Check:
    return lambda s: low <= s.column.cursor <= high


def above(kind: type, words: str) -> Check:
    return lambda s: isinstance(s.app.screen, kind) and words in s.text


def text(number: int) -> Check:
    return lambda s: s.column.number == number


def shows(number: int) -> Check:
    return lambda s: s.board.current == number


def temperature(value: float) -> Check:
    return lambda s: s.view.settings.temperature == pytest.approx(value)


def active(column: int) -> Check:
    return lambda s: s.view.active == column


def typing(s: Sampling) -> bool:
    return bool(s.screen.query_one("PromptArea").typing)


def left(s: Sampling) -> bool:
    return s.app._exit and s.app.return_code == 0


LAST = 62
"""The last of the characters: two of the prompt, a space, and those drawn."""
BESIDE = "beside 0.5 1; write ab"
CASES = (
    Case("t", typing),
    Case("i", typing),
    Case("left", at(LAST - 1)),
    Case("h", at(LAST - 1)),
    Case("right", at(4), "go 4"),
    Case("l", at(4), "go 4"),
    Case("up", between(1, 20), "go 61"),
    Case("k", between(1, 20), "go 61"),
    Case("down", between(4, LAST), "go 3"),
    Case("j", between(4, LAST), "go 3"),
    Case("pageup", between(0, 20)),
    Case("pagedown", between(40, LAST), "go 1"),
    Case("home", at(0)),
    Case("end", at(LAST), "go 1"),
    Case("shift+left", active(1), BESIDE),
    Case("H", active(1), BESIDE),
    Case("shift+right", active(1), BESIDE),
    Case("L", active(1), BESIDE),
    Case("space", lambda s: "the text has ended" in s.text),
    Case("enter", above(BranchScreen, "another character")),
    Case("b", above(BranchScreen, "another character")),
    Case("question_mark", above(SamplerHelp, "write a prompt")),
    Case("f1", above(SamplerHelp, "write a prompt")),
    Case("escape", left),
    Case("q", left),
    Case("r", lambda s: s.column.number == 2 and s.column.settings.seed == 1),
    Case("less_than_sign", temperature(0.75)),
    Case("comma", temperature(0.75)),
    Case("greater_than_sign", temperature(0.85)),
    Case("full_stop", temperature(0.85)),
    Case("s", above(BesideScreen, "checkpoints of this run")),
    Case("u", lambda s: s.view.ranking is not None and s.board.current == 4),
    Case("c", lambda s: s.view.colour == "none"),
    Case("w", above(ChoiceScreen, "the newest, for each text")),
    Case("n", lambda s: s.column.count == LAST + 2),
    Case("g", lambda s: s.column.count == LAST + 61),
    Case("left_square_bracket", text(1), "write cd"),
    Case("right_square_bracket", text(2), "write cd; text 1"),
    Case("x", text(1), "write cd"),
    Case("minus", lambda s: s.view.speed == 25, "speed 100"),
    Case("plus", lambda s: s.view.speed == 400, "speed 100"),
    Case("equals_sign", lambda s: s.view.speed == 400, "speed 100"),
    Case("U", lambda s: s.view.cycling and s.view.colour == "unit"),
    Case("p", above(PlacesScreen, "places where unit 3 is most on"), "unit 3"),
    Case("F", lambda s: not s.view.follow and "kept" in s.lines[0]),
    Case("y", lambda s: s.app.clipboard == s.written),
    Case("S", above(SaveScreen, "owl-7.txt")),
    Case("colon", lambda s: s.screen.prompt.asking),
    Case("f", lambda s: not s.screen.query_one("StatePane").display),
    Case("1", shows(1)),
    Case("2", shows(2)),
    Case("3", shows(3)),
    Case("4", shows(4)),
    Case("5", shows(5)),
    Case("6", lambda s: s.screen.query_one("#field-temperature").has_focus),
)


LEAVING = ("escape", "q")
INSIDE = [case for case in CASES if case.key not in LEAVING]


@pytest.mark.parametrize("part", range(4))
async def test_every_key_does_what_it_says(part) -> None:
    async with sampling() as s:
        for key, check, before in INSIDE[part::4]:
            with case(key):
                await s.anew("write ab ", *filter(None, before.split("; ")))
                assert key.isdecimal() or not check(s)
                await s.press(key)
                await s.until(lambda: check(s))  # noqa: B023


@pytest.mark.parametrize("key", LEAVING)
async def test_a_key_leaves(key) -> None:
    async with sampling() as s:
        await s.leave()
        await s.press(key)
        await s.until(lambda: left(s))


def test_no_key_is_without_a_test() -> None:
    keys = {binding.key for binding in Binding.make_bindings(KEYS)}
    assert keys == {case.key for case in CASES}


NEED_A_TEXT = ("space", "enter", "n", "g", "x", "y", "S", "left_square_bracket")


async def test_what_needs_a_text_or_a_unit_says_so_at_the_beginning() -> None:
    async with sampling() as s:
        for key in NEED_A_TEXT:
            with case(key):
                await s.anew()
                await s.press(key)
                await s.until("there is no text yet: write a prompt and press enter")
                assert s.alone
        await s.anew()
        await s.press("p")
        await s.until("choose a unit first: u ranks them, enter shows one")


async def test_moves_without_a_text_do_nothing() -> None:
    async with sampling() as s:
        await s.leave()
        await s.press("up", "down", "left", "right", "home", "L", "c", "pageup")
        await s.rest()
        assert s.alone
        assert not s.view.columns


async def test_space_stops_what_is_written_and_lets_it_go_on_and_n_stops_it_one_behind() -> None:
    async with sampling(speed=10, length=10_000) as s:
        await s.begin("ab")
        await s.until(lambda: s.column.phase == "writing")
        await s.press("space")
        await s.until("stopped: space goes on, n draws one character")
        assert s.column.phase == "paused"
        await s.press("space")
        await s.until(lambda: s.column.phase == "writing")
        await s.press("space")
        count = s.column.count
        await s.press("n", "n", "n")
        await s.until(lambda: s.column.count == count + 3)
        assert s.column.phase == "paused"


async def test_a_cursor_that_was_moved_away_stays_while_the_text_grows() -> None:
    async with sampling(speed=1600, length=10_000) as s:
        await s.begin("ab")
        await s.until(lambda: s.column.count > 10)  # the second is not the last any more
        await s.press("home", "right")
        count = s.column.count
        await s.until(lambda: s.column.count > count + 100)
        assert s.column.cursor == 1
        await s.press("end")
        await s.until(lambda: s.column.following)


async def test_the_line_of_commands() -> None:
    """One that is none may be mended, old ones are remembered, escape leaves it, help is one."""
    async with sampling() as s:
        await s.write("ab")
        await s.press("colon", *"tempe 1", "enter")
        await s.until("did you mean")
        assert s.screen.prompt.asking
        await s.press(*["left"] * 2, *"rature", "enter")
        await s.until(lambda: s.view.settings.temperature == 1.0)
        assert not s.screen.prompt.asking
        await s.anew()
        await s.press("colon", *"speed 25", "enter")
        await s.until(lambda: not s.screen.prompt.asking)
        await s.press("colon", "up")
        assert s.screen.prompt.query_one("Input").value == "speed 25"
        await s.press("escape")
        await s.until(lambda: not s.screen.prompt.asking)
        await s.press("2")
        await s.until(lambda: s.board.current == 2)
        await s.press("colon", *"help", "enter")
        await s.until(lambda: isinstance(s.app.screen, SamplerHelp))


async def test_what_is_pasted_into_a_line_is_shown_and_does_not_act() -> None:
    async with sampling(size=(80, 24)) as s:
        for key in ("colon", "s", "S"):
            with case(key):
                await s.anew("write ab")
                await s.press(key)
                await s.until(lambda: isinstance(s.app.focused, Input))
                await s.rest()
                assert "␛[31m" not in s.text
                s.app.post_message(events.Paste("\x1b[31m\udc80漢"))
                await s.until("␛[31m")
                assert max(map(cell_len, s.lines)) <= 80
