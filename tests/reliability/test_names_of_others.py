"""Row C8 of the table of faults: names and metadata that would act on a terminal, or fill it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from rnn_tui.runs.directory import create_monitored
from rnn_tui.runs.metrics import MetricsLog
from rnn_tui.runs.rows import StoredArray
from tests.pty.terminal import Terminal
from tests.training.conftest import Sessions, finish

BAD = "\x1b]0;EVIL\x07\x1b[31;5;77mEVIL\x9b31m\u202eEVIL\x7f[@click=app.quit]EVIL[/]\r\n"
FOREIGN = (
    b"\x1b]0;",
    b"\x1b[31;5;77m",
    b"\xc2\x9b",
    b"\x9b31m",
    "\u202e".encode(),
    b"\x7f",
    b"L\x07",
)
"""Bytes that only such a name could have put there."""

LONG = "x" * 2**20


def change(file: Path, **said: str) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | said))


@pytest.fixture
def hostile(sessions: Sessions) -> Path:
    """A folder of runs of somebody else: one of ours, and one that another program trained."""
    session = sessions.new(steps=5)
    finish(session)
    session.metrics.append_event(5, "note", BAD, 0.0, who=BAD)
    session.metrics.append_knob(5, BAD, BAD, BAD, BAD, 0.0)
    session.close()
    facts = {"text_name": BAD + LONG[:5000], "version": BAD, "weights_name": BAD}
    change(session.directory.facts_file, **facts)
    session.directory.path.rename(sessions.folder / "otter")
    run = create_monitored(sessions.folder, "mine", json.dumps({BAD: BAD, LONG: LONG}).encode())
    with MetricsLog(run.metrics_file) as log:
        for step in range(3):
            for name in ("loss", BAD, LONG):
                log.append_point(name, step, 2.0 - step, 0.0)
        for name in (BAD, LONG):
            data = np.ones(4, "<f4").tobytes()
            log.put_array(StoredArray(name, 2, "float32", (2, 2), (BAD, LONG), data, 0.0))
        log.append_event(2, "note", BAD, 0.0, name=BAD, who=BAD)
        log.append_event(2, BAD, LONG, 0.0)
    (run.path / "tags.json").write_text(json.dumps({"tags": [BAD, LONG]}))
    return sessions.folder


SCREENS = {
    "the list": (["runs"], ["otter"], ""),
    "the app of runs": (["runs", "--screen"], ["otter", "mine"], "jk o"),
    "a run of ours": (["attach", "otter"], ["■ read-only", "EVIL"], "123456?"),
    "a run of another program": (["attach", "mine"], ["■ read-only", "EVIL"], "3]]]1?"),
}


@pytest.mark.parametrize("screen", SCREENS)
def test_c8_no_name_of_a_run_reaches_the_terminal_as_it_is(hostile: Path, screen: str) -> None:
    arguments, shown, keys = SCREENS[screen]
    command = [sys.executable, "-m", "rnn_tui", *arguments, "--runs", str(hostile)]
    with Terminal(command, 120, 35) as terminal:
        for words in shown:
            terminal.until(words)
        for key in keys:
            terminal.type(key)
            terminal.read(0.2)
        terminal.read(0.2)
        terminal.process.terminate()
        assert terminal.end() in (0, 143)
        assert [part for part in FOREIGN if part in terminal.raw] == []


def test_c8_no_name_in_a_file_of_weights_reaches_the_terminal_as_it_is(tmp_path: Path) -> None:
    """Nor does that of the file itself; each is clipped, and all of it is one line."""
    file = tmp_path / BAD.replace("/", "").replace("\r\n", "")
    arrays = {BAD: np.ones(3, np.float32), LONG[: 2**19]: np.ones(3, np.float32)}
    safetensors.numpy.save_file(arrays, file, {BAD: BAD})
    (tmp_path / "abc.txt").write_text("abcab" * 20)
    for words in (["import", str(file), str(tmp_path / "abc.txt")], ["export", BAD]):
        with Terminal([sys.executable, "-m", "rnn_tui", *words], 200, 35) as terminal:
            assert terminal.end() == 2
            assert b"EVIL" in terminal.raw
            assert terminal.raw.count(b"\n") == 1
            assert len(terminal.raw) < 1000
            assert [part for part in FOREIGN if part in terminal.raw] == []
