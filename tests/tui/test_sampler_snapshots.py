"""The sampler's screens as text, beside stored ones. RNN_TUI_SNAPSHOTS=write stores them anew."""

from __future__ import annotations

import pytest

from rnn_tui.tui.renderables.characters import ASCII_VARIABLE
from tests.sampling.networks import make_weights
from tests.tui.opened import SIZES
from tests.tui.sampling import SYMBOLS, Sampling, sampling

PROMPT = 'abc de\n"(gh'
"""Two lines, with characters that the network has never seen."""


async def stored(s: Sampling, name: str) -> None:
    await s.looks_as_stored(f"sampler-{name}-{s.app.size.width}x{s.app.size.height}")


async def ready(s: Sampling) -> None:
    """A text, a branch of it, and the cursor within."""
    await s.write(PROMPT)
    await s.do("go 20", "branch h", "go 30")


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_yet(size) -> None:
    async with sampling(size=size) as s:
        await stored(s, "empty")


@pytest.mark.parametrize("size", SIZES)
async def test_a_text_and_its_branch(size) -> None:
    async with sampling(size=size) as s:
        await ready(s)
        await stored(s, "text")


@pytest.mark.parametrize("size", SIZES)
async def test_another_character(size) -> None:
    async with sampling(size=size) as s:
        await ready(s)
        await s.press("b")
        await s.until("another character")
        await stored(s, "branch")


@pytest.mark.parametrize("size", SIZES)
async def test_three_temperatures_side_by_side(size) -> None:
    async with sampling(size=size) as s:
        await s.do("beside 0 0.8 2")
        await s.write("abc de\n")
        await s.do("go 12")
        await stored(s, "beside")


@pytest.mark.parametrize("size", SIZES)
async def test_units_on_the_text(size) -> None:
    async with sampling(size=size) as s:
        await ready(s)
        await s.press("u")
        await s.until(lambda: s.view.ranking)
        await s.press("down", "enter")
        await s.until(lambda: s.view.units)
        await stored(s, "units")


@pytest.mark.parametrize("number", [2, 3, 4, 5])
async def test_each_pane_alone(number) -> None:
    async with sampling(size=(80, 24)) as s:
        await ready(s)
        await s.do("unit 3")
        if number == 4:
            await s.press("u")
            await s.until(lambda: s.view.ranking)
        await s.press(str(number))
        await s.until(lambda: s.board.current == number)
        await stored(s, f"pane-{number}")


@pytest.mark.parametrize(("variable", "name"), [("NO_COLOR", "plain"), (ASCII_VARIABLE, "ascii")])
async def test_terminals_that_can_do_less(variable, name, monkeypatch) -> None:
    monkeypatch.setenv(variable, "1")
    async with sampling() as s:
        await ready(s)
        await stored(s, name)
        await s.press("s")
        await s.until("one text alone")
        await stored(s, f"question-{name}")


DIALOGS = {
    "beside": ("s", "one text alone"),
    "weights": ("w", "takes them"),
    "save": ("S", "enter saves"),
    "help": ("question_mark", "write a prompt"),
    "places": ("p", "most on"),
}


@pytest.mark.parametrize("name", DIALOGS)
async def test_questions_and_lists(name, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rnn_tui.tui.screens.saving._here", lambda: "in ~/here")
    async with sampling(size=(80, 24)) as s:
        await ready(s)
        await s.do("unit 3")
        key, words = DIALOGS[name]
        await s.press(key)
        await s.until(words)
        await stored(s, f"question-{name}")


async def test_a_line_to_write_commands_in() -> None:
    async with sampling(size=(80, 24)) as s:
        await ready(s)
        await s.press("colon", *"temp", "enter")
        await s.until("did you mean")
        await stored(s, "command")


async def test_three_layers() -> None:
    async with sampling(weights=make_weights(SYMBOLS, layers=3, hidden=12)) as s:
        await ready(s)
        await stored(s, "layers")
