"""The list of what a character might have been."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.app import App

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.weights import Weights
from rnn_tui.tui.renderables.bars import percentage
from rnn_tui.tui.screens.branching import BranchScreen, SymbolList, find
from tests.sampling.networks import byte_weights, make_weights

SYMBOLS = "abcdefgnt\\ \n\t漢\u0301q"


class Host(App[None]):
    """An app that asks; ``answers`` are what it got."""

    def __init__(self, weights: Weights, **settings: Any) -> None:
        super().__init__()
        self.weights, self.answers = weights, []
        engine = Engine(weights, Settings(**{"seed": 4, "top_k": 5, **settings}))
        list(engine.prompt("abc"))
        self.mark = next(engine)

    def on_mount(self) -> None:
        self.push_screen(BranchScreen(self.mark, self.weights.vocabulary), self.answers.append)

    @property
    def text(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips(self.size)]

    @property
    def pointed(self) -> str:
        """The line that is pointed at."""
        return next(line for line in self.text if "►" in line)

    def symbol(self, text: str) -> int:
        return self.weights.vocabulary.symbols.index(text)


async def pressed(*keys: str, weights: Weights | None = None, size=(80, 24), **settings) -> Host:
    """The app after some keys, still open unless they closed the list."""
    app = Host(weights or make_weights(SYMBOLS), **settings)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        app.lines = app.text
        app.line = next((line for line in app.lines if "►" in line), "")
    return app


async def test_it_begins_at_the_one_that_is_there() -> None:
    app = await pressed("enter")
    assert app.answers == [app.mark.symbol]


async def test_escape_chooses_nothing() -> None:
    assert (await pressed("q", "j", "d", "escape")).answers == [None]


async def test_each_symbol_has_both_percentages() -> None:
    app = await pressed("a")
    model, after = (
        found[app.symbol("a")] for found in (app.mark.model_distribution, app.mark.distribution)
    )
    cut = app.mark.rank > 5 or not after
    assert percentage(model) in app.line
    assert ("cut" if cut else percentage(after)) in app.line


@pytest.mark.parametrize(
    ("keys", "symbol"),
    [
        *((["q"], "q"), (["space"], " "), (["漢"], "漢")),
        *((["backslash", "n"], "\n"), (["backslash", "t"], "\t"), (["backslash"], "\\")),
        *((["ctrl+j"], "\n"), (["tab"], "\t"), (["backslash", "a", "n"], "n")),
        (["backslash", "backslash", "n"], "n"),
    ],
)
async def test_a_character_that_is_typed_is_gone_to(keys: list[str], symbol: str) -> None:
    app = await pressed(*keys, "enter")
    assert app.answers == [app.symbol(symbol)]


async def test_a_character_that_the_network_lacks_is_said_to_be_unknown() -> None:
    app = await pressed("ł")
    assert any("the network has never seen ł" in line for line in app.lines)


async def test_symbols_that_cannot_be_seen_have_names() -> None:
    lines = "\n".join((await pressed()).lines)
    assert all(name in lines for name in ("· space", "↵ newline", "→ tab"))


async def test_keys_move_through_all_of_a_large_vocabulary() -> None:
    weights = make_weights("".join(map(chr, range(0x3400, 0x3400 + 2000))) + "abc")
    app = await pressed("end", "up", "pageup", "pagedown", "enter", weights=weights)
    assert app.answers == [(-app.mark.logits).argsort(kind="stable")[-2]]
    app = await pressed("end", "home", "down", "enter", weights=weights)
    assert app.answers == [(-app.mark.logits).argsort(kind="stable")[1]]


async def test_a_click_takes_what_it_is_on() -> None:
    app = Host(make_weights(SYMBOLS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(SymbolList, offset=(8, 4))
        await pilot.pause()
    assert app.answers == [(-app.mark.logits).argsort(kind="stable")[2]]


@pytest.mark.parametrize("symbol", ["\u0301", "\xa0", "\u202e"])
async def test_a_character_that_no_key_has_a_name_for_is_gone_to(symbol: str) -> None:
    app = Host(make_weights(SYMBOLS + "\xa0\u202e"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.screen.query_one(SymbolList).post_message(events.Key("unknown", symbol))
        await pilot.press("enter")
    assert app.answers == [app.symbol(symbol)]


async def test_what_is_pasted_is_gone_to_as_well() -> None:
    app = Host(make_weights(SYMBOLS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.screen.query_one(SymbolList).post_message(events.Paste("漢字"))
        await pilot.pause()
        assert "漢" in app.pointed


@pytest.mark.parametrize("size", [(20, 6), (30, 4), (44, 12), (120, 35), (3, 2), (1, 1)])
async def test_every_size_is_drawn_with_the_pointer_in_sight(size: tuple[int, int]) -> None:
    app = await pressed("end", size=size)
    assert "►" in app.line or size[0] < 20


def test_of_bytes_the_first_one_of_a_character_is_meant() -> None:
    vocabulary = byte_weights().vocabulary
    assert find(vocabulary, "é") == (0xC3, "é has 2 bytes: this is the first")
    assert find(vocabulary, "e") == (ord("e"), "")
    assert find(vocabulary, "\ud800")[0] == 0xED
