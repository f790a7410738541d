"""The stepper's screens as text, beside stored ones. RNN_TUI_SNAPSHOTS=write stores them anew."""

from __future__ import annotations

import pytest

from rnn_tui.tui.renderables.characters import ASCII_VARIABLE
from tests.tui.opened import SIZES
from tests.tui.stepping import small_window, stepping

PLACES = {
    "forward": ("go h_4[0, 3]",),
    "turn": ("turn",),
    "backward": ("go dz_5[0, 3]",),
    "verify": ("go dW_hh^5[2, 3]", "verify"),
    "edit": ("break norm(dh) > 0.1", "edit W_hh[2, 3] = 0.9", "go h_4[0, 3]"),
    "softmax": ("edit W_hh[3, 4] = 2", "go p_5"),
    "fault": ("fault transposed", "go f_11[0, 3]"),
    "clip": ("go norm",),
}
"""Commands that lead to what is seen."""


@pytest.mark.parametrize("size", SIZES)
async def test_places(size) -> None:
    async with stepping(size=size) as walk:
        for name, commands in PLACES.items():
            await walk.do(*commands)
            await walk.looks_as_stored(f"stepper-{name}-{size[0]}x{size[1]}")
            await walk.do("fault off", "unedit all", "unbreak all")


@pytest.mark.parametrize("size", SIZES)
async def test_windows_above(size) -> None:
    async with stepping(size=size) as walk:
        await walk.do("go dz_5[0, 3]")
        for key, name, words in (("m", "flow", "decades above"), ("p", "faults", "none:")):
            await walk.press(key)
            await walk.until(words)
            await walk.looks_as_stored(f"stepper-{name}-{size[0]}x{size[1]}")
            await walk.press("escape")
            await walk.until(lambda: walk.alone)


@pytest.mark.parametrize("number", [2, 3, 4])
async def test_each_pane_alone(number) -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.do("break norm(dh) > 0.1", "edit W_hh[2, 3] = 0.9", "go dz_5[0, 3]")
        await walk.press(str(number))
        await walk.looks_as_stored(f"stepper-pane-{number}-80x24")


DIALOGS = {"edits": ("E", "takes it back"), "help": ("?", "one op")}


@pytest.mark.parametrize("name", DIALOGS)
async def test_lists_and_tables_above(name) -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.do("edit h_0[1] = 0.5", "edit W_hh[2, 3] = 0.9")
        key, words = DIALOGS[name]
        await walk.press("question_mark" if key == "?" else key)
        await walk.until(words)
        await walk.looks_as_stored(f"stepper-{name}-80x24")


async def test_the_numbers_of_an_array() -> None:
    async with stepping() as walk:
        await walk.do("go dW_hh^5[2, 3]")
        await walk.press("i")
        await walk.looks_as_stored("stepper-numbers-120x35")


async def test_three_layers() -> None:
    async with stepping(small_window(layers=3)) as walk:
        await walk.do("go dz_5^(1)[0, 3]")
        await walk.looks_as_stored("stepper-layers-120x35")


@pytest.mark.parametrize(("variable", "name"), [("NO_COLOR", "plain"), (ASCII_VARIABLE, "ascii")])
async def test_terminals_that_can_do_less(variable, name, monkeypatch) -> None:
    monkeypatch.setenv(variable, "1")
    async with stepping() as walk:
        await walk.do("edit W_hh[2, 3] = 0.9", "go dz_5[0, 3]")
        await walk.looks_as_stored(f"stepper-{name}-120x35")
        await walk.press("m")
        await walk.until("decades above")
        await walk.looks_as_stored(f"stepper-flow-{name}-120x35")
