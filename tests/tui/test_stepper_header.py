"""The line above the stepper says as much as there is room for, and nothing by halves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnn_tui.core.faults import FAULTS
from tests.tui.stepping import small_window, stepping


@pytest.mark.parametrize("width", [40, 60, 70, 75, 80, 100])
async def test_a_number_in_the_header_is_shown_whole_or_not_at_all(width) -> None:
    async with stepping(size=(width, 24)) as walk:
        await walk.do("edit h_0[2] = 0.5", "fault transposed")
        loss = f"loss {walk.view.trace.loss:.4f}"
        left = walk.lines[0].partition("1 edited")[0]
        assert "loss" not in left or f"{loss} nats " in left or left.rstrip().endswith(loss)


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_loss_stands_above_whatever_was_changed(fault) -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.do("edit h_0[2] = 0.5", f"fault {fault}")
        assert f"loss {walk.view.trace.loss:.4f}" in walk.lines[0]
        assert "1 edited  ✗" in walk.lines[0]


@pytest.mark.parametrize(
    ("width", "title"),
    [
        (120, "beginning · fresh weights, seed 5"),
        (90, "beginning · fresh weights"),
        (75, "beginning"),
    ],
)
async def test_a_title_loses_whole_parts_and_the_seed_first(width, title) -> None:
    window = replace(small_window(), title="beginning · fresh weights, seed 5")
    async with stepping(window, size=(width, 24)) as walk:
        left, loss, _ = walk.lines[0].partition(" · loss")
        assert loss
        assert left.strip().removeprefix("stepper   ") == title
