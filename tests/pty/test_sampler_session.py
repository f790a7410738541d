"""The sampler in a real terminal: on a run that trains meanwhile, and on one that is stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.metrics import MetricsReader
from tests.pty.terminal import ROOT, Terminal

TINY = str(ROOT / "assets" / "tiny.txt")
SMALL = ["--hidden", "16", "--batch", "4", "--window", "16", "--seed", "1", "--name", "otter"]

HOME, RIGHT, ESCAPE, F2, CLEAR = "\x1b[H", "\x1b[C", "\x1b", "\x1bOQ", "\x15"
HOW = ("--prompt", "the c", "-n", "150", "--seed", "7", "--temperature", "1.15", "--top-k", "20")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "rnn_tui", *arguments]


def _prompt(terminal: Terminal, text: str, sent: str = "\r") -> None:
    terminal.type("t")
    terminal.until("enter write ·")
    terminal.type(CLEAR + text + sent)


def _line(terminal: Terminal, line: str, shown: str = "") -> None:
    """Write a command, until the line has gone and it is ``shown`` what came of it."""
    terminal.type(":")
    terminal.until("a command; help lists them")
    terminal.type(line + "\r")
    terminal.until(lambda: f": {line}" not in terminal.text and (shown or line) in terminal.text)


def _save(terminal: Terminal, file: Path) -> str:
    """The text as the sampler saves it."""
    terminal.type("S")
    terminal.until("otter-")
    terminal.type(CLEAR)
    terminal.until(lambda: "otter-" not in terminal.text)
    terminal.type(f"{file}\r")
    terminal.until("text saved: ")
    return file.read_bytes().decode()


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1].replace(",", "")) if found else 0


def _characters(terminal: Terminal, phase: str = "writing") -> int:
    """Of the text that the cursor is in; 0 unless it is in this phase."""
    return _number(rf"{phase} +· ([\d,]+) ch", terminal.text)


def _trained(terminal: Terminal) -> int:
    """The step that the line at the top says, the sampler's and the dashboard's."""
    return _number(r"step +([\d,]+)", terminal.screen.display[0].partition("● training")[2])


def _until_trained(terminal: Terminal, further_than: int) -> int:
    terminal.until(lambda: _trained(terminal) > further_than)
    return _trained(terminal)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Terminal, RunDirectory]]:
    """A run that trains, and the sampler on it; its trainer does not outlive the test."""
    directory = RunDirectory(tmp_path / "runs" / "otter")
    with Terminal(_command(TINY, "--runs", str(tmp_path / "runs"), *SMALL), 120, 35) as terminal:
        terminal.until("● training")
        terminal.type("T")
        terminal.until("sampler   otter · step")
        terminal.until("enter write ·")
        yield terminal, directory
    holder = directory.holder() if directory.path.exists() else None
    if holder is not None and holder.pid is not None:
        os.kill(holder.pid, signal.SIGKILL)


def test_a_whole_session_while_training_goes_on(
    watched: tuple[Terminal, RunDirectory], tmp_path: Path
) -> None:
    terminal, directory = watched
    terminal.type("the c\r")
    terminal.until(lambda: _characters(terminal) > 20)
    at = _until_trained(terminal, 0)
    _slide(terminal)
    _branch(terminal)
    at = _until_trained(terminal, at)
    _score(terminal)
    written = _side_by_side(terminal, tmp_path / "saved.txt")
    at = _until_trained(terminal, at)
    assert written.startswith("the cat sat")
    assert len(written) > len("the cat sat")
    _leave_and_come_back(terminal, at)
    terminal.type("q")
    terminal.until("stop the run")
    terminal.type("s")
    assert terminal.end() == 0
    assert terminal.left_on == []
    terminal.until(lambda: directory.holder() is None, seconds=6)
    with MetricsReader(directory.metrics_file) as metrics:
        assert "paused" not in {event.kind for event in metrics.events_after(0)}


def _slide(terminal: Terminal) -> None:
    """The text goes on, and says so at its end."""
    terminal.type(">" * 3)
    terminal.until("temperature 0.95")
    count = _characters(terminal)
    terminal.until("at 0.95")
    terminal.until(lambda: _characters(terminal) > count > 0)


def _branch(terminal: Terminal) -> None:
    """Another character than the one of the prompt, and what follows it."""
    terminal.type(HOME + RIGHT * 2)
    terminal.until("after “th”")
    terminal.type("b")
    terminal.until("another character after “th”")
    terminal.type("a\r")
    terminal.until("text 2 leaves text 1 behind its first 2 characters")
    terminal.until("│ th▸a")
    terminal.until(lambda: _characters(terminal) > 10)


def _score(terminal: Terminal) -> None:
    """Nothing is drawn."""
    _prompt(terminal, "the cat sat", F2)
    terminal.until("11 characters: ")
    assert _characters(terminal, "ended") == 11
    assert re.search(r"[\d.]+ bits, [\d.]+ a character, perplexity [\d.]+", terminal.text)


def _side_by_side(terminal: Terminal, file: Path) -> str:
    """Two texts; what is saved of the one that the cursor is in."""
    terminal.type("s")
    terminal.until("0.5 1.0 1.5")
    terminal.type("0.5 1.5\r")
    terminal.until("2 texts side by side")
    terminal.until("enter write ·")
    terminal.type("\r")
    terminal.until("temperature 0.5 ")
    terminal.until("temperature 1.5 ")
    terminal.until(lambda: terminal.text.count("drawn   · ") == 2)
    terminal.type(" ")
    terminal.until("stopped: space goes on")
    terminal.until(lambda: terminal.text.count("paused  · ") == 2)
    return _save(terminal, file)


def _leave_and_come_back(terminal: Terminal, at: int) -> None:
    terminal.type(ESCAPE)
    terminal.until("━ train")
    at = _until_trained(terminal, at)
    terminal.type("T")
    terminal.until("texts · 5")
    terminal.type(ESCAPE)
    terminal.until("━ train")
    _until_trained(terminal, at)


def test_a_trainer_that_is_killed_takes_no_text_along(
    watched: tuple[Terminal, RunDirectory],
) -> None:
    terminal, directory = watched
    terminal.type("the c\r")
    terminal.until(lambda: _characters(terminal) > 20)
    _until_trained(terminal, 0)
    holder = directory.holder()
    assert holder is not None
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    terminal.until(lambda: "training" not in terminal.screen.display[0])
    _prompt(terminal, "slate")
    terminal.until("the trainer is gone: the weights of before are used")
    terminal.until("│ slate")
    terminal.until("texts · 2")
    terminal.type("[")
    terminal.until("│ the c")


def test_a_signal_in_the_sampler_restores_the_terminal_and_the_run_is_saved(
    watched: tuple[Terminal, RunDirectory],
) -> None:
    terminal, directory = watched
    terminal.type("the c\r")
    terminal.until(lambda: _characters(terminal) > 20)
    terminal.signal(signal.SIGTERM)
    assert terminal.end() == 143
    assert terminal.left_on == []
    terminal.until(lambda: directory.holder() is None, seconds=6)
    assert any(directory.checkpoints.iterdir())


# -- without a trainer -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """How to sample from a run that nobody trains."""
    runs = str(tmp_path_factory.mktemp("stopped") / "runs")
    train = _command("train", TINY, *SMALL, "--steps", "200", "--runs", runs)
    subprocess.run(train, check=True, capture_output=True)
    return _command("sample", "otter", "--runs", runs)


def test_what_is_typed_on_the_screen_writes_the_text_of_the_pipe(
    stopped: list[str], tmp_path: Path
) -> None:
    piped = subprocess.run([*stopped, *HOW], check=True, capture_output=True).stdout.decode()
    with Terminal([*stopped, "--screen"], 120, 35) as terminal:
        terminal.until("enter write ·")
        terminal.type(ESCAPE)
        terminal.until("t prompt")
        for setting in ("temperature 1.15", "top-k 20", "seed 7", "length 150"):
            _line(terminal, setting)
        _line(terminal, "speed 1600", "1,600 characters a second")
        _prompt(terminal, "the c")
        terminal.until(lambda: _characters(terminal, "ended") == 155)
        assert _save(terminal, tmp_path / "saved.txt") == piped
        terminal.type(ESCAPE)
        assert terminal.end() == 0
        assert terminal.left_on == []
        assert terminal.farewell.strip() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_sampler_and_restores_the_terminal(
    stopped: list[str], number: signal.Signals
) -> None:
    with Terminal([*stopped, "--screen", "--prompt", "the ", "-n", "100000"], 120, 35) as terminal:
        terminal.until(lambda: _characters(terminal) > 20)
        terminal.signal(number)
        assert terminal.end() == 128 + number
        assert terminal.left_on == []
