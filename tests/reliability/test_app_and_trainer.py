"""Rows A1 to A3, A5, A8, A10 and A13: the app and the trainer, each when the other one dies."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnn_tui.runs.lock import start_time
from rnn_tui.runs.metrics import MetricsReader
from tests.pty.runs import SMALL, TINY, Run
from tests.pty.terminal import Terminal
from tests.training.serving import Processes, dummy_owner, wait_for


@contextmanager
def trained_headless(run: Run) -> Iterator[subprocess.Popen[bytes]]:
    """The run in a process of its own, without an app."""
    command = run.command("train", str(TINY), *SMALL, "--checkpoint-every", "20")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            wait_for(lambda: run.trained)
            yield process
        finally:
            process.kill()


def step_shown(terminal: Terminal) -> int:
    found = re.search(r"step +([\d,]+)", terminal.text)
    return int(found[1].replace(",", "")) if found else 0


def goes_on(terminal: Terminal) -> None:
    before = step_shown(terminal)
    terminal.until(lambda: step_shown(terminal) > before)


def logged(run: Run) -> list[int]:
    with MetricsReader(run.directory.metrics_file) as metrics:
        return [row.step for row in metrics.rows_after(0, limit=1_000_000)]


def test_a1_a_killed_trainer_is_told_with_its_last_step_and_found_when_it_is_resumed(
    run: Run,
) -> None:
    with run.start() as terminal:
        run.save(terminal)
        os.kill(run.pid, signal.SIGKILL)
        terminal.until("■ read-only")
        terminal.until("the trainer was killed (signal 9)")
        terminal.until("rnn-tui resume otter")
        terminal.until("━ train")
        terminal.until(lambda: step_shown(terminal) == logged(run)[-1])
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


def test_a2_who_watches_may_be_killed_and_the_next_one_sees_an_unbroken_curve(run: Run) -> None:
    with trained_headless(run) as trainer:
        with run.attach() as first, run.attach() as second:
            first.signal(signal.SIGKILL)
            assert first.end() == 137
            goes_on(second)
            shown = step_shown(second)
        with run.attach() as third:
            goes_on(third)
            assert step_shown(third) > shown
        assert trainer.poll() is None
        assert run.pid == trainer.pid
        trainer.terminate()
        assert trainer.wait(10) == 143
    steps = logged(run)
    assert steps == list(range(1, len(steps) + 1))
    assert steps[-1] > shown


def test_a3_when_the_app_is_killed_its_trainer_saves_and_ends(run: Run) -> None:
    with run.start() as terminal:
        terminal.signal(signal.SIGKILL)
        assert terminal.end() == 137
        terminal.until(lambda: not run.trained, seconds=5)
    assert run.saved


def test_a5_a_closed_terminal_ends_who_watches_and_not_who_trains(run: Run) -> None:
    with trained_headless(run) as trainer:
        with run.attach() as watcher:
            watcher.hang_up()
            assert watcher.process.wait(10) == 129
        before = logged(run)[-1]
        wait_for(lambda: logged(run)[-1] > before)
        assert trainer.poll() is None


def test_a8_a_suspended_trainer_has_no_heartbeat_and_recovers(run: Run) -> None:
    with run.start() as terminal:
        pid = run.pid
        os.kill(pid, signal.SIGSTOP)
        terminal.until("◌ no heartbeat")
        terminal.until(f"process {pid} suspended? kill -CONT {pid}")
        assert "lost" not in terminal.text
        os.kill(pid, signal.SIGCONT)
        terminal.until("● training")
        goes_on(terminal)
        assert "read-only" not in terminal.text


LOUD = """
import os, sys
if "rnn_tui.training.server" in sys.orig_argv:
    import ctypes, warnings
    import numpy as np
    print("PRINTED", flush=True)
    print("COMPLAINED", file=sys.stderr, flush=True)
    os.write(1, b"WRITTEN\\n")
    ctypes.CDLL(None).puts(b"FROM-C")
    ctypes.CDLL(None).fflush(None)
    np.divide(1.0, 0.0)
    warnings.warn("WARNED")
"""
"""Python runs a module of this name first in every process: what a library might do there."""


def test_a10_what_the_trainer_prints_is_in_its_log_and_not_on_the_screen(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(LOUD)
    with run.start(PYTHONPATH=str(tmp_path)) as terminal:
        goes_on(terminal)
        run.stop(terminal)
        shown = bytes(terminal.raw)
    log = run.directory.log_file.read_bytes()
    for said in (b"PRINTED", b"COMPLAINED", b"WRITTEN", b"FROM-C", b"RuntimeWarning", b"WARNED"):
        assert said in log
        assert said not in shown


def test_a13_a_lock_of_the_past_says_nothing_whoever_has_its_number_now(
    stopped: Run, processes: Processes
) -> None:
    run, stranger = stopped, dummy_owner(processes)
    said = json.dumps({"pid": stranger.pid, "started": start_time(stranger.pid)})
    run.directory.lock_file.write_text(said)
    with run.terminal("attach", "otter") as again:
        again.until("■ read-only")
        again.type("q")
        assert again.end() == 0
    assert run.directory.lock_file.read_text() == said
    listed = subprocess.run(run.command("runs"), capture_output=True, text=True, check=True)
    assert re.search(r"^otter +finished ", listed.stdout, re.MULTILINE)
    assert stranger.poll() is None
