"""The stepper in a real terminal: a whole walk, and one out of a training that goes on."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_tui.runs.directory import RunDirectory
from tests.pty.terminal import ROOT, Terminal

TINY = ROOT / "assets" / "tiny.txt"
SMALL = ["--hidden", "16", "--batch", "4", "--window", "16", "--seed", "1", "--name", "otter"]
TEXT = ["the cat sat on the mat", "--text", "--hidden", "8", "--seed", "1"]


def _step(*arguments: str) -> Terminal:
    return Terminal([sys.executable, "-m", "rnn_tui", "step", *arguments], 120, 35)


def _write(terminal: Terminal, line: str) -> None:
    terminal.type(f":{line}\r")


def test_a_whole_session() -> None:
    with _step(*TEXT) as terminal:
        terminal.until("▶ FORWARD   t =  1 of 21")
        terminal.type("\x1b[C")  # right
        terminal.until("r_1 = h_0 W_hh")
        terminal.type("j" * 2)
        terminal.until("t =  3 of 21")
        terminal.type("t")
        terminal.until("The turning point")
        _write(terminal, "go dz_9[3]")
        terminal.until("◀ BACKWARD  t =  9 of 21")
        terminal.type("v")
        terminal.until("✓ equal: dz_9[3]")
        _write(terminal, "edit h_4[2] = 0.5")
        terminal.until("1 edited")
        terminal.until("operations changed; loss")
        terminal.type("u")
        terminal.until("taken back: h_4[2]")
        terminal.type("bnorm(dh) > 0\r")
        terminal.until("breakpoint 1: norm(dh) > 0")
        terminal.type("c")
        terminal.until("stopped where norm(dh)")
        terminal.until("t =  8 of 21")
        terminal.type("p")
        terminal.until("none: the pass as it should be")
        terminal.type("jj\r")
        terminal.until("✗ overwritten")
        terminal.type("m")
        terminal.until("credit ‖dL_t/dh_s‖")
        terminal.type("q")
        terminal.until(lambda: "credit ‖" not in terminal.text and "operations · " in terminal.text)
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.left_on == []
        assert terminal.farewell.strip() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_walk_and_restores_the_terminal(number: signal.Signals) -> None:
    with _step(*TEXT) as terminal:
        terminal.until("▶ FORWARD")
        terminal.type(" ")
        terminal.until("▸▸")
        terminal.signal(number)
        assert terminal.end() == 128 + number
        assert terminal.left_on == []


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Terminal, RunDirectory]]:
    """A run that trains, on its dashboard; its trainer does not outlive the test."""
    directory = RunDirectory(tmp_path / "runs" / "otter")
    command = [sys.executable, "-m", "rnn_tui", str(TINY), "--runs", str(tmp_path / "runs"), *SMALL]
    with Terminal(command, 120, 35) as terminal:
        terminal.until("● training")
        yield terminal, directory
    holder = directory.holder() if directory.path.exists() else None
    if holder is not None:
        os.kill(holder.pid, signal.SIGKILL)


def _trained(terminal: Terminal) -> int:
    found = re.search(r"step +([\d,]+)", terminal.screen.display[0])
    return int(found[1].replace(",", "")) if found else 0


def _step_in(terminal: Terminal) -> int:
    """Into the stepper; the step that its window would train."""
    terminal.type("s")
    terminal.until("▶ FORWARD")
    found = re.search(r"otter · step ([\d,]+)", terminal.text)
    assert found is not None, terminal.text
    return int(found[1].replace(",", ""))


def test_training_goes_on_after_the_walk(watched: tuple[Terminal, RunDirectory]) -> None:
    terminal, directory = watched
    at = _step_in(terminal)
    terminal.type("l" * 3)
    terminal.until("h_1 = tanh(z_1)")
    terminal.type("2")
    _write(terminal, "row 3")
    terminal.until("row 3 of 4")
    terminal.type("\x1b")
    terminal.until("● training")
    terminal.until(lambda: _trained(terminal) > at + 20)
    terminal.type("q")
    terminal.until("stop the run")
    terminal.type("s")
    assert terminal.end() == 0
    assert terminal.left_on == []
    terminal.until(lambda: directory.holder() is None, seconds=6)


def test_a_signal_in_the_walk_restores_the_terminal_and_the_run_is_saved(
    watched: tuple[Terminal, RunDirectory],
) -> None:
    terminal, directory = watched
    _step_in(terminal)
    terminal.signal(signal.SIGTERM)
    assert terminal.end() == 143
    assert terminal.left_on == []
    terminal.until(lambda: directory.holder() is None, seconds=6)
    assert any(directory.checkpoints.iterdir())
