"""The dashboard on runs that nobody trains any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training.attaching import Attachment
from rnn_tui.tui import feed
from rnn_tui.tui.app import RnnTuiApp
from tests.tui.local_client import local_run
from tests.tui.opened import running, screen_text, until

SIZE = (200, 50)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RECONNECT_SECONDS", 0.01)


def _seen(app: RnnTuiApp, *words: str) -> Callable[[], bool]:
    return lambda: all(word in screen_text(app) for word in words)


def _app(directory: RunDirectory) -> RnnTuiApp:
    return RnnTuiApp(Attachment(directory), directory)


async def test_a_run_that_lost_its_text_is_drawn_without_the_names_of_symbols(
    tmp_path: Path,
) -> None:
    with local_run(tmp_path) as run:
        run.train_to(12)
    run.directory.text_file.unlink()
    app = _app(run.directory)
    async with running(app, SIZE) as pilot:
        await until(pilot, _seen(app, "■ read-only", "cannot read"))
        await pilot.press("3", "left_square_bracket", "left_square_bracket", "down")
        await until(pilot, _seen(app, "W_xh", "symbol "))
        for key in ("s", "T"):
            await pilot.press(key)
        await until(pilot, lambda: screen_text(app).count("cannot read") >= 3)
