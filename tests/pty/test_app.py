"""The app in a real terminal: from the command to the prompt of the shell, however it ends."""

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


class Run:
    """A run that was started in a terminal."""

    def __init__(self, folder: Path) -> None:
        self.runs = folder / "runs"
        self.directory = RunDirectory(self.runs / "otter")

    def start(self, text: Path = TINY, columns: int = 80, rows: int = 24) -> Terminal:
        command = [sys.executable, "-m", "rnn_tui", str(text), "--runs", str(self.runs), *SMALL]
        terminal = Terminal(command, columns, rows)
        terminal.until("● training")
        terminal.until("━ train")
        return terminal

    def attach(self) -> Terminal:
        command = [sys.executable, "-m", "rnn_tui", "attach", "otter", "--runs", str(self.runs)]
        return Terminal(command)

    @property
    def trained(self) -> bool:
        """Whether a process has the run."""
        return self.directory.holder() is not None

    @property
    def saved(self) -> bool:
        return any(self.directory.checkpoints.iterdir())


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A run whose trainer does not outlive the test."""
    run = Run(tmp_path)
    yield run
    holder = run.directory.holder() if run.directory.path.exists() else None
    if holder is not None:
        os.kill(holder.pid, signal.SIGKILL)


def test_train_write_and_stop(run: Run) -> None:
    with run.start() as terminal:
        terminal.type("t")
        terminal.until("▸5 sample")
        terminal.type("The clerk q +\r")
        terminal.until("The clerk q +")
        terminal.until(lambda: len(terminal.text.split("The clerk q +")[1].strip()) > 300)
        terminal.type("\x1b")
        terminal.until("one step")
        terminal.type("q")
        terminal.until("save a checkpoint and stop the run")
        terminal.type("s")
        assert terminal.end() == 0
        assert terminal.left_on == []
        assert "run otter saved and stopped" in terminal.text
    assert run.saved
    assert not run.trained


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_app_and_restores_the_terminal(run: Run, number: signal.Signals) -> None:
    with run.start() as terminal:
        terminal.signal(number)
        assert terminal.end() == 128 + number
        assert terminal.left_on == []
        terminal.until(lambda: not run.trained, seconds=6)
    assert run.saved


def test_when_the_app_is_killed_the_trainer_saves_and_ends(run: Run) -> None:
    with run.start() as terminal:
        terminal.signal(signal.SIGKILL)
        assert terminal.end() == 137
        terminal.until(lambda: not run.trained, seconds=5)
    assert run.saved


def test_when_the_terminal_is_closed_both_end(run: Run) -> None:
    with run.start() as terminal:
        terminal.hang_up()
        assert terminal.process.wait(10) == 129
        until_untrained = Terminal([sys.executable, "-c", "input()"])
        with until_untrained:
            until_untrained.until(lambda: not run.trained, seconds=6)
    assert run.saved


def test_a_run_that_is_left_is_found_again_and_stopped(run: Run) -> None:
    with run.start() as first:
        first.type("q")
        first.until("leave it running")
        first.type("l")
        assert first.end() == 0
        assert "run otter goes on" in first.text
    assert run.trained
    with run.attach() as second:
        second.until("● training")
        second.until("━ train")
        second.type("q")
        second.until("stop the run")
        second.type("s")
        assert second.end() == 0
        assert second.left_on == []
        second.until(lambda: not run.trained, seconds=6)
    assert run.saved


def test_an_unexpected_error_is_told_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, str(Path(__file__).with_name("failing_app.py")), str(tmp_path)]
    with Terminal(command, columns=200, PYTHONPATH=str(ROOT)) as terminal:
        terminal.until("waiting for the first step")
        terminal.type("x")
        assert terminal.end() == 1
        assert terminal.left_on == []
        told = f"rnn-tui: an error that should not happen: it is described in {tmp_path}/log.txt"
        assert terminal.farewell.strip() == told
        assert b"owned" not in terminal.raw
    assert "ValueError" in (tmp_path / "log.txt").read_text()


ALLOWED = re.compile(
    rb"\x1b\[[0-9;:]*m"  # colours
    rb"|\x1b\[[0-9;]*[HJK]"  # places
    rb"|\x1b\[\?(?:1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048|25|7)[hl]"  # modes
    rb"|\x1b\[\?(?:2026|2048)\$p"  # questions
    rb"|\x1b\[[<>=][0-9;]*u|\x1b\[c"  # keyboard
    rb"|\x1b\]22;[a-z-]*\x07"  # shape of the pointer
)
ACTING = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
NASTY = (
    "[/][@click=app.quit]x[/] \x1b]0;owned\x07 \x1b]2;owned\x1b\\ \x1b[31m \x9b31m \u202eabc\u2066 "
    "\x00\x01\x7f 😀👨‍👩‍👧 漢字 e\u0301\u0301\u0301 "
)


def test_nothing_from_a_text_reaches_the_terminal_as_a_command(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "x\x1b]0;owned\x07[b].txt"
    text.write_text(NASTY * 60)
    with run.start(text) as terminal:
        for key, sign in zip(
            "23465", ("state", "layer0", "gradient", "norm", "sample"), strict=True
        ):
            terminal.type(key)
            terminal.until(sign)
        terminal.type("[/]\u202e漢\r")
        terminal.until(lambda: "▏" in terminal.text or "step" in terminal.text)
        terminal.until(lambda: len(terminal.text.replace(" ", "")) > 700)
        terminal.type("\x03")
        terminal.until("stop the run")
        terminal.type("s")
        assert terminal.end() == 0
        rest = ALLOWED.sub(b"", bytes(terminal.raw)).decode()
        assert ACTING.findall(rest) == []


@pytest.mark.parametrize(
    ("theme", "background"), [("rnn-light", "251;251;248"), ("none-such", "15;19;24")]
)
def test_the_theme_of_the_environment_is_drawn_with(tmp_path: Path, theme, background) -> None:
    command = [sys.executable, str(Path(__file__).with_name("failing_app.py")), str(tmp_path)]
    with Terminal(command, PYTHONPATH=str(ROOT), TEXTUAL_THEME=theme) as terminal:
        terminal.until("waiting for the first step")
        terminal.until(lambda: f"48;2;{background}".encode() in terminal.raw)
        terminal.signal(signal.SIGTERM)
        assert terminal.end() == 143
