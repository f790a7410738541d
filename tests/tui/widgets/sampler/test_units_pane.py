"""The ranking of the units, and what is chosen from it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from textual.events import MouseScrollDown

from rnn_tui.sampling.units import Ranking, Watched
from rnn_tui.tui.widgets.sampler.units_pane import UnitsPane
from tests.tui.widgets.sampler.unit_host import Host, written

PROPERTIES = "space", "digit"
R = np.array([[0.1, -0.9, 0.3, np.nan], [0.5, 0.2, -0.4, np.nan]])
RANKING = Ranking(PROPERTIES, R, 1, 100)
DEEP = Ranking(PROPERTIES, R, 2, 100)
VIEW = replace(written(layers=1).view(), ranking=RANKING, ranked="owl · step 7 on a \x1btext")


@asynccontextmanager
async def shown(width=60, height=6, view=VIEW, **others):
    app = Host(UnitsPane(), width, height)
    async with app.run_test(size=(width + 6, height + 4)) as pilot:
        app.pane.view = replace(view, **others)
        app.pane.focus()
        await pilot.pause()
        yield app, pilot


def words(lines: list[str]) -> list[str]:
    return [" ".join(line.replace("━", "").replace("─", "").split()) for line in lines]


async def test_the_strongest_correlation_comes_first_with_what_it_means() -> None:
    async with shown() as (app, _):
        assert words(app.body) == [
            "1 space r = −0.90", "0 digit r = 0.50", "2 digit r = −0.40",
            "", "", "low where: space: a space",
        ]  # fmt: skip


async def test_the_bar_is_as_long_as_the_correlation_is_strong() -> None:
    async with shown(90) as (app, _):
        bars = [line.count("━") / (line.count("━") + line.count("─")) for line in app.body[:3]]
    assert bars == pytest.approx([0.9, 0.5, 0.4], abs=0.05)


async def test_the_layer_is_said_where_there_are_several() -> None:
    async with shown(ranking=DEEP) as (app, _):
        assert words(app.body)[:2] == ["layer 0 unit 1 space r = −0.90",
                                       "layer 0 unit 0 digit r = 0.50"]  # fmt: skip


async def test_v_lists_the_best_unit_of_each_property_and_stays_with_the_unit() -> None:
    async with shown(100) as (app, pilot):
        assert "best property of each unit · owl · step 7 on a ␛text" in app.heading
        await pilot.press("down", "v")
        assert words(app.body)[:2] == ["1 space r = −0.90", "0 digit r = 0.50"]
        assert "best unit of each property" in app.heading
        assert app.body[-1] == "digit: a decimal digit of any script"


async def test_enter_shows_the_highlighted_unit_with_the_sign_that_tracks() -> None:
    async with shown() as (app, pilot):
        await pilot.press("enter", "j", "enter")
        assert [said.units for said in app.said] == [(Watched(0, 1, -1),), (Watched(0, 0),)]


async def test_space_puts_units_into_a_set_and_out_of_it() -> None:
    async with shown() as (app, pilot):
        await pilot.press("space", "down", "space", "down", "space", "space", "enter")
        assert app.said[-1].units == (Watched(0, 1, -1), Watched(0, 0))
        assert [line[0] for line in app.body[:3]] == ["+", "+", " "]
        assert "2 in the set" in app.heading


async def test_a_click_shows_a_unit_and_beside_the_rows_nothing_happens() -> None:
    async with shown() as (app, pilot):
        await pilot.click(UnitsPane, offset=(10, 3))
        await pilot.click(UnitsPane, offset=(10, 5))
        await pilot.click(UnitsPane, offset=(10, 6))
        assert [said.units for said in app.said] == [(Watched(0, 2, -1),)]


async def test_the_units_that_are_watched_are_marked() -> None:
    async with shown(units=(Watched(0, 0),)) as (app, _):
        assert ["●" in line for line in app.body[:3]] == [False, True, False]


async def test_the_unit_that_is_shown_in_its_turn_is_highlighted() -> None:
    async with shown(height=1) as (app, pilot):
        for unit in (2, 0):
            app.pane.view = replace(VIEW, cycling=True, units=(Watched(0, unit),))
            await pilot.pause()
            assert words(app.body)[0].startswith(f"● {unit} digit")


async def test_many_rows_scroll_with_the_cursor_the_wheel_and_by_pages() -> None:
    ranking = Ranking(("space",), np.linspace(0.9, 0.1, 40)[None], 1, 100)
    async with shown(ranking=ranking) as (app, pilot):
        tops = []
        for key in ("end", "home", "pagedown", "pagedown", "up"):
            await pilot.press(key)
            tops.append(int(app.body[0].split()[0]))
        assert tops == [35, 0, 0, 4, 4]
        await pilot._post_mouse_events([MouseScrollDown] * 3, UnitsPane, offset=(5, 2))
        assert app.pane.at == 7 + 3 * 3


async def test_another_ranking_begins_at_the_top() -> None:
    async with shown() as (app, pilot):
        await pilot.press("down", "space")
        app.pane.view = replace(VIEW, ranking=DEEP)
        await pilot.pause()
        assert (app.pane.at, app.pane.marked) == (0, ())


async def test_before_there_is_a_ranking_it_says_how_to_get_one() -> None:
    async with shown(ranking=None) as (app, pilot):
        await pilot.press("enter", "space", "v", "down")
        assert [line[:2] for line in app.body] == ["u ", "U ", "", "", "", ""]
        assert not app.said


async def test_a_ranking_of_units_that_never_change_is_said() -> None:
    nothing = Ranking(PROPERTIES, np.full((2, 4), np.nan), 1, 100)
    async with shown(ranking=nothing) as (app, pilot):
        await pilot.press("enter", "down", "v")
        assert app.body[0] == "no unit tracks any property: none of them changes"


@pytest.mark.parametrize("size", [(4, 1), (16, 1), (16, 2), (20, 3), (38, 6), (300, 60), (40, 0)])
async def test_no_line_is_wider_than_the_pane(size) -> None:
    for ranking in (RANKING, DEEP, None):
        async with shown(*size, ranking=ranking) as (app, _):
            lines = app.pane.lines(app.pane.view, *size)
            assert max(sum(len(span.text) for span in line) for line in lines) <= size[0]
