"""The sampler's screens as text, beside stored ones. RNN_TUI_SNAPSHOTS=write stores them anew."""

from __future__ import annotations

import pytest

from rnn_tui.tui.renderables.characters import ASCII_VARIABLE
from tests.sampling.networks import make_weights
from tests.tui.afresh import case
from tests.tui.opened import SIZES
from tests.tui.sampling import SYMBOLS, Sampling, sampling

PROMPT = 'abc de\n"(gh'
"""Two lines, with characters that the network has never seen."""


async def stored(s: Sampling, name: str) -> None:
    with case(name):
        await s.looks_as_stored(f"sampler-{name}-{s.app.size.width}x{s.app.size.height}")


async def ready(s: Sampling, *commands: str) -> None:
    """A text, a branch of it, and the cursor within."""
    await s.begin(PROMPT)
    await s.carry_out("go 20", "branch h", "go 30", *commands)


@pytest.mark.parametrize("size", SIZES)
async def test_texts_at_each_size(size) -> None:
    """Nothing yet; a text and its branch; another character; units; three temperatures."""
    async with sampling(size=size) as s:
        await stored(s, "empty")
        await ready(s)
        await stored(s, "text")
        await s.press("b")
        await s.until("another character")
        await stored(s, "branch")
        await s.press("escape")
        await s.until(lambda: s.alone)
        await s.press("u")
        await s.until(lambda: s.view.ranking)
        await s.press("down", "enter")
        await s.until(lambda: s.view.units)
        await stored(s, "units")
        await s.anew("beside 0 0.8 2")
        await s.begin("abc de\n")
        await s.carry_out("go 12")
        await stored(s, "beside")


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


async def test_panes_alone_questions_and_lists(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rnn_tui.tui.screens.saving._here", lambda: "in ~/here")
    async with sampling(size=(80, 24)) as s:
        await ready(s, "unit 3")
        for name, (key, words) in DIALOGS.items():
            await s.press(key)
            await s.until(words)
            await stored(s, f"question-{name}")
            await s.press("escape")
            await s.until(lambda: s.alone)
        for number in (2, 3, 5, 4):
            if number == 4:
                await s.press("u")
                await s.until(lambda: s.view.ranking)
            await s.press(str(number))
            await s.until(lambda: s.board.current == number)  # noqa: B023
            await stored(s, f"pane-{number}")


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
