"""The app in a real terminal: from the command to the prompt of the shell, however it ends."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

from tests.pty.runs import Run
from tests.pty.terminal import ROOT, Terminal


def test_train_write_and_stop(run: Run) -> None:
    with run.start() as terminal:
        terminal.type("t")
        terminal.until("▸5 sample")
        terminal.type("The clerk q +\r")
        terminal.until("The clerk q +")
        terminal.until(lambda: len(terminal.text.split("The clerk q +")[1].strip()) > 300)
        terminal.type("\x1b")
        terminal.until("one step")
        run.stop(terminal)
        assert terminal.left_on == []
        assert "run otter saved and stopped" in terminal.text
    assert run.saved
    assert not run.trained


def test_a_run_that_is_left_is_found_again_and_stopped(run: Run) -> None:
    with run.start() as first:
        run.leave_running(first)
        assert "run otter goes on" in first.text
    assert run.trained
    with run.attach() as second:
        run.stop(second)
        assert second.left_on == []
        second.until(lambda: not run.trained, seconds=6)
    assert run.saved


ALLOWED = re.compile(
    rb"\x1b\[[0-9;:]*m"  # colours
    rb"|\x1b\[[0-9;]*[CHJK]"  # places
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
    app = ROOT / "tests" / "reliability" / "failing_app.py"
    command = [sys.executable, str(app), str(tmp_path)]
    with Terminal(command, PYTHONPATH=str(ROOT), TEXTUAL_THEME=theme) as terminal:
        terminal.until("waiting for the first step")
        terminal.until(lambda: f"48;2;{background}".encode() in terminal.raw)
        terminal.signal(signal.SIGTERM)
        assert terminal.end() == 143
