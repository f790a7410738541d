"""Keys of one burst act in the order in which they were pressed, wherever a line is typed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widgets import Input

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.training.protocol import Pause
from rnn_tui.tui.screens.branching import BranchScreen, SymbolList
from rnn_tui.tui.screens.comparing import BesideScreen
from rnn_tui.tui.screens.saving import SaveScreen
from rnn_tui.tui.terminal_app import TerminalApp
from tests.sampling.networks import make_weights
from tests.tui.local_client import watching
from tests.tui.opened import until


class Host(TerminalApp):
    """One window, and its answer."""

    def __init__(self, window: Screen[object]) -> None:
        super().__init__(Path(os.devnull))
        self.window, self.answers = window, []

    def on_mount(self) -> None:
        self.push_screen(self.window, self.answers.append)


def burst(app: App[str], *keys: str) -> None:
    """All of them at once, as a terminal sends them."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


LINES: list[Callable[[], Screen[object]]] = [
    lambda: SaveScreen("owl-7"),
    lambda: BesideScreen("owl · step 7", (0, 7), ()),
]


@pytest.mark.parametrize("window", LINES)
async def test_a_line_is_emptied_before_what_is_typed_next(window) -> None:
    app = Host(window())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.focused, Input))
        burst(app, *"abc", "home", "delete", "ctrl+u", "end", "ctrl+u", *"1 2", "left", "left", "0")
        await until(pilot, lambda: app.focused.value.endswith("2"))
        await pilot.pause()
        assert app.focused.value == "10 2"


async def test_temperatures_are_taken_before_what_is_typed_next() -> None:
    app = Host(BesideScreen("owl · step 7", (), ()))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.focused, Input))
        burst(app, *"1 2", "enter", "3")
        await until(pilot, lambda: app.answers)
        assert app.answers[0].temperatures == (1.0, 2.0)


async def test_a_character_is_taken_before_what_is_typed_next() -> None:
    sampler = Sampler(make_weights("abcdefgh \n"))
    sampler.write("abc").run()
    mark = sampler.view().mark
    app = Host(BranchScreen(mark, sampler.weights.vocabulary))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.focused, SymbolList))
        burst(app, "d", "enter", "e")
        await until(pilot, lambda: app.answers)
        assert app.answers == [sampler.weights.vocabulary.symbols.index("d")]


async def test_a_number_goes_to_its_pane_and_the_next_key_to_that_pane(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        burst(opened.app, "t", *"abc", "escape", "1", "home")
        await until(pilot, lambda: opened.dashboard.query_one("#loss").has_focus_within)
        await until(pilot, lambda: "step 1 " in opened.text)
        assert opened.dashboard.query_one("PromptInput").value == "abc"


async def test_keys_wait_for_a_screen_that_is_opened_by_the_one_before(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        burst(opened.app, "question_mark", "escape", "space")
        await until(pilot, lambda: opened.client.asked(Pause))
        assert opened.app.screen is opened.dashboard


async def test_a_key_whose_widget_goes_away_holds_nothing_up() -> None:
    class Closing(TerminalApp):
        seen = ""

        def compose(self):
            yield Input()

        async def on_input_changed(self) -> None:
            await self.query_one(Input).remove()

        def on_key(self, event: events.Key) -> None:
            self.seen += event.key

    app = Closing(Path(os.devnull))
    async with app.run_test() as pilot:
        burst(app, *"abc")
        await until(pilot, lambda: app.seen.endswith("bc"))


async def test_the_key_that_leaves_does_not_wait() -> None:
    class Stays(TerminalApp):
        def action_leave(self) -> None:
            self.left = True

    app = Stays(Path(os.devnull))
    app.left = False
    async with app.run_test() as pilot:
        burst(app, *"x" * 1000, "ctrl+c")
        await until(pilot, lambda: app.left)
        assert app._waiting
