"""A run and those who watch it, in real terminals: whoever dies, the others go on."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_tui.runs.directory import RunDirectory
from tests.pty.terminal import ROOT, Terminal

TINY = str(ROOT / "assets" / "tiny.txt")
SMALL = ["--hidden", "16", "--batch", "4", "--window", "16", "--seed", "1", "--name", "otter"]


class Run:
    """A run, and the terminals that are on it."""

    def __init__(self, folder: Path) -> None:
        self.runs = str(folder / "runs")
        self.directory = RunDirectory(folder / "runs" / "otter")

    def terminal(self, *words: str) -> Terminal:
        command = [sys.executable, "-m", "rnn_tui", *words, "--runs", self.runs]
        return Terminal(command, 120, 35)

    def start(self) -> Terminal:
        terminal = self.terminal(TINY, *SMALL, "--checkpoint-every", "20")
        terminal.until("● training")
        terminal.until("━ train")
        return terminal

    def save(self, terminal: Terminal) -> None:
        terminal.type("\x13")
        terminal.until("saved step")

    @property
    def pid(self) -> int:
        holder = self.directory.holder()
        assert holder is not None
        assert holder.pid is not None
        return holder.pid

    @property
    def trained(self) -> bool:
        return self.directory.holder() is not None

    def leave_running(self, terminal: Terminal) -> None:
        terminal.type("q")
        terminal.until("leave it running")
        terminal.type("l")
        assert terminal.end() == 0


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A run whose trainer does not outlive the test."""
    run = Run(tmp_path)
    yield run
    if run.directory.path.exists() and run.trained:
        os.kill(run.pid, signal.SIGCONT)
        os.kill(run.pid, signal.SIGKILL)


def test_a_killed_trainer_leaves_its_last_state_and_is_found_when_it_is_resumed(run: Run) -> None:
    with run.start() as terminal:
        run.save(terminal)
        os.kill(run.pid, signal.SIGKILL)
        terminal.until("■ read-only")
        terminal.until("the trainer was killed (signal 9)")
        terminal.until("rnn-tui resume otter")
        terminal.until("━ train")
        with run.terminal("resume", "otter") as other:
            other.until("● training")
            terminal.until("● training")
            other.type("\x03")
            other.until("save a checkpoint and stop")
            other.type("s")
            assert other.end() == 0
        terminal.until("■ read-only")
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.left_on == []


def test_a_run_whose_app_and_trainer_were_killed_opens_at_its_last_state(run: Run) -> None:
    with run.start() as terminal:
        run.save(terminal)
        os.kill(run.pid, signal.SIGKILL)
        terminal.signal(signal.SIGKILL)
        assert terminal.end() == 137
    with run.terminal("attach") as again:
        again.until("■ read-only")
        again.until("resume with: rnn-tui resume otter")
        again.until("━ train")
        again.type("4")
        again.until("gradients:")  # the words are wrapped
        again.type(" ")
        again.until("nobody trains otter: rnn-tui")
        again.type("s")
        again.until("FORWARD")
        again.type("\x1b")
        again.until("■ read-only")
        again.type("q")
        assert again.end() == 0


def test_a_suspended_trainer_has_no_heartbeat_and_recovers(run: Run) -> None:
    with run.start() as terminal:
        os.kill(run.pid, signal.SIGSTOP)
        terminal.until("◌ no heartbeat")
        os.kill(run.pid, signal.SIGCONT)
        terminal.until("● training")
        assert "read-only" not in terminal.text


def test_several_watch_and_who_started_it_leaves_and_comes_back(run: Run) -> None:
    with run.start() as starter:
        with run.terminal("attach", "otter") as first, run.terminal("attach") as second:
            for watcher in (first, second):
                watcher.until("● training")
                watcher.until("━ train")
            run.leave_running(starter)
            first.signal(signal.SIGKILL)
            second.hang_up()
            second.process.wait(10)
        assert run.trained
    with run.terminal("attach") as back:
        back.until("● training")
        back.until("━ train")
        assert run.trained


def test_a_lock_of_the_past_says_nothing_whoever_has_its_number_now(run: Run) -> None:
    with run.start() as terminal:
        run.save(terminal)
        terminal.type("q")
        terminal.until("save a checkpoint and stop")
        terminal.type("s")
        assert terminal.end() == 0
    said = json.dumps({"pid": os.getpid(), "started": "0"})
    run.directory.lock_file.write_text(said)
    with run.terminal("attach", "otter") as again:
        again.until("■ read-only")
        again.type("q")
        assert again.end() == 0
    assert run.directory.lock_file.read_text() == said
