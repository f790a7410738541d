"""The stepper's screens as text, beside stored ones. RNN_TUI_SNAPSHOTS=write stores them anew."""

from __future__ import annotations

import pytest

from tests.tui.stepping import SIZES, stepping
from tests.tui.test_snapshots import _check

PLACES = {
    "forward": ("go h_4[0, 3]",),
    "turn": ("turn",),
    "backward": ("go dz_5[0, 3]",),
    "verify": ("go dW_hh^5[2, 3]", "verify"),
    "edit": ("break norm(dh) > 0.1", "edit W_hh[2, 3] = 0.9", "go h_4[0, 3]"),
    "fault": ("fault transposed", "go f_11[0, 3]"),
    "clip": ("go norm",),
}
"""Commands that lead to what is seen."""


@pytest.mark.parametrize("size", SIZES)
async def test_places(size) -> None:
    async with stepping(size=size) as walk:
        for name, commands in PLACES.items():
            await walk.do(*commands)
            _check(f"stepper-{name}-{size[0]}x{size[1]}", walk.text)
            await walk.do("fault off", "unedit all", "unbreak all")


@pytest.mark.parametrize("size", SIZES)
async def test_windows_above(size) -> None:
    async with stepping(size=size) as walk:
        await walk.do("go dz_5[0, 3]")
        for key, name, words in (("m", "flow", "decades above"), ("p", "faults", "none:")):
            await walk.press(key)
            await walk.until(words)
            await walk.rest()
            _check(f"stepper-{name}-{size[0]}x{size[1]}", walk.text)
            await walk.press("escape")
            await walk.until(lambda: walk.in_walk)


@pytest.mark.parametrize("number", [2, 3, 4])
async def test_each_pane_alone(number) -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.do("break norm(dh) > 0.1", "edit W_hh[2, 3] = 0.9", "go dz_5[0, 3]")
        await walk.press(str(number))
        await walk.rest()
        _check(f"stepper-pane-{number}-80x24", walk.text)
