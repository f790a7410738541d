"""The cursor on the loss: it reads a step, and enter goes through that step."""

from __future__ import annotations

from rnn_tui.tui.series import Reading
from rnn_tui.tui.widgets.loss_pane import _losses
from tests.tui.local_client import Opened, watching
from tests.tui.opened import until

WIDE = (200, 50)


def _read(opened: Opened) -> str:
    return str(opened.dashboard.board.pane(1).border_subtitle)


async def test_the_cursor_reads_steps_and_what_happened(tmp_path) -> None:
    async with watching(tmp_path, WIDE, trained=30, paused=True, evaluate_every=10) as found:
        opened, pilot = found
        await pilot.press("home")
        await until(pilot, lambda: "step 1 · loss 4." in _read(opened))
        await pilot.press("shift+right")
        await until(pilot, lambda: "step 2 · loss" in _read(opened))
        await pilot.press("end")
        await until(pilot, lambda: "step 30 · loss" in _read(opened))
        assert "held out" in _read(opened)
        assert "‖ paused" in _read(opened)
        await pilot.press("escape")
        await until(pilot, lambda: "whole run" in _read(opened))


async def test_enter_steps_through_that_very_step(tmp_path) -> None:
    async with watching(tmp_path, WIDE, trained=30, paused=True) as (opened, pilot):
        opened.run.session.save()
        await pilot.press("home", *["shift+right"] * 6)
        await until(pilot, lambda: "step 7 ·" in _read(opened))
        await pilot.press("enter")
        await until(pilot, lambda: "quiet-otter · step 7 ·" in opened.text)
        assert "not to the last bit" not in opened.text
        await pilot.press("escape")
        await until(pilot, lambda: "1 loss" in opened.text)


async def test_enter_without_a_cursor_does_nothing(tmp_path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await pilot.press("enter")
        await opened.frames(pilot)
        assert "1 loss" in opened.text


async def test_a_click_puts_the_cursor_there(tmp_path) -> None:
    async with watching(tmp_path, WIDE, trained=30, paused=True) as (opened, pilot):
        await until(pilot, lambda: "━ train" in opened.text)
        await pilot.click("#loss FocusableChart", offset=(40, 8))
        await until(pilot, lambda: _read(opened).startswith("step "))


async def test_the_help_explains_every_mark(tmp_path) -> None:
    async with watching(tmp_path, (120, 100), paused=True) as (opened, pilot):
        await pilot.press("question_mark")
        await until(pilot, lambda: "marks under the loss" in opened.text)
        assert "saved: a checkpoint was written" in opened.text
        assert "not finite: a value was NaN or infinite" in opened.text


def test_losses_that_are_none_are_told_apart_from_the_range() -> None:
    read = Reading(1, 9, 1.5, 2.5, 2.0, 3)
    assert _losses("loss", read).endswith(", 3 not finite")
