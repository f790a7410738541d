"""Only what changed is composed and sent, and the terminal shows the same as if all of it were."""

from __future__ import annotations

from typing import Any

import pytest
from rich.color import ColorSystem
from rich.console import Console
from textual._compositor import ChopsUpdate, LayoutUpdate

from rnn_tui.bench.terminal import Screen
from rnn_tui.tui.shown import Shown
from rnn_tui.tui.terminal_app import TerminalApp
from tests.tui.local_client import watching
from tests.tui.opened import until
from tests.tui.test_shown import looks

CONSOLE = Console(color_system="truecolor", force_terminal=True)


class Terminal:
    """What a terminal shows of an app; ``partial`` counts the updates that were not of it all."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = Screen(columns, rows)
        self.shown = Shown(ColorSystem.TRUECOLOR)
        self.shown.fit(columns, rows)
        self.partial = 0

    def take(self, update: Any) -> None:
        if isinstance(update, LayoutUpdate | ChopsUpdate):
            self.partial += isinstance(update, ChopsUpdate)
            self.screen.feed(self.shown.sequence(update).encode(), 0.0)

    def shows(self, app: Any) -> bool:
        """Whether it is what the app would draw if all of it were drawn anew."""
        whole = Screen(self.screen.columns, self.screen.rows)
        update = app.screen._compositor.render_full_update()
        whole.feed(update.render_segments(CONSOLE).encode(), 0.0)
        return looks(self.screen) == looks(whole)


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (200, 50)])
async def test_after_many_frames_keys_and_dialogs_all_is_as_it_should_be(
    tmp_path, monkeypatch, size
) -> None:
    terminal = Terminal(*size)
    display = TerminalApp._display

    def both(app, screen, update) -> None:
        if not app._batch_count:
            terminal.take(update)
        display(app, screen, update)

    monkeypatch.setattr(TerminalApp, "_display", both)
    async with watching(tmp_path, size=size) as (opened, pilot):
        await pilot.resize_terminal(*size)
        for keys in (["2", "down", "right"], ["question_mark"], ["escape"], ["f"], ["f", "t", "a"]):
            await pilot.press(*keys)
            await opened.frames(pilot, 4)
        await pilot.press("escape", "space")
        await until(pilot, lambda: opened.dashboard.frame.update.status.phase == "paused")
        await until(pilot, lambda: terminal.shows(opened.app), seconds=10)
        assert terminal.partial > 10
