"""Looking around in the text: the mouse, the lines above and below, and what is drawn anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region

from rnn_tui.tui.widgets.line_pane import LinePane
from rnn_tui.tui.widgets.sampler.text_pane import TextPane
from tests.tui.widgets.sampler.text_hosts import SIZE, Host, at, beside, make_sampler


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """The regions of each refresh that a pane asks for."""
    calls: list[tuple[Region, ...]] = []
    original = LinePane.refresh

    def refresh(self: LinePane, *regions: Region, **options: Any) -> Any:
        calls.append(regions)
        return original(self, *regions, **options)

    monkeypatch.setattr(LinePane, "refresh", refresh)
    return calls


async def test_a_click_chooses_a_character_of_a_column() -> None:
    app = Host()
    async with app.run_test(size=(80, 14)) as pilot:
        app.pane.view = beside().view()
        await pilot.pause()
        await pilot.click(TextPane, offset=(2 + 26 + 3, 2))
        await pilot.click(TextPane, offset=(2 + 20, 2))
        await pilot.pause()
        assert app.chosen == [(1, 3), (0, 5)]


async def test_a_click_below_the_text_chooses_its_last_character() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = make_sampler().view()
        await pilot.pause()
        await pilot.click(TextPane, offset=(30, 8))
        await pilot.pause()
        assert app.chosen == [(0, 7)]


async def test_a_character_more_costs_the_lines_that_it_changes(drawn) -> None:
    app, sampler = Host(), make_sampler(drawn=400)
    async with app.run_test(size=(100, 30)) as pilot:
        app.pane.view = sampler.view()
        await pilot.pause()
        counts = []
        for _ in range(60):
            sampler.advance(1)
            drawn.clear()
            app.pane.view = sampler.view()
            counts.append(sum(len(regions) or 30 for regions in drawn))
        assert sum(count <= 4 for count in counts) > 50
        drawn.clear()
        app.pane.view = sampler.view()
        assert not drawn


async def test_the_end_of_a_growing_text_is_in_sight() -> None:
    app, sampler = Host(), make_sampler()
    async with app.run_test(size=(30, 10)) as pilot:
        await pilot.pause()
        for _ in range(40):
            sampler.advance(9)
            app.pane.view = sampler.view()
            await pilot.pause(0)
            lines = [app.pane.render_line(y).text for y in range(app.pane.size.height)]
            assert any("▏" in line for line in lines) or sampler.view().mark.symbol < 2


async def test_the_wheel_looks_elsewhere_until_the_cursor_moves() -> None:
    app, sampler = Host(), make_sampler(drawn=600)
    async with app.run_test(size=(30, 12)) as pilot:
        app.pane.view = at(sampler.view(), 300)
        await pilot.pause()
        before = app.body
        _wheel(app, MouseScrollUp)
        await pilot.pause()
        assert app.body[3:6] == before[:3]
        app.pane.view = replace(at(sampler.view(), 300), message="x")
        await pilot.pause()
        assert app.body[3:6] == before[:3]
        app.pane.view = at(sampler.view(), 301)
        await pilot.pause()
        assert "here" in _inks(app)


async def test_the_wheel_leaves_a_growing_text_and_comes_back_to_its_end() -> None:
    app, sampler = Host(), make_sampler(drawn=600)
    async with app.run_test(size=(30, 12)) as pilot:
        app.pane.view = sampler.view()
        await pilot.pause()
        _wheel(app, MouseScrollUp)
        top = app.body[0]
        sampler.advance(100)
        app.pane.view = sampler.view()
        await pilot.pause()
        assert app.body[0] == top
        for _ in range(20):
            _wheel(app, MouseScrollDown)
        sampler.advance(100)
        app.pane.view = sampler.view()
        await pilot.pause()
        assert "here" in _inks(app)


async def test_the_character_above_keeps_to_its_cell() -> None:
    app, sampler = Host(), make_sampler("abcdefgh\nab\nabcdefgh")
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = at(sampler.view(), 6)
        await pilot.pause()
        short = app.pane.neighbour(1)
        assert short == 11  # the line break behind "ab"
        app.pane.view = at(sampler.view(), short)
        assert app.pane.neighbour(1) == 12 + 6
        assert app.pane.neighbour(-1) == 6
        app.pane.view = at(sampler.view(), 2)
        assert app.pane.neighbour(-1) is None
        assert app.pane.neighbour(10) == 12 + 2


async def test_a_pane_that_nobody_sees_knows_neighbours_too() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        app.pane.display = False
        await pilot.pause()
        app.pane.view = at(make_sampler("abc\nabc").view(), 1)
        assert app.pane.neighbour(1) == 5


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (4, 4), (5, 5), (20, 3), (20, 4), (24, 6)])
@pytest.mark.parametrize("colour", ["surprise", "unit", "none"])
async def test_nothing_is_too_small(size: tuple[int, int], colour) -> None:
    app, view = Host(), beside().view()
    async with app.run_test(size=size) as pilot:
        for shown in (view, replace(view, columns=()), make_sampler("", 30).view()):
            app.pane.view = replace(shown, colour=colour)
            await pilot.pause()
            strips = [app.pane.render_line(y) for y in range(app.pane.size.height)]
            assert all(strip.cell_length == app.pane.size.width for strip in strips)


def _wheel(app: Host, kind: type[MouseScrollUp] | type[MouseScrollDown]) -> None:
    app.pane.wheel(kind(app.pane, 3, 3, 0, 0, 0, False, False, False), _LINES[kind])


_LINES = {MouseScrollUp: -3, MouseScrollDown: 3}


def _inks(app: Host) -> set[str]:
    """The names of the inks of all cells."""
    return {span.ink for line in app.pane._shown for span in line}
