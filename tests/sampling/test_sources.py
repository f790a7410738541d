"""Where weights come from: which ones, what else there is, and what a trainer says meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError
from rnn_tui.sampling import sources
from rnn_tui.sampling.sources import LiveSource, StoredSource
from rnn_tui.training.client import ServerGoneError
from rnn_tui.training.sockets import socket_path
from rnn_tui.training.starting import start_server
from tests.sampling.networks import make_weights
from tests.training.serving import wait_for
from tests.tui.local_client import TINY, LocalClient, local_run


@pytest.fixture
def directory(tmp_path) -> RunDirectory:
    """A run that nobody trains, with checkpoints of steps 10, 20 and 25."""
    with local_run(tmp_path, checkpoint_every=10) as run:
        run.train_to(25)
    return run.directory


def _live(run) -> LiveSource:
    client = LocalClient(run)
    return LiveSource(client, client.welcome, run.directory)


# -- what is kept ----------------------------------------------------------------------------------


async def test_where_nobody_trains_the_newest_are_the_last_kept(directory) -> None:
    source = StoredSource(directory)
    assert (await source.newest()).title == "quiet-otter · step 25"
    assert await source.trained() is None
    assert (source.name, source.live, source.trouble) == ("quiet-otter", True, "")


def test_the_steps_that_are_kept_can_be_read_and_no_others(directory) -> None:
    source = StoredSource(directory)
    assert source.checkpoints() == (0, 10, 20, 25)
    assert [source.at(step).step for step in source.checkpoints()] == [0, 10, 20, 25]
    with pytest.raises(ConfigError, match="there are steps 0, 10, 20, 25"):
        source.at(11)


async def test_held_at_a_step_the_newest_are_always_those(directory) -> None:
    source = StoredSource(directory, 10)
    assert (await source.newest()).step == 10
    assert not source.live


async def test_a_step_that_was_made_again_counts_as_kept(directory) -> None:
    made = make_weights(step=7)
    source = StoredSource(directory, 7, made)
    assert await source.newest() is made
    assert source.at(7) is made
    assert source.at(10).step == 10


def test_a_run_that_was_never_saved_keeps_its_beginning(tmp_path) -> None:
    with local_run(tmp_path) as run:
        source = _live(run)
        assert source.checkpoints() == (0,)
        assert source.at(0).step == 0


@pytest.mark.parametrize("kind", ["character", "byte"])
def test_the_corpus_is_the_text_that_is_trained_on(tmp_path, kind) -> None:
    text = "aéb" * 200
    with local_run(tmp_path, text=text.encode(), symbols=kind) as run:
        assert _live(run).corpus() == (text if kind == "character" else text.encode())
    with local_run(tmp_path, name="tiny") as run:
        assert StoredSource(run.directory).corpus() == TINY.read_text()


# -- the runs beside it ----------------------------------------------------------------------------


def test_others_are_those_with_a_checkpoint_the_newest_first(tmp_path, directory) -> None:
    for name, steps in (("old-fox", 3), ("new-fox", 5)):
        with local_run(tmp_path, name=name, hidden=4) as run:
            run.train_to(steps)
    with local_run(tmp_path, name="unsaved") as run:
        (tmp_path / "runs" / "nothing").mkdir()
        (tmp_path / "runs" / "broken" / "checkpoints").mkdir(parents=True)
        source = StoredSource(directory)
        assert source.others() == (("new-fox", 5), ("old-fox", 3))
        assert _live(run).others()[-1] == ("quiet-otter", 25)
    weights = source.of_run("old-fox")
    assert (weights.title, weights.architecture.hidden) == ("old-fox · step 3", 4)


def test_a_run_that_is_not_there_is_a_plain_line(directory) -> None:
    with pytest.raises(ConfigError, match="no run 'new-fix'"):
        StoredSource(directory).of_run("new-fix")


# -- while it is trained ---------------------------------------------------------------------------


async def test_a_trainer_is_asked_for_its_weights_and_its_step(tmp_path) -> None:
    with local_run(tmp_path) as run:
        run.train_to(6)
        source = _live(run)
        assert (await source.newest()).step == 6
        assert await source.trained() == (6, "training")
        run.session.pause()
        run.rest()
        assert (await source.trained()).phase == "paused"


async def test_two_at_once_get_their_weights_one_after_the_other(tmp_path) -> None:
    with local_run(tmp_path) as run:
        run.train_to(2)
        source = _live(run)
        both = await asyncio.gather(source.newest(), source.newest())
    assert [weights.step for weights in both] == [2, 2]


async def test_a_trainer_that_is_gone_says_nothing_and_gives_nothing(tmp_path) -> None:
    with local_run(tmp_path) as run:
        source = _live(run)
        source._asks.gone = True
        assert await source.trained() is None
        with pytest.raises(ServerGoneError):
            await source.newest()


async def test_a_slow_answer_is_waited_for_by_the_next_question(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sources, "STATUS_SECONDS", 0.01)
    with local_run(tmp_path) as run:
        source = _live(run)
        come, answer = asyncio.Event(), source._asks.ask

        async def ask(request):
            await come.wait()
            return await answer(request)

        source._asks.ask = ask
        assert [await source.trained(), await source.trained()] == [None, None]
        come.set()
        assert (await source.trained()).phase == "training"
        assert len(source._asks.sent) == 1


async def test_a_run_that_is_trained_elsewhere_is_asked_over_its_socket(directory) -> None:
    process = start_server(directory, resume=True, steps=0, owned=False)
    source = StoredSource(directory)
    try:
        await asyncio.to_thread(
            wait_for, lambda: socket_path(directory.path).exists() and directory.holder()
        )
        weights = await source.newest()
        first, second = await source.trained(), await source.trained()
        assert 25 <= weights.step <= first.step <= second.step
        assert (second.phase, source.trouble) == ("training", "")
    finally:
        process.kill()
        process.wait()
    assert await source.trained() is None
    assert (await source.newest()).step >= 25


async def test_a_trainer_that_cannot_be_reached_leaves_the_last_kept(
    directory, monkeypatch
) -> None:
    monkeypatch.setattr(sources, "LIVE_SECONDS", 0.1)
    source = StoredSource(directory)
    with directory.lock():
        assert (await source.newest()).step == 25
        assert "cannot be reached" in source.trouble
        assert await source.trained() is None
    await source.newest()
    assert source.trouble == ""
