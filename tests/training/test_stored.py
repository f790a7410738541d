"""A run without a server, as it is told from its files."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError, StorageError
from rnn_tui.runs.metrics import MetricsLog, Row
from rnn_tui.sampling.weights import from_checkpoint
from rnn_tui.stepping.replay import run_window
from rnn_tui.training import news, stored
from rnn_tui.training.attaching import Attachment
from rnn_tui.training.client import RefusedError, ServerGoneError, TakenUpError
from rnn_tui.training.protocol import Pause, Poll, Update, View
from rnn_tui.training.session import Session
from rnn_tui.training.stored import StoredClient, _files_of
from rnn_tui.training.stored_trained import TrainedFiles
from rnn_tui.training.wire import unpack

from .conftest import Sessions, train_to

_opened: list[StoredClient] = []


@pytest.fixture(autouse=True)
def _closed_again() -> Iterator[None]:
    """What a test opened is closed after it: a log that is left open is complained of."""
    yield
    while _opened:
        asyncio.run(_opened.pop().close())


def opened(directory: RunDirectory, reason: str = "") -> StoredClient:
    _opened.append(asyncio.run(StoredClient.open(directory, reason)))
    return _opened[-1]


def polled(client: StoredClient, **asked: Any) -> Update:
    return asyncio.run(client.poll(Poll(**asked)))


@pytest.fixture
def left(sessions: Sessions) -> RunDirectory:
    """A run that was trained for 25 steps and saved."""
    session = sessions.new(evaluate_every=10)
    train_to(session, 25)
    session.close()
    return session.directory


def test_a_run_is_told_of_as_its_server_would(left: RunDirectory) -> None:
    client = opened(left, "the trainer was killed")
    found = polled(client)
    assert unpack(found.rows.steps).tolist() == list(range(1, 26))
    assert (found.status.phase, found.status.step) == ("read-only", 25)
    assert [point.step for point in found.held_out] == [10, 20]
    assert found.status.message.startswith("the trainer was killed · resume with: rnn-tui resume")


def test_weights_and_the_carried_state_are_those_of_the_checkpoint(left: RunDirectory) -> None:
    views = tuple(View(kind, name, 50, 50) for kind, name in WANTED)
    found = polled(opened(left), views=views)
    weights, hidden = found.views  # a checkpoint has no gradients
    assert unpack(weights.values).shape == (8, 8)
    assert (unpack(hidden.values).shape, hidden.symbols) == ((8, 1), ())


WANTED = (("weights", "layer0.W_hh"), ("gradients", "layer0.W_hh"), ("hidden", "0"))


def test_the_limit_that_was_in_force_is_told_of(sessions: Sessions) -> None:
    session = sessions.new(clip=1.0)
    train_to(session, 5)
    assert session.status().clip == 1.0
    session.turn("clip", 0.5)
    assert session.status().clip == 0.5
    session.close()
    assert polled(opened(session.directory)).status.clip == 0.5


def test_every_command_is_refused_in_one_line(left: RunDirectory) -> None:
    with pytest.raises(RefusedError, match=r"nobody trains .*: rnn-tui resume"):
        asyncio.run(opened(left).send(Pause()))


def test_who_looks_is_told_at_once_that_somebody_trains_it_again(left: RunDirectory) -> None:
    client = opened(left)
    with left.lock(), pytest.raises(TakenUpError):
        polled(client)


def test_where_nobody_serves_a_run_its_files_are_opened(left: RunDirectory) -> None:
    client = asyncio.run(Attachment(left)())
    assert isinstance(client, StoredClient)
    assert not client.live
    asyncio.run(client.close())


class _Held:
    """Has a thread wait in the middle of something until it may go on."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.there, self.may_go_on, self._work = threading.Event(), threading.Event(), work

    def __call__(self, *values: Any) -> Any:
        self.there.set()
        assert self.may_go_on.wait(60)
        return self._work(*values)

    async def given_up_by(self, waiting: Coroutine[Any, Any, Any]) -> None:
        """Who waits for it is cancelled while the thread is in it."""
        task = asyncio.ensure_future(waiting)
        assert await asyncio.to_thread(self.there.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_files_that_nobody_waits_for_any_more_are_closed(
    left: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[TrainedFiles] = []

    def files_of(*values: Any) -> TrainedFiles:
        made.append(_files_of(*values))
        return made[-1]

    held = _Held(files_of)
    monkeypatch.setattr(stored, "_files_of", held)

    async def leave() -> None:
        await held.given_up_by(StoredClient.open(left))
        held.may_go_on.set()

    asyncio.run(leave())
    with pytest.raises(StorageError, match="was closed"):
        made[0].answer(Poll(), "")


def test_a_close_that_nobody_waits_for_comes_after_the_thread_that_reads(
    left: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = opened(left)
    assert isinstance(client._files, TrainedFiles)
    log = client._files._log
    assert log is not None
    held = _Held(client._files.answer)
    monkeypatch.setattr(client._files, "answer", held)

    async def leave() -> None:
        await held.given_up_by(client.poll(Poll()))
        closing = asyncio.ensure_future(client.close())
        await asyncio.sleep(0)  # its first turn
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert log.last() is not None
        held.may_go_on.set()

    asyncio.run(leave())
    with pytest.raises(ServerGoneError, match="was closed"):
        polled(client)
    monkeypatch.undo()
    with pytest.raises(StorageError, match="was closed"):
        client._files.answer(Poll(), "")


def test_a_run_that_cannot_be_read_says_why(left: RunDirectory) -> None:
    left.config_file.write_text("hidden = 'many'")
    with pytest.raises(ServerGoneError, match="hidden"):
        opened(left)


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(b"another"), Path.unlink])
def test_without_its_text_a_run_is_told_of_but_for_its_symbols(
    left: RunDirectory, damage: Callable[[Path], object]
) -> None:
    damage(left.text_file)
    client = opened(left)
    found = polled(client, views=(View("weights", "layer0.W_xh", 50, 50),))
    assert (client.welcome.symbols, found.references) == ((), ())
    assert (found.status.step, len(found.views), found.rows.steps.shape) == (25, 1, (25,))
    assert str(left.text_file) in found.status.message
    assert "resume" not in found.status.message
    for use in (from_checkpoint, lambda run: run_window(run.path), lambda run: Session(run, True)):
        with pytest.raises(RunError, match=str(left.text_file)):
            use(left)


def test_a_run_that_was_made_and_never_trained_is_empty(sessions: Sessions) -> None:
    session = sessions.new()
    session.close()
    session.directory.metrics_file.unlink()
    for file in session.directory.checkpoints.iterdir():
        file.unlink()
    found = polled(opened(session.directory), views=(View("weights", "b_y", 5, 5),))
    assert (found.status.step, found.views) == (0, ())
    assert "no checkpoint was written yet" in found.status.message


def test_a_long_past_arrives_as_spans_and_its_end_as_rows(
    left: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MANY_ROWS", 1000)
    monkeypatch.setattr(news, "MOST_ROWS", 300)
    monkeypatch.setattr(news, "SPANNED", 1500)
    monkeypatch.setattr(news, "SPANS", 100)
    with MetricsLog(left.metrics_file) as log:
        for step in range(26, 5001):
            loss = float("nan") if step == 2000 else 1.0 + (step == 3333)
            log.append(Row(step, loss, 2.0, 1.0, 0.1, step, 0.0, 0.0))
    client, after, seen, highest, odd = opened(left), -1, 0, 0.0, 0
    while (found := polled(client, after_step=after)).more or found.rows.steps.shape[0]:
        if found.spans is not None:
            loss = found.spans.loss
            after = int(unpack(loss.last)[-1])
            seen += int(unpack(loss.finite).sum() + unpack(loss.odd).sum())
            odd += int(unpack(loss.odd).sum())
            highest = max(highest, float(np.nanmax(unpack(loss.high)[-90:])))
            edges = unpack(loss.first)[1:] % found.spans.width
            assert not edges.any()
        else:
            after = int(unpack(found.rows.steps)[-1])
            seen += found.rows.steps.shape[0]
    assert (after, seen, highest, odd) == (5000, 5000, pytest.approx(highest), 1)
    assert highest >= 2.0


def test_a_monitored_run_is_followed_while_it_grows(tmp_path: Path) -> None:
    with Monitor("watched", runs=tmp_path) as monitor:
        client = opened(monitor.directory)
        monitor.log(0, loss=2.0, lr=0.1)
        monitor.show("h", np.arange(6.0).reshape(2, 3), axes=("time", "unit"))
        found = until_told(client)
        assert found.status.phase == "training"
        assert {part.name for part in found.series} == {"loss", "lr"}
    found = polled(client, views=(View("weights", "h", 9, 9),))
    assert found.status.message == "its program has ended"
    assert unpack(found.views[0].values).tolist() == [[0, 1, 2], [3, 4, 5]]
    later = polled(client, after_series=(("loss", 0), ("lr", 0)))
    assert (later.series, later.more) == ((), False)


def until_told(client: StoredClient) -> Update:
    """The first answer with something in it: the monitor writes twice a second."""
    while True:
        found = polled(client)
        if found.series:
            return found


def test_a_long_series_arrives_as_spans_too(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(news, "MANY_ROWS", 1000)
    monkeypatch.setattr(news, "MOST_ROWS", 300)
    with Monitor("watched", runs=tmp_path) as monitor:
        for step in range(3000):
            monitor.log(step, loss=float(step))
    client, after, count = opened(monitor.directory), -1, 0
    while (found := polled(client, after_series=(("loss", after),))).series:
        (part,) = found.series
        if part.spans is not None:
            after, count = int(unpack(part.spans.last)[-1]), count + unpack(part.spans.finite).sum()
        else:
            after, count = int(unpack(part.steps)[-1]), count + part.steps.shape[0]
    assert (after, count) == (2999, 3000)
