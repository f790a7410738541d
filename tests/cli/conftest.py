"""The command line, in this process where that is enough, and in one of its own where not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rnn_tui.cli import status_of

ROOT = Path(__file__).parents[2]
TINY = str(ROOT / "assets" / "tiny.txt")
SMALL = ("--hidden", "8", "--batch", "2", "--window", "8")


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of a command that was used wrongly."""
        assert self.err.startswith("rnn-tui: ")
        assert self.err.count("\n") == 1
        assert self.out == ""
        assert self.status == 2
        return self.err.removeprefix("rnn-tui: ").rstrip()


Run = Callable[..., Said]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings of the machine; an environment that is restored."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("RNN_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs are kept."""
    monkeypatch.setenv("RNN_TUI_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def rnn_tui(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """A command in this process, which is no terminal."""

    def run(*arguments: object) -> Said:
        capfd.readouterr()
        status = status_of([str(argument) for argument in arguments])
        return Said(status, *capfd.readouterr())

    return run


def started(*arguments: str, **how: object) -> subprocess.Popen[str]:
    """A command in a process of its own, where Ctrl-C is not ignored."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from rnn_tui.cli import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, *arguments]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, **{**pipes, **how})  # type: ignore[call-overload]


def finished(*arguments: str, **how: object) -> Said:
    with started(*arguments, **how) as process:
        out, err = process.communicate(timeout=60)
        return Said(process.returncode, out, err)
