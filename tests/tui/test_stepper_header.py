"""The line above the stepper says as much as there is room for, and nothing by halves."""

from __future__ import annotations

from dataclasses import replace

from rnn_tui.core.faults import FAULTS
from tests.tui.afresh import case
from tests.tui.stepping import Walking, small_window, stepping


async def test_a_number_in_the_header_is_shown_whole_or_not_at_all() -> None:
    async with stepping(size=(100, 24)) as walk:
        await walk.do("edit h_0[2] = 0.5", "fault transposed")
        loss = f"loss {walk.view.trace.loss:.4f}"
        for width in (100, 80, 75, 70, 60, 40):
            with case(width):
                await _resized(walk, width)
                left = walk.lines[0].partition("1 edited")[0]
                assert "loss" not in left or f"{loss} nats " in left or left.rstrip().endswith(loss)


async def _resized(walk: Walking, width: int) -> None:
    await walk.pilot.resize_terminal(width, 24)
    await walk.until(lambda: walk.screen.size.width == width)
    await walk.rest()


async def test_the_loss_stands_above_whatever_was_changed() -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.do("edit h_0[2] = 0.5")
        for fault in FAULTS:
            with case(fault):
                await walk.do(f"fault {fault}")
                assert f"loss {walk.view.trace.loss:.4f}" in walk.lines[0]
                assert "1 edited  ✗" in walk.lines[0]


async def test_a_title_loses_whole_parts_and_the_seed_first() -> None:
    titles = {
        120: "beginning · fresh weights, seed 5",
        90: "beginning · fresh weights",
        75: "beginning",
    }
    window = replace(small_window(), title=titles[120])
    async with stepping(window, size=(120, 24)) as walk:
        for width, title in titles.items():
            with case(width):
                await _resized(walk, width)
                left, loss, _ = walk.lines[0].partition(" · loss")
                assert loss
                assert left.strip().removeprefix("stepper   ") == title
