"""The sampler on screens of any size, and under keys in any order."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len
from textual.binding import Binding

from rnn_tui.tui.screens.sampler_keys import KEYS
from tests.tui.sampling import Sampling, sampling

SIZES = [(20, 5), (40, 12), (10, 3), (1, 1), (99, 27), (100, 28)]
SAFE = [
    binding.key
    for binding in Binding.make_bindings(KEYS)
    if binding.action not in ("leave", "dialog('save')", "act('rank')")
]


def fits(s: Sampling) -> bool:
    width, height = s.app.size
    return len(s.lines) == height and max(map(cell_len, s.lines)) <= width


async def test_any_size_and_back_while_a_text_is_written() -> None:
    async with sampling(speed=1600, length=1_000_000) as s:
        await s.begin("ab")
        for size in (*SIZES, (120, 35)):
            await s.pilot.resize_terminal(*size)
            await s.until(lambda: fits(s))
            count = s.column.count
            await s.until(lambda: s.column.count > count)  # noqa: B023
        await s.until("3 hidden state")


@pytest.mark.parametrize("key", ["b", "s", "w", "S", "question_mark", "p", "colon", "t", "6"])
async def test_every_question_on_a_small_screen(key) -> None:
    async with sampling(size=(40, 12)) as s:
        await s.do("write ab", "unit 3")
        await s.leave()
        before = s.text
        await s.press(key)
        await s.until(lambda: s.text != before and fits(s))
        await s.pilot.resize_terminal(20, 5)
        await s.until(lambda: fits(s))
        await s.press("escape")
        await s.until(lambda: s.alone)


@pytest.mark.parametrize("size", [(120, 35), (80, 24), (20, 5)])
async def test_keys_in_bursts_break_nothing(size) -> None:
    chance = random.Random(3)
    async with sampling(size=size, speed=1600, length=5000) as s:
        await s.begin("ab")
        for _ in range(6):
            await s.pilot.press(*chance.choices(SAFE, k=12))
            while not s.alone:
                await s.press("escape")
                await s.pilot.pause()
            assert fits(s)
