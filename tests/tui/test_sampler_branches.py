"""Branches: another character by key, click and command; the tree of texts; what is exact."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.tui.screens.branching import BranchScreen
from rnn_tui.tui.widgets.sampler.bars_pane import BarsPane
from tests.sampling.test_exact import textbook
from tests.tui.sampling import Sampling, sampling


def texts(s: Sampling) -> list[str]:
    return [text.written for text in s.sampler.texts.all]


async def branched(s: Sampling, count: int = 2) -> None:
    await s.until(lambda: len(s.view.texts) == count and s.alone)
    await s.rest()


@pytest.mark.parametrize("key", ["b", "enter"])
async def test_another_character_is_typed_in_its_place(key) -> None:
    async with sampling() as s:
        await s.do("write ab", "go 5")
        await s.leave()
        other = "h" if s.written[4] != "h" else "g"
        await s.press(key)
        await s.until("another character")
        await s.press(other, "enter")
        await branched(s)
        first, second = texts(s)
        assert second[:5] == first[:4] + other
        assert "text 2 leaves text 1 behind its first 4 characters" in s.said
        assert (s.view.texts[1].parent, s.view.texts[1].fork) == (1, 4)


async def test_the_character_that_is_there_is_no_branch() -> None:
    async with sampling() as s:
        await s.do("write ab")
        await s.leave()
        await s.press("b")
        await s.until("another character")
        await s.press("enter")
        await s.until("this character stands there already: choose another one")
        assert len(s.view.texts) == 1


async def test_escape_closes_the_question_and_nothing_has_changed() -> None:
    async with sampling() as s:
        await s.do("write ab")
        await s.leave()
        before = texts(s)
        await s.press("b")
        await s.until(lambda: isinstance(s.app.screen, BranchScreen))
        await s.press("down", "escape")
        await s.until(lambda: s.alone)
        assert texts(s) == before


async def test_a_newline_and_a_space_can_be_branched_to() -> None:
    async with sampling() as s:
        await s.do("write ab", "go 1")
        await s.leave()
        for number, (keys, symbol) in enumerate(((("\\", "n"), "\n"), ((" ",), " ")), 2):
            await s.press("b")
            await s.until("another character")
            await s.press(*keys, "enter")
            await branched(s, number)
            assert texts(s)[-1][0] == symbol
            await s.do("text 1")


async def test_a_click_on_a_bar_branches_there() -> None:
    async with sampling() as s:
        await s.do("write ab", "go 5")
        await s.leave()
        symbols = s.screen.query_one(BarsPane)._symbols
        place = next(y for y, one in enumerate(symbols) if one not in (None, s.view.mark.symbol))
        await s.pilot.click("BarsPane", offset=(4, place + 1))
        await branched(s)
        assert s.column.marks[4].symbol == symbols[place]
        assert s.column.fork == 4


async def test_a_command_branches() -> None:
    async with sampling(length=5) as s:
        for word, symbol in (("h", "h"), ("\\n", "\n"), ("space", " ")):
            await s.anew()
            await s.do("write ab", "go 1", f"branch {word}")
            assert texts(s)[1][0] == symbol


async def test_a_command_that_names_no_character_is_refused() -> None:
    async with sampling() as s:
        await s.do("write ab")
        for word in ("", "ab", "ł", "\\n\\n"):
            s.screen.say("")
            assert not s.screen.do(f"branch {word}")
            assert "branch takes one character that the network knows" in s.said


async def test_every_distribution_of_a_branch_is_the_textbooks() -> None:
    async with sampling(length=20) as s:
        await s.do("write ab", "go 9", "branch h", "go 15", "branch g")
        marks = s.column.marks[: s.column.count]
        expected = textbook(s.column.weights, [mark.symbol for mark in marks])
        for mark, p in zip(marks[1:], expected, strict=False):
            np.testing.assert_allclose(mark.model_distribution, p, rtol=1e-12, atol=1e-12)
        assert [text.parent for text in s.view.texts] == [0, 1, 2]


async def test_a_branch_of_a_running_text_stops_that_one_and_writes_itself() -> None:
    async with sampling(speed=400, length=100_000) as s:
        await s.begin("ab")
        await s.until(lambda: s.column.count > 10)
        s.screen.do("go 5")
        s.screen.do("branch h" if s.column.pieces[4] != "h" else "branch g")
        await s.until(lambda: s.column.number == 2 and s.column.count > 10)
        assert [text.phase for text in s.view.texts] == ["paused", "writing"]


# -- the list of texts --------------------------------------------------------------------------


async def listed(s: Sampling, *keys: str) -> None:
    """Three texts, of which the second left the first; then keys of the list."""
    await s.anew()
    await s.do("write ab", "go 1", "branch h", "write cd")
    await s.press("5", "home", *keys)
    await s.rest()


MOVES = [
    (("down", "enter"), 2),
    (("j", "enter"), 2),
    (("end", "enter"), 3),
    (("end", "up", "enter"), 2),
    (("end", "k", "enter"), 2),
    (("pagedown", "enter"), 3),
    (("end", "pageup", "enter"), 1),
    (("enter",), 1),
]


async def test_a_text_of_the_list_is_revisited() -> None:
    async with sampling(length=5) as s:
        for keys, number in MOVES:
            await listed(s, *keys)
            assert s.column.number == number, keys
            assert len(s.view.columns) == 1


async def test_space_puts_a_text_beside_and_takes_it_away() -> None:
    async with sampling() as s:
        await listed(s, "space")
        assert [column.number for column in s.view.columns] == [3, 1]
        await s.press("down", "space")
        await s.until(lambda: len(s.view.columns) == 3)
        await s.press("space")
        await s.until(lambda: [column.number for column in s.view.columns] == [3, 1])


async def test_no_more_than_three_are_beside_each_other() -> None:
    async with sampling(length=5) as s:
        await s.do("write ab", "write cd", "write ef", "write gh")
        await s.leave()
        await s.press("5", "home", "space", "down", "space", "down", "space")
        await s.until("3 texts are the most side by side: take one away")
        assert len(s.view.columns) == 3


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_a_text_of_the_list_is_dropped(key) -> None:
    async with sampling() as s:
        await listed(s, key)
        assert [text.number for text in s.view.texts] == [2, 3]
        assert texts(s)[0][0] == "h"
        assert "text 1 is gone" in s.said


async def test_all_texts_can_be_dropped() -> None:
    async with sampling() as s:
        await listed(s, "x", "x", "x", "x")
        assert not s.view.texts
        await s.write("ab")
        assert s.column.count == 62


async def test_a_click_on_a_text_revisits_it() -> None:
    async with sampling() as s:
        await s.do("write ab", "write cd")
        row = next(y for y, line in enumerate(s.lines) if " 1 ab" in line and "ended" in line)
        await s.pilot.click(offset=(8, row))
        await s.until(lambda: s.column.number == 1)


async def test_brackets_go_through_the_texts_and_say_where_they_end() -> None:
    async with sampling() as s:
        await s.do("write ab", "write cd")
        await s.leave()
        await s.press("left_square_bracket", "left_square_bracket")
        await s.until("this is the first text")
        await s.press("right_square_bracket", "right_square_bracket")
        await s.until("this is the last text")


async def test_what_there_is_not_is_refused() -> None:
    async with sampling() as s:
        await s.do("write ab")
        for command in ("text 9", "drop 9", "text x", "go 999", "go 0", "unit 99", "speed -1"):
            assert not s.screen.do(command), command
            assert s.said
