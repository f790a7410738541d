"""The near past of a run that is being trained, from the memory of its trainer."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnn_tui.stepping.recent import recent_state
from rnn_tui.stepping.replay import replaying, run_window
from rnn_tui.training import ring, ring_answers
from tests.tui.local_client import LocalClient, LocalRun, local_run


def _replayed(run: LocalRun, at: int, recent) -> tuple[str, int]:
    """The title, and how many steps were made again."""
    work, told = replaying(run.directory.path, at, recent=recent), -1
    while True:
        try:
            next(work)
            told += 1
        except StopIteration as end:
            return end.value.title, told


async def test_the_near_past_is_entered_from_memory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(ring_answers, "MOST_BYTES", 1000)  # so that it comes in parts
    with local_run(tmp_path, checkpoint_every=1000) as run:
        run.train_to(130)
        run.session.turn("clip", 0.01)
        run.train_to(150)
        run.session.flush()
        state = await recent_state(LocalClient(run), 140)
        assert state is not None
        assert state.step == 100
        assert _replayed(run, 140, state) == ("quiet-otter · step 140", 9)  # a checkpoint is nearer
        state = await recent_state(LocalClient(run), 125)
        assert _replayed(run, 125, state) == ("quiet-otter · step 125", 24)


async def test_what_is_not_kept_is_none(tmp_path: Path) -> None:
    with local_run(tmp_path) as run:
        run.train_to(60)
        assert await recent_state(LocalClient(run), 50) is None
        state = await recent_state(LocalClient(run), 51)
        assert state is not None
        assert state.step == 50


def test_the_ring_is_bounded_and_forgets_what_was_undone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(ring, "MOST_BYTES", 0)
    with local_run(tmp_path) as run:
        run.train_to(120)
        assert run.session.ring.steps == (100,)  # one is always there
        run.session.turn("clip", 0.5)
        run.train_to(151)
        run.session.undo()
        assert run.session.ring.steps == ()


@pytest.mark.parametrize("at", [60, 101])
async def test_a_state_from_memory_gives_the_same_bits(tmp_path: Path, at: int) -> None:
    with local_run(tmp_path, layers=2) as run:
        run.train_to(120)
        run.session.flush()
        state = await recent_state(LocalClient(run), at)
        run.train_to(140)  # it is a copy
        window = run_window(run.directory.path, at, recent=state)
        assert window.title == f"quiet-otter · step {at}"
