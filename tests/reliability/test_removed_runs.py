"""Row B10: a run whose folder is removed or renamed while it is trained."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_tui.runs.checkpoint import load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunGoneError
from rnn_tui.training import protocol
from rnn_tui.training.sockets import socket_path
from tests.pty.runs import run_in
from tests.training.conftest import Sessions, finish, train_to
from tests.training.serving import Processes, connected, start, wait_for


def renamed(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


def removed(path: Path) -> None:
    """As rm -r does, again while files are still being made in it."""
    wait_for(lambda: shutil.rmtree(path, ignore_errors=True) or not path.exists())


TAKEN_AWAY = {"removed": removed, "renamed": renamed}
taken_away = pytest.mark.parametrize("take_away", TAKEN_AWAY.values(), ids=TAKEN_AWAY)


@taken_away
@pytest.mark.parametrize("paused", [False, True], ids=["training", "paused"])
def test_b10_the_trainer_of_a_run_that_is_gone_stops_and_says_why(
    sessions: Sessions,
    processes: Processes,
    take_away: Callable[[Path], None],
    paused: bool,
) -> None:
    run = sessions.run(checkpoint_every=20)
    process = start(run, processes, owned=False)
    log = run.log_file.open("rb")  # it can be read wherever the run went
    with log, connected(run, process).greet() as caller:
        wait_for(lambda: caller.status().saved_step >= 20)
        if paused:
            caller.ask(protocol.Pause())
        take_away(run.path)
        assert process.wait(10) == 4
        assert caller.cut_off
        last = log.read().decode().splitlines()[-1]
    assert f"the run was removed or renamed: cannot write {run.metrics_file}" in last
    assert not socket_path(run.path).exists()
    assert not run.path.exists()


def test_b10_a_run_that_was_renamed_goes_on_in_its_new_place(
    sessions: Sessions, processes: Processes
) -> None:
    run = sessions.run(checkpoint_every=20)
    process = start(run, processes, owned=False)
    with connected(run, process).greet() as caller:
        wait_for(lambda: caller.status().saved_step >= 20)
        renamed(run.path)
        process.wait(10)
    moved = RunDirectory(run.path.with_name("elsewhere"))
    step = load_checkpoint(moved.checkpoints).checkpoint.step
    assert start(moved, processes, resume=True, steps=step + 5, owned=False).wait(20) == 0
    assert load_checkpoint(moved.checkpoints).checkpoint.step == step + 5


def test_b10_nothing_is_written_into_a_run_that_took_the_place(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=0)
    train_to(session, 5)
    path = session.directory.path
    renamed(path)
    other = sessions.run(name="other").path.rename(path)
    before = sorted(file.name for file in other.rglob("*"))
    with pytest.raises(RunGoneError, match="where it is now, it can be resumed"):
        session.close()
    assert sorted(file.name for file in other.rglob("*")) == before
    resumed = sessions.open(RunDirectory(path.with_name("elsewhere")), resume=True, steps=3)
    finish(resumed)
    assert resumed.trainer.step_number == 3


def test_b10_the_app_keeps_what_it_has(short: Path) -> None:
    with run_in(short) as run, run.start(columns=120, rows=35) as terminal:
        removed(run.directory.path)
        terminal.until("✗ lost")
        terminal.until("it was removed or renamed")
        assert "━ train" in terminal.text
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.left_on == []
