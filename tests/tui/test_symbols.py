"""Nothing that comes from data may act: not in a text, a sample, a name or a prompt."""

from __future__ import annotations

import re

import pytest
from textual.events import Paste
from textual.widgets import Input

from tests.tui.local_client import watching
from tests.tui.opened import until

ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

NASTY = (
    "[/][@click=app.quit]x[/] [bold red]b[/bold red] \x1b]0;owned\x07 \x1b[31m \u202eabc\u2066 "
    "\x00\x01\x7f\x9b31m 😀👨‍👩‍👧 漢字 e\u0301\u0301\u0301\u0301\u0301 $(reboot) \\[ \r\n\t"
)
CORPUS = (NASTY * 40).encode()


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_a_nasty_text_is_shown_sampled_and_clicked_on(tmp_path, size) -> None:
    async with watching(tmp_path, text=CORPUS, name="nasty", size=size) as (opened, pilot):
        pane = opened.dashboard.query_one("#sample")
        await pilot.press("5", *"[/]", "enter")
        await until(pilot, lambda: pane.writing and len(pane.log_of_texts.latest.text) > 60)
        for y in range(0, size[1] - 2, 5):
            await pilot.click(offset=(size[0] // 3, y))
            assert not ACTING.search(opened.text.replace("\n", ""))
        for key in "12346":
            await pilot.press("escape", key, "right_square_bracket", "down", "right")
            await until(pilot, lambda: not ACTING.search(opened.text.replace("\n", "")))
        assert not opened.app._exit
        assert len(opened.app.screen_stack) == 2


async def test_a_nasty_prompt_is_written_from(tmp_path) -> None:
    async with watching(tmp_path, text=CORPUS) as (opened, pilot):
        pane = opened.dashboard.query_one("#sample")
        await pilot.press("t")
        await until(pilot, lambda: pane.prompt.has_focus)
        pane.prompt.post_message(Paste(NASTY))
        await until(pilot, lambda: pane.prompt.value)
        await pilot.press("enter")
        await until(pilot, lambda: pane.writing)
        assert not ACTING.search(opened.text.replace("\n", ""))
        await pilot.click(Input, offset=(3, 0))
        assert not opened.app._exit


async def test_a_lone_surrogate_in_the_prompt_does_no_harm(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        pane = opened.dashboard.query_one("#sample")
        pane.prompt.value = "a\ud800b\udcff"
        await pilot.press("t", "enter")
        await until(pilot, lambda: pane.writing)
        assert "\ud800" not in opened.text


async def test_a_pasted_megabyte_is_cut(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        pane = opened.dashboard.query_one("#sample")
        await pilot.press("t")
        await until(pilot, lambda: pane.prompt.has_focus)
        pane.prompt.post_message(Paste("ab " * 350_000))
        await until(pilot, lambda: pane.prompt.value)
        assert len(pane.prompt.value) <= 10_000
        await pilot.press("enter")
        await until(pilot, lambda: pane.writing)
