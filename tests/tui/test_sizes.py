"""Terminals of every size, also while one is being resized."""

from __future__ import annotations

import random

import pytest

from rnn_tui.tui.screens.help import HelpScreen
from rnn_tui.tui.screens.leave import LeaveScreen
from tests.tui.afresh import case
from tests.tui.local_client import watching
from tests.tui.opened import until


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (300, 2), (2, 100), (300, 80)])
async def test_every_size_shows_something_and_takes_keys(tmp_path, size) -> None:
    async with watching(tmp_path, size=size, pieces=1, trained=15) as (opened, pilot):
        for key in ("1", "2", "3", "4", "6", "f", "y", "down", "f", "5"):
            await pilot.press(key)
        await pilot.press("a", "enter", "escape", "question_mark", "escape", "q")
        await until(pilot, lambda: isinstance(opened.app.screen, LeaveScreen))
        await pilot.press("escape")
        assert len(opened.lines) == size[1]


async def test_after_many_resizes_the_screen_is_as_before(tmp_path) -> None:
    order = random.Random(1)
    async with watching(tmp_path, size=(80, 24), trained=30, paused=True) as (opened, pilot):
        await until(pilot, lambda: "ln V" in opened.text)
        fresh = opened.text
        for _ in range(12):
            await pilot.resize_terminal(order.randint(1, 250), order.randint(1, 70))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: opened.text == fresh)


async def test_dialogs_survive_resizes(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        for key, kind in (("q", LeaveScreen), ("question_mark", HelpScreen)):
            with case(key):
                await pilot.press(key)
                await until(pilot, lambda kind=kind: isinstance(opened.app.screen, kind))
                for size in ((1, 1), (20, 5), (200, 50)):
                    await pilot.resize_terminal(*size)
                await pilot.press("escape")
                await until(pilot, lambda: opened.app.screen is opened.dashboard)
