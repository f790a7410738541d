"""Rows A4 to A6, A8, A9, A11 and A12 of the table of faults: the app and the terminal around it."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_tui.cli.app import attach
from tests.cli.conftest import Said, started
from tests.pty.runs import TINY, Run
from tests.pty.terminal import ROOT, Terminal
from tests.training.serving import wait_for

FAILING = str(Path(__file__).with_name("failing_app.py"))


def program(name: str) -> str:
    """Where a program of the system is."""
    return shutil.which(name) or name


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a4_a_signal_ends_the_app_and_restores_the_terminal(
    run: Run, number: signal.Signals
) -> None:
    with run.start() as terminal:
        terminal.signal(number)
        assert terminal.end() == 128 + number
        assert terminal.left_on == []
        terminal.until(lambda: not run.trained, seconds=6)
    assert run.saved


def test_a5_when_the_terminal_is_closed_the_app_and_its_own_trainer_end(run: Run) -> None:
    with run.start() as terminal:
        terminal.hang_up()
        assert terminal.process.wait(10) == 129
        wait_for(lambda: not run.trained, seconds=6)
    assert run.saved


HOLDER = """
import pathlib, resource, signal, subprocess, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
report = pathlib.Path(sys.argv[1])
app = subprocess.Popen(sys.argv[2:], start_new_session=True)
report.write_text(str(app.pid))
status = app.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
report.write_text(str(used.ru_utime + used.ru_stime))
sys.exit(status)
"""
"""Starts the app as nohup does, and in a session that no hangup of the terminal reaches."""


def processor_seconds(pid: int) -> float:
    """What a process has used until now: Linux tells it in ticks, ps elsewhere in words."""
    if (stat := Path(f"/proc/{pid}/stat")).exists():
        ticks = stat.read_bytes().rpartition(b")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    told = subprocess.check_output([program("ps"), "-o", "time=", "-p", str(pid)], text=True)
    return sum(float(part) * 60**place for place, part in enumerate(told.split(":")[::-1]))


def test_a6_when_the_terminal_goes_without_a_signal_the_app_ends_by_itself(
    stopped: Run, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    app = stopped.command("attach", "otter")
    with Terminal([sys.executable, "-c", HOLDER, str(report), *app], 120, 35) as terminal:
        terminal.until("■ read-only")
        terminal.until("━ train")
        before = processor_seconds(int(report.read_text()))
        terminal.hang_up()
        assert terminal.process.wait(5) == 129
    assert float(report.read_text()) - before < 2


def settled(terminal: Terminal) -> str:
    """The screen, when nothing more is drawn."""
    before = ""
    while before != terminal.text:
        before = terminal.text
        terminal.read(0.5)
    return before


def test_a8_a_suspended_app_is_drawn_anew_when_it_comes_back(stopped: Run) -> None:
    with Terminal(
        [program("bash"), "--norc", "--noprofile", "-i"], 120, 35, PS1="shell> "
    ) as terminal:
        terminal.until("shell> ")
        terminal.type(shlex.join(stopped.command("attach", "otter")) + "\r")
        terminal.until("━ train")
        terminal.until("resume with")
        terminal.until("3-gram")  # the last reference line that a thread has counted
        before = settled(terminal)
        terminal.type("\x1a")
        terminal.until("Stopped")
        terminal.screen.reset()
        terminal.type("fg\r")
        terminal.until(lambda: terminal.text == before)
        terminal.type("q")
        terminal.until("shell> ")
        terminal.type("exit $?\r")
        assert terminal.end() == 0
        assert terminal.left_on == []


@pytest.mark.parametrize("where", ["handler", "watcher", "timer", "worker", "thread", "render"])
def test_a9_an_unexpected_error_anywhere_is_told_in_one_line(tmp_path: Path, where: str) -> None:
    command = [sys.executable, FAILING, str(tmp_path), where]
    with Terminal(command, columns=200, PYTHONPATH=str(ROOT)) as terminal:
        terminal.until("waiting for the first step")
        terminal.type("x")
        assert terminal.end() == 1
        assert terminal.left_on == []
        told = f"rnn-tui: an error that should not happen: it is described in {tmp_path}/log.txt"
        assert terminal.farewell.strip() == told
        assert b"owned" not in terminal.raw
    assert "ValueError" in (tmp_path / "log.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "instead"),
    [
        ((str(TINY),), "rnn-tui train"),
        ((), "rnn-tui train"),
        (("-",), "rnn-tui train"),
        (("attach",), "rnn-tui runs"),
    ],
)
def test_a11_without_a_terminal_the_command_that_needs_none_is_named(
    arguments: tuple[str, ...], instead: str
) -> None:
    with started(*arguments) as process:
        out, err = process.communicate(timeout=5)
    said = Said(process.returncode, out, err)
    assert f"needs a terminal, and this is none: use {instead} here" in said.complaint


def test_a11_a_dumb_terminal_is_none() -> None:
    with Terminal([sys.executable, "-m", "rnn_tui", str(TINY)], 120, TERM="dumb") as terminal:
        assert terminal.end(5) == 2
        assert terminal.text.startswith("rnn-tui: the app needs a terminal, and this is none")
        assert b"\x1b" not in terminal.raw


def test_a11_an_empty_standard_input_is_told_of(tmp_path: Path) -> None:
    command = shlex.join([sys.executable, "-m", "rnn_tui", "-", "--runs", str(tmp_path)])
    with Terminal([program("sh"), "-c", f"{command} </dev/null"], 120) as terminal:
        assert terminal.end(5) == 2
        assert "empty" in terminal.text
        assert b"\x1b" not in terminal.raw


def test_a12_what_survives_a_logout_is_in_the_readme_and_where_one_looks_for_the_run() -> None:
    readme = " ".join((ROOT / "README.md").read_text().split())
    recipe = readme.partition("**After logout the run is gone**")[2].partition("* **")[0]
    assert "systemd-run --user --scope rnn-tui train" in recipe
    assert "loginctl enable-linger" in recipe
    told = " ".join((attach.help or "").split())
    assert "loginctl enable-linger" in told
    assert "systemd-run --user --scope rnn-tui train" in told
