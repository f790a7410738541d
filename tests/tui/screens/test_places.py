"""The screen that lists where units are most on."""

from __future__ import annotations

import pytest
from textual.app import App

from rnn_tui.sampling.units import Place, Watched
from rnn_tui.tui.screens.places import PlacesScreen

UNITS = (Watched(0, 37),)
PLACES = (
    Place(1234567, 0.98, "as he said: ", '"', "no\nway"),
    Place(7, -0.5, "漢字\x1b[2J", "\n", "e\u0301 and on"),
    Place(0, 1234.5, "", " ", ""),
)


class Host(App[None]):
    def __init__(self, units=UNITS, places=PLACES, **known) -> None:
        super().__init__()
        self.found = PlacesScreen(units, places, **known)

    def on_mount(self) -> None:
        self.push_screen(self.found)

    @property
    def text(self) -> list[str]:
        strips = self.screen._compositor.render_strips(self.size)
        return [strip.text.rstrip() for strip in strips]

    @property
    def rows(self) -> list[str]:
        """The lines within the frame."""
        return [line[2:-2] for line in self.text if line.startswith("│")]


async def test_a_place_is_said_with_what_stands_around_it() -> None:
    app = Host(text="the corpus of \x1bowl")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert any("unit 37 is most on · the corpus of ␛owl" in line for line in app.text)
        head, *rows = (row.rstrip() for row in app.rows)
    assert head.split() == ["at", "on"]
    assert rows[0].split() == ["1,234,567", "+0.980", "as", "he", "said:", '"no↵way']
    assert rows[1].split() == ["7", "−0.500", "漢字␛[2J↵e\u0301", "and", "on"]
    assert rows[2].split() == ["0", "+1234", "·"]


async def test_the_characters_stand_below_each_other_and_stand_out() -> None:
    app = Host(places=(PLACES[0], Place(9, 0.1, "x" * 300, '"', "y" * 300)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = app.rows[1:3]
        lines = [app.found.listed.render_line(y) for y in (1, 2)]
    assert len({row.index('"') for row in rows}) == 1
    assert "…x" in rows[1]
    assert rows[1].endswith("y…")
    for line in lines:
        quote = next(segment for segment in line if segment.text == '"')
        assert quote.style.bgcolor != line._segments[0].style.bgcolor


@pytest.mark.parametrize(
    ("units", "layers", "name"),
    [
        ((Watched(0, 3), Watched(0, 4, -1)), 1, "units 3, −4 are most on"),
        ((Watched(1, 3),), 2, "layer 1 unit 3 is most on"),
        ((Watched(0, 3, -1),), 1, "where unit 3 is lowest"),
        (tuple(Watched(1, unit) for unit in range(5)), 1, "units 1:0, 1:1, 1:2 and 2 more are"),
    ],
)
async def test_the_title_names_the_units(units, layers, name) -> None:
    app = Host(units, layers=layers)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert any(name in line for line in app.text)


async def test_many_places_scroll() -> None:
    app = Host(places=[Place(at, 0.5, "a", "b", "c") for at in range(100)])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        firsts = []
        for key in ("down", "pagedown", "up", "end", "home", "k"):
            await pilot.press(key)
            firsts.append(int(app.rows[1].split()[0]))
        assert len(app.rows) == 22
    assert firsts == [1, 21, 20, 79, 0, 0]


async def test_no_place_is_said() -> None:
    app = Host(places=())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.rows[0].startswith("no place was found")
        await pilot.press("down", "end")


@pytest.mark.parametrize("key", ["escape", "q", "p"])
async def test_it_closes(key) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert app.screen is not app.found


@pytest.mark.parametrize("size", [(1, 1), (12, 4), (20, 6), (300, 80)])
async def test_any_terminal_will_do(size) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        await pilot.press("down")
        await pilot.pause()
        assert len(app.text) == size[1]
