"""What the pointer does in the stepper."""

from __future__ import annotations

import pytest

from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.stepper.operation_list import OperationList
from rnn_tui.tui.widgets.stepper.operation_pane import OperationPane
from rnn_tui.tui.widgets.stepper.time_strip import TimeStrip
from tests.tui.stepping import Walking, stepping


async def _click(walk: Walking, kind: type, words: str, times: int = 1, right: int = 0) -> None:
    """Click on the first place in a pane where some words stand, or so far right of it."""
    region = walk.screen.query_one(kind).region
    for y in range(region.y + 1, region.bottom):
        x = walk.lines[y].find(words, region.x)
        if region.x <= x < region.right:
            offset = (x - region.x + right, y - region.y)
            await walk.pilot.click(kind, offset=offset, times=times)
            return
    raise AssertionError(f"{words!r} is not there:\n{walk.text}")


async def test_a_click_on_a_character_goes_to_its_time_step() -> None:
    async with stepping() as walk:
        await walk.do("go dz_9")
        strip = walk.screen.query_one(TimeStrip)
        row = walk.lines[strip.region.y + 1]
        await walk.pilot.click(TimeStrip, offset=(row.index("10") - strip.region.x, 2))
        await walk.until(lambda: walk.at.startswith("backward") and walk.at.endswith(" 10"))


async def test_a_click_on_an_operation_goes_to_it_and_backspace_returns() -> None:
    async with stepping() as walk:
        await _click(walk, OperationList, "h_t ")
        await walk.until(lambda: walk.at == "forward h_t 1")
        await walk.press("backspace")
        await walk.until(lambda: walk.at == "forward u_t 1")


async def test_a_click_on_an_operand_selects_it() -> None:
    async with stepping() as walk:
        await walk.do("go dz_5")
        await _click(walk, OperationPane, "  dh_5 ", right=3)
        await walk.until(lambda: walk.view.selected == ("dh_t", (0, 0)))


async def test_a_click_on_a_cell_selects_its_number() -> None:
    async with stepping() as walk:
        await walk.do("go dz_5")
        pane = walk.screen.query_one(OperationPane)
        picture = pane._operation_picture
        line, spot = next((y, s) for y, s in picture.spots.items() if s.cell_at(2) is not None)
        x = next(x for x in range(pane.size.width) if spot.cell_at(x) == (0, 3))
        await walk.pilot.click(OperationPane, offset=(x + 2, line + 1))
        await walk.until(lambda: walk.view.selected == ("dh_t", (0, 3)))


async def test_two_clicks_on_an_operand_go_to_what_made_it() -> None:
    async with stepping() as walk:
        await walk.do("go dz_5")
        await _click(walk, OperationPane, "  dh_5 ", times=2, right=3)
        await walk.until(lambda: walk.at == "backward dh_t 5")


async def test_two_clicks_on_a_result_list_its_uses() -> None:
    async with stepping() as walk:
        await walk.do("go dz_5")
        await _click(walk, OperationPane, "▸ dz_5", times=2, right=2)
        await walk.until("operations use dz_t")


async def test_a_number_of_the_table_below_is_selected_by_a_click() -> None:
    async with stepping(size=(200, 50)) as walk:
        await walk.do("go dz_5")
        await walk.until("dz_5 in numbers")
        value = walk.view.operation.value[0, 6]
        shown = f"{abs(value):.6e}".replace("-", "−")
        await _click(walk, OperationPane, shown)
        await walk.until(lambda: walk.view.selected == (None, (0, 6)))


@pytest.mark.parametrize("number", [2, 3, 4, 1])
async def test_a_click_on_a_tab_shows_its_pane(number) -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.press("3" if number == 1 else "1")
        names = {1: "operation", 2: "list", 3: "sums", 4: "watches"}
        tabs = walk.screen.query_one(PaneTabs)
        column = walk.lines[tabs.region.y].index(names[number])
        await walk.pilot.click(PaneTabs, offset=(column, 0))
        await walk.until(f"▸{number} {names[number]}")
