"""The feed: when it asks, what it asks for, and that nothing arrives twice."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest

from rnn_tui.tui import feed
from rnn_tui.tui.feed import Feed
from tests.tui.local_client import LocalClient, local_run


class Watcher:
    """A viewer that remembers what it is shown."""

    pace = 0.01
    sent = 0
    typing = False
    covered = False

    def __init__(self) -> None:
        self.frames: list = []
        self.cost = 0.0

    def wishes(self, history) -> dict:
        return {}

    async def show(self, frame) -> None:
        self.frames.append(frame)

    def greet(self, history) -> None: ...

    def lost(self, reason: str) -> None: ...


async def _watch(client: LocalClient, frames: int) -> Watcher:
    watcher = Watcher()

    async def connect() -> LocalClient:
        return client

    task = asyncio.create_task(Feed(connect, watcher).run())
    async with asyncio.timeout(10):
        while len(watcher.frames) < frames:
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert client.closed
    return watcher


async def test_every_row_arrives_once(tmp_path) -> None:
    with local_run(tmp_path) as run:
        run.train_to(50)
        watcher = await _watch(LocalClient(run), frames=6)
        history = watcher.frames[-1].history
        assert history.rows_seen == history.loss.last_step > 50


async def test_what_waits_is_fetched_before_anything_is_drawn(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("rnn_tui.training.news.MOST_ROWS", 10)
    with local_run(tmp_path) as run:
        run.train_to(95)
        run.session.pause()
        client = LocalClient(run)
        watcher = await _watch(client, frames=1)
        assert watcher.frames[0].history.rows_seen == 95
        assert len(client.polls) >= 10


@pytest.mark.parametrize(
    ("cost", "least", "most"),
    [(0.0, 0.2, 0.21), (0.06, 0.2, 0.21), (0.41, 0.99, 1.01), (60.0, 2.0, 2.01)],
)
async def test_a_dear_frame_makes_the_next_one_later(monkeypatch, cost, least, most) -> None:
    waited = []

    async def note(_awaitable, seconds: float) -> None:
        _awaitable.close()
        waited.append(seconds)

    monkeypatch.setattr(feed.asyncio, "wait_for", note)
    monkeypatch.setattr(feed, "time", SimpleNamespace(monotonic=lambda: 5.0, process_time=time))
    watcher = Watcher()
    watcher.pace = 0.2
    await Feed(None, watcher)._pause(5.0, cost)
    assert least <= waited[0] <= most


async def test_a_wish_to_see_ends_the_rest(tmp_path) -> None:
    watcher = Watcher()
    watcher.pace = 60.0
    with local_run(tmp_path) as run:
        client = LocalClient(run)

        async def connect() -> LocalClient:
            return client

        subject = Feed(connect, watcher)
        task = asyncio.create_task(subject.run())
        async with asyncio.timeout(5):
            while len(watcher.frames) < 5:
                subject.wake()
                await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_answer_that_comes_when_nothing_can_be_seen_is_not_drawn(tmp_path) -> None:
    watcher = Watcher()
    with local_run(tmp_path) as run:
        client = LocalClient(run)

        async def connect() -> LocalClient:
            return client

        def cover(update):
            watcher.covered = True
            return update

        client.change = cover
        task = asyncio.create_task(Feed(connect, watcher).run())
        async with asyncio.timeout(5):
            while not watcher.covered:
                await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (len(client.polls), watcher.frames) == (1, [])
