"""The hidden state after the character under the cursor, as it is drawn and read out."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.sampling.units import Watched
from rnn_tui.tui.renderables.characters import ASCII_VARIABLE
from rnn_tui.tui.renderables.heatmap import HALF
from rnn_tui.tui.widgets.sampler.state_pane import StatePane
from tests.tui.widgets.sampler.unit_host import Host, written

LINE_56 = HALF * 50


@asynccontextmanager
async def shown(sampler, width=56, height=6, **others):
    app = Host(StatePane(), width, height)
    async with app.run_test(size=(width + 6, height + 4)) as pilot:
        app.pane.view = replace(sampler.view(), **others)
        await pilot.pause()
        yield app, pilot


async def test_every_unit_of_128_is_seen_in_a_small_pane() -> None:
    async with shown(written(layers=1, hidden=128)) as (app, _):
        grid = app.pane._picture.grid
        assert app.heading == "3 hidden state after “d”, and its change · 128 units"
        assert [line[:4] for line in app.body] == ["stat", "  0 ", "100 ", "chan", "  0 ", "100 "]
    seen = [unit for x in range(50) for y in (0, 1) for unit in grid.units_at(x, y)]
    assert sorted(units[0] for units in seen) == list(range(128))
    assert {len(units) for units in seen} == {1}


async def test_of_1024_units_in_4_layers_the_strongest_are_seen_and_it_is_said() -> None:
    async with shown(written(layers=4, hidden=1024), 90, 8) as (app, _):
        picture = app.pane._picture
        assert picture.grid.layers == 4
        assert app.heading.endswith(f"4 layers of 1,024 units, {picture.grid.stride} pooled")
        ((layer, unit), *_) = picture.units_at(20, 1)
        values = np.abs(app.pane.view.mark.state[layer][0])
    first = unit // picture.grid.stride * picture.grid.stride
    assert values[unit] == values[first : first + picture.grid.stride].max()


async def test_the_blocks_have_names_and_scales() -> None:
    async with shown(written(layers=1), 60, 8) as (app, _):
        state, change = (line for line in app.body if "1 " in line or "+" in line)
        mark = app.pane.view.mark
        largest = np.abs(mark.state[0] - mark.parent.state[0]).max()
        scale = app.pane._picture._blocks[1].scale
    assert state.split()[:2] == ["state", "−1"]
    assert change.startswith("change")
    assert "from the step before" in change
    assert largest <= scale <= 2 * largest


async def test_a_relu_state_has_the_scale_of_its_largest() -> None:
    async with shown(written(layers=1, cell="relu"), 60, 8) as (app, _):
        largest = np.abs(app.pane.view.mark.state[0]).max()
        assert largest <= app.pane._picture._blocks[0].scale <= 2 * largest
    assert largest > 1


async def test_the_watched_unit_is_read_out_with_what_it_was() -> None:
    sampler = written(layers=2)
    async with shown(sampler, 70, units=(Watched(1, 3),)) as (app, _):
        mark = app.pane.view.mark
        now, before = (f"{m.state[1][0, 3]:+.3f}" for m in (mark, mark.parent))
        said = f"layer 1 unit 3 {now} (was {before})".replace("-", "−")
        assert said in app.body[0]


async def test_the_first_character_was_zero_before() -> None:
    async with shown(written("a", layers=1), units=(Watched(0, 2),)) as (app, _):
        assert "(was +0.000)" in app.body[0]


async def test_a_unit_under_the_mouse_is_read_out_and_a_click_chooses_it() -> None:
    async with shown(written(layers=1, hidden=128)) as (app, pilot):
        await pilot.hover(StatePane, offset=(2 + 4 + 7, 3))
        await pilot.pause()
        assert "unit 107 " in app.body[0]
        await pilot.click(StatePane, offset=(2 + 4 + 7, 2))
        assert [(said.layer, said.unit) for said in app.said] == [(0, 7)]


async def test_a_second_click_chooses_the_lower_of_two_units_in_a_cell() -> None:
    sampler = written(layers=1, hidden=128)
    async with shown(sampler, units=(Watched(0, 7),)) as (app, pilot):
        await pilot.click(StatePane, offset=(2 + 4 + 7, 5))
        assert [said.unit for said in app.said] == [57]


async def test_keys_choose_the_neighbours_of_the_watched_unit() -> None:
    sampler = written(layers=2, hidden=128)
    async with shown(sampler, 98, 14, units=(Watched(0, 127),)) as (app, pilot):
        app.pane.focus()
        columns = app.pane._picture.grid.columns
        await pilot.press("right_curly_bracket", "alt+left", "alt+up", "alt+down")
        chosen = [(said.layer, said.unit) for said in app.said]
    assert chosen == [(1, 0), (0, 126), (0, 127 - columns), (1, columns - 1)]


async def test_the_watched_unit_is_marked_in_both_blocks() -> None:
    watched = (Watched(0, 2), Watched(0, 99), Watched(9, 5))
    async with shown(written(layers=1), 60, 8, units=watched) as (app, _):
        assert "".join(app.body).count("●") == 2


@pytest.mark.parametrize("variable", ["NO_COLOR", ASCII_VARIABLE])
async def test_without_colours_every_unit_is_a_character(variable, monkeypatch) -> None:
    monkeypatch.setenv(variable, "1")
    async with shown(written(layers=1, hidden=128)) as (app, _):
        assert app.heading.startswith("3 h ±1 · Δ change ±")
        assert [line[:6] for line in app.body] == [
            *("h   0 ", "   50 ", "  100 ", "Δ   0 ", "   50 ", "  100 ")
        ]
        assert HALF not in "".join(app.body)


async def test_only_another_step_is_drawn_anew() -> None:
    sampler = written(layers=1, hidden=128)
    async with shown(sampler) as (app, pilot):
        picture = app.pane._picture
        app.pane.view = sampler.view()
        await pilot.pause()
        assert app.pane._picture is picture
        sampler.texts.look_at(1)
        app.pane.view = sampler.view()
        await pilot.pause()
        assert app.pane._picture is not picture
        assert "“b”" in app.heading


async def test_before_the_first_character_it_says_what_will_be_there() -> None:
    async with shown(written("", layers=1)) as (app, _):
        assert app.heading == "3 hidden state"
        assert app.body[0].startswith("the hidden state after the character")


async def test_a_character_from_outside_is_only_shown() -> None:
    async with shown(written("\x1b", "\x1bab", layers=1)) as (app, _):
        assert "after “␛”" in app.heading


@pytest.mark.parametrize("size", [(1, 1), (16, 1), (16, 2), (20, 3), (27, 5), (300, 60), (40, 0)])
@pytest.mark.parametrize("sizes", [(1, 1), (1, 128), (5, 700)])
async def test_any_size_has_a_picture_that_stays_within(size, sizes) -> None:
    layers, hidden = sizes
    sampler = written(layers=layers, hidden=hidden)
    async with shown(sampler, *size, units=(Watched(0, 0),)) as (app, _):
        assert len(app.body) == size[1]
        view, pane = app.pane.view, app.pane
        lines = pane.lines(view, *pane.size)
        widths = [sum(len(getattr(p, "text", "")) for p in line) for line in lines]
        assert len(lines) <= max(size[1], 2)
        assert max(widths, default=0) <= max(size[0], 1)
