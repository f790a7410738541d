"""Keys of one burst act in the order in which they were pressed, wherever a line is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widgets import Input

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.tui.screens.branching import BranchScreen, SymbolList
from rnn_tui.tui.screens.comparing import BesideScreen
from rnn_tui.tui.screens.saving import SaveScreen
from tests.sampling.networks import make_weights


class Host(App[None]):
    """One window, and its answer."""

    def __init__(self, window: Screen[object]) -> None:
        super().__init__()
        self.window, self.answers = window, []

    def on_mount(self) -> None:
        self.push_screen(self.window, self.answers.append)

    def burst(self, *keys: str) -> None:
        """All of them at once, as a terminal sends them."""
        for key in keys:
            self.post_message(events.Key(key, key if len(key) == 1 else None))


LINES: list[Callable[[], Screen[object]]] = [
    lambda: SaveScreen("owl-7"),
    lambda: BesideScreen("owl · step 7", (0, 7), ()),
]


@pytest.mark.parametrize("window", LINES)
async def test_a_line_is_emptied_before_what_is_typed_next(window, until) -> None:
    app = Host(window())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.focused, Input))
        app.burst(*"abc", "home", "delete", "ctrl+u", "end", "ctrl+u", *"1 2", "left", "left", "0")
        await until(pilot, lambda: app.focused.value.endswith("2"))
        await pilot.pause()
        assert app.focused.value == "10 2"


async def test_temperatures_are_taken_before_what_is_typed_next(until) -> None:
    app = Host(BesideScreen("owl · step 7", (), ()))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.focused, Input))
        app.burst(*"1 2", "enter", "3")
        await until(pilot, lambda: app.answers)
        assert app.answers[0].temperatures == (1.0, 2.0)


async def test_a_character_is_taken_before_what_is_typed_next(until) -> None:
    sampler = Sampler(make_weights("abcdefgh \n"))
    sampler.write("abc").run()
    mark = sampler.view().mark
    app = Host(BranchScreen(mark, sampler.weights.vocabulary))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.focused, SymbolList))
        app.burst("d", "enter", "e")
        await until(pilot, lambda: app.answers)
        assert app.answers == [sampler.weights.vocabulary.symbols.index("d")]
