"""Getting at a run that another version of this program trains."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training import client, protocol
from rnn_tui.training.attaching import Attachment
from rnn_tui.training.client import RefusedError, TakenUpError
from rnn_tui.training.protocol import Pause, Poll, View
from rnn_tui.training.session import Session
from rnn_tui.training.stored import StoredClient

from .conftest import Sessions, train_to
from .serving import Caller, served, wait_for

OURS = protocol.VERSION + 1


@pytest.fixture
def trained(
    sessions: Sessions, short: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Session, RunDirectory]]:
    """A run whose trainer speaks an older version than we do."""
    newer = SimpleNamespace(**{**vars(protocol), "VERSION": OURS})
    monkeypatch.setattr(client, "protocol", newer)
    monkeypatch.setattr(client, "socket_path", lambda _: short / "socket")
    session = sessions.new()
    train_to(session, 5)
    session.save()
    session.pause()
    with session.directory.lock(), served(session, short / "socket"):
        yield session, session.directory


Trained = tuple[Session, RunDirectory]


async def test_it_is_opened_read_only_and_the_version_is_told(trained: Trained) -> None:
    _, run = trained
    found = await asyncio.wait_for(Attachment(run)(), 5)
    assert isinstance(found, StoredClient)
    status = (await found.poll(Poll())).status
    words = f"another version of rnn-tui (protocol {protocol.VERSION}, this one {OURS})"
    assert (status.phase, status.step) == ("read-only", 5)
    assert status.message == f"trained by {words}: use that one"
    with pytest.raises(RefusedError, match=f"another version of rnn-tui trains {run.name}"):
        await found.send(Pause())
    await found.close()


async def test_it_is_followed_while_it_is_trained(trained: Trained, short: Path) -> None:
    _, run = trained
    found = await Attachment(run)()
    with Caller(short / "socket") as steerer:
        steerer.greet()
        steerer.ask(protocol.StepOnce())
        wait_for(lambda: steerer.status().step == 6)
        steerer.ask(protocol.Save())
    update = await found.poll(Poll(views=(View("weights", "b_y", 5, 5),)))
    assert (update.status.step, update.status.saved_step, len(update.views)) == (6, 6, 1)
    await found.close()


async def test_who_looks_is_told_at_once_that_its_trainer_has_ended(trained: Trained) -> None:
    _, run = trained
    found = await Attachment(run)()
    run.lock_file.unlink()  # as if its lock had been let go of
    with pytest.raises(TakenUpError):
        await found.poll(Poll())
    await found.close()
