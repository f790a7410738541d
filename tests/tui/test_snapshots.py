"""The whole screen as text, beside a stored one. RNN_TUI_SNAPSHOTS=write stores it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.local_client import watching
from tests.tui.opened import SIZES, looks_as_stored, until


def _still(folder: Path, size: tuple[int, int]):
    """A run that stands still after forty steps and has been measured once."""
    return watching(
        folder, size=size, trained=40, paused=True, evaluate_every=20, checkpoint_every=25
    )


async def _settled(opened, pilot) -> None:
    sample = opened.dashboard.query_one("#sample")
    if sample.on_screen:
        await until(pilot, lambda: sample.log_of_texts.latest is not None)
        await until(pilot, lambda: sample.log_of_texts.latest.finished)
    before = ""
    while before != opened.text:
        before = opened.text
        await opened.frames(pilot)


@pytest.mark.parametrize("theme", ["rnn-dark", "rnn-light"])
@pytest.mark.parametrize("size", SIZES)
async def test_dashboard(tmp_path, size, theme) -> None:
    """Both themes show the same characters."""
    async with _still(tmp_path, size) as (opened, pilot):
        opened.app.theme = theme
        await _settled(opened, pilot)
        await looks_as_stored(pilot, f"dashboard-{size[0]}x{size[1]}")


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6])
async def test_each_pane_alone(tmp_path, number) -> None:
    async with _still(tmp_path, (80, 24)) as (opened, pilot):
        await pilot.press(str(number))
        await _settled(opened, pilot)
        await looks_as_stored(pilot, f"pane-{number}-80x24")


@pytest.mark.parametrize(("key", "name"), [("question_mark", "keys"), ("q", "leave")])
async def test_dialogs(tmp_path, key, name) -> None:
    async with _still(tmp_path, (80, 24)) as (opened, pilot):
        await _settled(opened, pilot)
        await pilot.press(key)
        await until(pilot, lambda: opened.app.screen is not opened.dashboard)
        await opened.frames(pilot)
        await looks_as_stored(pilot, f"{name}-80x24")
