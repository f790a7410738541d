"""The list of runs above the dashboard of one of them."""

from __future__ import annotations

from pathlib import Path

from rnn_tui.tui.screens.runs import RunsScreen
from tests.tui.listing import listed, trained
from tests.tui.local_client import watching
from tests.tui.opened import until


async def test_r_lists_the_runs_and_comes_back(tmp_path: Path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        name, folder = opened.run.directory.name, opened.run.directory.path.parent
        trained(folder, "calm-newt", 3)
        await pilot.press("r")
        await until(pilot, lambda: "watched here" in opened.text and "calm-newt" in opened.text)
        assert isinstance(opened.app.screen, RunsScreen)
        assert opened.app.screen.runs.run.name == name
        await pilot.press("D")
        await until(pilot, lambda: "is watched here: leave it first to delete it" in opened.text)
        await pilot.press("colon", *"rename x", "enter")
        await until(pilot, lambda: "leave it first to rename it" in opened.text)
        await pilot.press("escape", "enter")
        await until(pilot, lambda: opened.app.screen is opened.app.dashboard)


async def test_another_run_is_not_opened_over_the_one_that_is_watched(tmp_path: Path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        trained(opened.run.directory.path.parent, "calm-newt", 3)
        await pilot.press("r")
        await until(pilot, lambda: "calm-newt" in opened.text)
        screen = opened.app.screen
        assert isinstance(screen, RunsScreen)
        screen.runs.go([run.name for run in screen.view.runs].index("calm-newt"))  # type: ignore[union-attr]
        await pilot.press("enter")
        await until(pilot, lambda: "rnn-tui attach calm-newt" in opened.text)
        await pilot.press("r")
        await until(pilot, lambda: opened.app.screen is opened.app.dashboard)


async def test_the_way_out_of_a_filter_that_finds_nothing_is_as_it_says(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.press("slash")
        await s.write("nothing")
        await s.press("enter")
        await s.until(lambda: s.names == [])
        words = s.text.partition("no run matches: ")[2].partition(" shows all")[0].split()
        await s.press(*("slash" if word == "/" else word for word in words))
        await s.until(lambda: "amber-owl" in s.names)
