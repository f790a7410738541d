"""The dashboard on runs that nobody trains any more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training.attaching import Attachment
from rnn_tui.training.client import Client
from rnn_tui.training.protocol import Pause, Save, StepOnce
from rnn_tui.tui import feed
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.widgets.array_pane import ArrayPane
from tests.tui.local_client import LocalClient, local_run
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
        await until(pilot, _seen(app, "■ read-only", "cannot read", "3 layer0.W_hh"))
        await pilot.press("3", "left_square_bracket")
        await until(pilot, _seen(app, "3 layer0.W_xh"))
        await pilot.press("p")
        await until(pilot, _seen(app, "rows 0–"))
        await pilot.press("down")
        await until(pilot, _seen(app, "symbol 0 → unit 0:"))
        for key in ("s", "T"):
            await pilot.press(key)
        await until(pilot, lambda: screen_text(app).count("cannot read") >= 3)


@pytest.mark.parametrize("saved", [True, False])
async def test_what_no_file_holds_is_not_drawn_as_if_it_were_of_now(
    tmp_path: Path, saved: bool
) -> None:
    with local_run(tmp_path) as run:
        run.train_to(12)
        run.session.pause()
        clients: list[Client] = [LocalClient(run)]

        async def connect() -> Client:
            return clients[0] if clients else await Attachment(run.directory)()

        app = RnnTuiApp(connect, run.directory)
        async with running(app, SIZE) as pilot:
            await until(pilot, _seen(app, "4 gradient layer0.W_hh", "3 layer0.W_hh", "2 hidden"))
            if saved:
                run.session.save()
            else:
                shutil.rmtree(run.directory.checkpoints)
            run.session.flush()
            clients.pop().gone = True
            await until(pilot, _seen(app, "■ read-only", "keeps no gradients"))
            panes = app.dashboard.query(ArrayPane)
            drawn = {pane.label: bool(pane.heatmap.data.matrix.size) for pane in panes}
            assert drawn == {"state": saved, "weights": saved, "gradients": False}
            assert "4 gradient layer0" not in screen_text(app)
            assert ("no checkpoint was written yet" in screen_text(app)) is not saved


async def test_a_monitored_run_that_goes_on_earlier_is_drawn_anew(tmp_path: Path) -> None:
    with Monitor("watched", runs=tmp_path) as monitor:
        for step in range(50):
            monitor.log(step, loss=5.0)
    app = _app(monitor.directory)
    async with running(app, SIZE) as pilot:
        await until(pilot, _seen(app, "■ read-only", "5.000"))
        with Monitor("watched", runs=tmp_path, resume=True) as again:
            again.log(20, loss=3.0)
            await until(pilot, _seen(app, "● training", "step      20"))
            assert app.dashboard.frame is not None
            history = app.dashboard.frame.history
            await until(pilot, lambda: history.loss.last_step == 20)
            assert history.loss.first_step == 0


async def test_where_nobody_trains_the_prompt_says_so_and_a_refusal_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with local_run(tmp_path) as run:
        run.train_to(12)
        run.session.save()
    app = _app(run.directory)
    async with running(app, SIZE) as pilot:
        await until(pilot, _seen(app, "■ read-only", "so nothing is written here"))
        assert "lets the network go on from there" not in screen_text(app)
        said: list[str] = []
        monkeypatch.setattr(app, "notify", lambda reason, **_: said.append(reason))
        for request in (Pause(), StepOnce(), Save()):
            await app._tell(request)
        assert [reason.split(":")[0] for reason in said] == ["nobody trains quiet-otter"]
