"""The dashboard on a run that another program trains, and on one that nobody trains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training.attaching import Attachment
from rnn_tui.tui import feed
from rnn_tui.tui.app import RnnTuiApp
from tests.tui.local_client import local_run
from tests.tui.opened import until

SIZE = (200, 50)


def _text(app: RnnTuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips(app.size))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RECONNECT_SECONDS", 0.01)


def _seen(app: RnnTuiApp, *words: str) -> Callable[[], bool]:
    return lambda: all(word in _text(app) for word in words)


def _app(directory: RunDirectory) -> RnnTuiApp:
    return RnnTuiApp(Attachment(directory), directory)


async def test_a_monitored_run_is_watched_like_any_other(tmp_path: Path) -> None:
    with Monitor("watched", runs=tmp_path) as monitor:
        for step in range(50):
            monitor.log(step, loss=3.0 - step / 50, val_loss=2.0, rate=0.5, speed=7.0)
        monitor.show("hidden", np.ones((3, 4)), axes=("time", "unit"))
        app = _app(monitor.directory)
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await until(pilot, _seen(app, "● training", "by another program", "━ loss"))
            await until(pilot, _seen(app, "◇ val_loss 2.000", "6 rate · 1 of 2", "3 hidden · 3×4"))
            assert "a monitored run has no network here" in _text(app)
            await pilot.press("6", "]")
            await until(pilot, _seen(app, "6 speed · 2 of 2"))
            await pilot.press("3", "down", "down", "right")
            await until(pilot, _seen(app, "time 1, unit 1: +1"))
            for key in ("s", "T"):
                await pilot.press(key)
            await until(pilot, _seen(app, "stepped", "sampled"))
            monitor.log(50, loss=1.0)
            await until(pilot, _seen(app, "step      50"))
            monitor.close()
            await until(pilot, _seen(app, "■ read-only", "its program has ended"))


async def test_without_a_loss_the_other_series_are_pointed_at(tmp_path: Path) -> None:
    with Monitor("watched", runs=tmp_path) as monitor:
        monitor.log(1, reward=1.0)
        monitor.log(2, reward=2.0)
        app = _app(monitor.directory)
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await until(pilot, _seen(app, "no series is called loss", "6 reward · 1 of 1"))


async def test_the_sampler_of_a_stopped_run_reads_its_checkpoint(tmp_path: Path) -> None:
    with local_run(tmp_path) as run:
        run.train_to(12)
    app = _app(run.directory)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, _seen(app, "■ read-only", "as it is carried on"))
        await pilot.press("T")
        await until(pilot, _seen(app, "sampler   quiet-otter · step 12"))
        await pilot.press("escape", "escape")
        await until(pilot, _seen(app, "■ read-only"))
        await pilot.press("s")
        await until(pilot, _seen(app, "quiet-otter · step 13"))
        await pilot.press("escape")
        await until(pilot, _seen(app, "■ read-only"))
        await pilot.press("q")
    assert app.return_code == 0
