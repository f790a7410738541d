"""What the pointer does."""

from __future__ import annotations

from textual.events import MouseScrollDown, MouseScrollUp

from rnn_tui.tui.widgets.heatmap import HeatmapWidget
from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.sample_pane import SamplePane
from rnn_tui.tui.widgets.state_pane import StatePane
from tests.tui.afresh import case
from tests.tui.local_client import watching
from tests.tui.opened import until

LABELS = ("state", "weights", "gradients", "sample", "norm", "loss")


async def test_a_click_on_a_pane_goes_to_it(tmp_path) -> None:
    async with watching(tmp_path, size=(200, 50), paused=True) as (opened, pilot):
        for label in LABELS:
            with case(label):
                pane = opened.dashboard.query_one(f"#{label}")
                await pilot.click(f"#{label}", offset=(5, 3))
                await until(pilot, lambda pane=pane: pane.has_focus_within)
                await until(pilot, lambda pane=pane: opened.dashboard.board.current == pane.number)


async def test_a_click_on_a_border_goes_to_the_pane(tmp_path) -> None:
    async with watching(tmp_path, size=(200, 50), paused=True) as (opened, pilot):
        await pilot.press("6")
        for label in ("loss", "state", "sample"):
            with case(label):
                pane = opened.dashboard.query_one(f"#{label}")
                assert not pane.has_focus_within
                await pilot.click(f"#{label}", offset=(5, 0))
                await until(pilot, lambda pane=pane: pane.has_focus_within)


async def test_a_click_on_a_tab_goes_to_its_pane(tmp_path) -> None:
    async with watching(tmp_path, size=(80, 24)) as (opened, pilot):
        tabs = opened.dashboard.query_one(PaneTabs)
        row = opened.lines[tabs.region.y]
        for label in ("gradients", "norm", "sample", "loss"):
            await pilot.click(PaneTabs, offset=(row.index(label), 0))
            pane = opened.dashboard.query_one(f"#{label}")
            await until(pilot, lambda pane=pane: pane.has_focus_within and pane.on_screen)


async def test_a_click_behind_the_tabs_does_nothing(tmp_path) -> None:
    async with watching(tmp_path, size=(80, 24)) as (opened, pilot):
        await pilot.click(PaneTabs, offset=(78, 0))
        await pilot.pause()
        assert opened.dashboard.board.current == 1


async def test_the_slider_follows_the_pointer_that_holds_it(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        slider = opened.dashboard.query_one(SamplePane).slider
        layout = slider._layout
        start = layout.track_start
        await pilot.mouse_down(slider, offset=(start, 0))
        await until(pilot, lambda: slider.value == 0)
        await pilot.hover(slider, offset=(start + layout.track - 1, 0))
        await until(pilot, lambda: slider.value == 5)
        await pilot.mouse_up(slider, offset=(start + layout.track - 1, 0))
        await pilot.hover(slider, offset=(start, 0))
        assert slider.value == 5


async def test_the_value_under_the_pointer_is_read_out(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        pane = opened.dashboard.query_one(StatePane)
        heatmap = pane.query_one(HeatmapWidget)
        await until(pilot, lambda: heatmap.data.matrix.size)
        await pilot.pause()
        await pilot.hover(heatmap, offset=(12, 2))
        await until(pilot, lambda: heatmap.cursor is not None)
        hidden = opened.run.session.trainer.workspace.hidden[0][1:, 0].T
        row, column = heatmap.cursor
        await until(pilot, lambda: f"{hidden[row, column]:+.4g}" in str(pane.border_subtitle))
        assert f"unit {row} after" in opened.text


async def test_the_wheel_scrolls_the_texts(tmp_path) -> None:
    async with watching(tmp_path, pieces=20) as (opened, pilot):
        pane = opened.dashboard.query_one(SamplePane)
        await pilot.press("t", "a", "enter")
        await until(pilot, lambda: pane.complete)
        log = pane.log_of_texts
        await pilot._post_mouse_events([MouseScrollUp], log, offset=(3, 1))
        await until(pilot, lambda: log.lines_back > 0)
        await pilot._post_mouse_events([MouseScrollDown], log, offset=(3, 1))
        await until(pilot, lambda: log.lines_back == 0)
