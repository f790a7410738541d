"""Programs that are killed, that fork, that just end: in real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_tui.runs.listing import list_runs
from rnn_tui.runs.metrics import MetricsReader

ROOT = Path(__file__).parents[2]
BEGIN = """
import os, sys, time
from rnn_tui import Monitor
monitor = Monitor("mine", runs=sys.argv[1])
"""


def command(runs: Path, code: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-c", BEGIN + code, str(runs)]


def run(runs: Path, code: str) -> subprocess.CompletedProcess[str]:
    done = command(runs, code)
    return subprocess.run(done, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT)


def steps(runs: Path, name: str = "loss") -> list[int]:
    with MetricsReader(runs / "mine" / "metrics.sqlite") as reader:
        return [point.step for point in reader.points_after(name, -1)]


def test_a_kill_loses_the_last_second_at_most(runs: Path) -> None:
    code = """
began = now = time.monotonic()
while now < began + 2.5:  # each step is the millisecond at which it was logged
    monitor.log(int((now - began) * 1000), loss=1.0)
    time.sleep(0.001)
    now = time.monotonic()
print(int((now - began) * 1000), flush=True)
os.kill(os.getpid(), 9)
"""
    done = run(runs, code)
    assert done.returncode == -signal.SIGKILL
    assert int(done.stdout) - steps(runs)[-1] < 1_000
    assert len(steps(runs)) > 100
    assert [summary.state for summary in list_runs(runs)] == ["stopped"]


def test_a_program_that_just_ends_loses_nothing(runs: Path) -> None:
    done = run(runs, "monitor.log(1, loss=1.0)")
    assert (done.returncode, done.stderr) == (0, "")
    assert steps(runs) == [1]


def test_an_error_that_ends_the_program_loses_nothing(runs: Path) -> None:
    done = run(runs, "monitor.log(1, loss=1.0); 1 / 0")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert steps(runs) == [1]


@pytest.mark.parametrize("end", ["sys.exit(0)", "os._exit(0)", "monitor.close(); sys.exit(0)"])
def test_a_child_that_was_forked_writes_nothing_and_harms_nothing(runs: Path, end: str) -> None:
    code = f"""
for step in range(100):
    monitor.log(step, loss=1.0)
child = os.fork()
if child == 0:
    monitor.log(1000, loss=2.0)
    monitor.show("W", [1.0])
    {end}
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
for step in range(100, 200):
    monitor.log(step, loss=1.0)
monitor.close()
sys.exit(status)
"""
    done = run(runs, code)
    assert (done.returncode, done.stderr) == (0, "")
    assert steps(runs) == list(range(200))


def test_a_child_that_outlives_its_parent_does_not_hold_the_run(runs: Path) -> None:
    code = """
if os.fork() == 0:
    os.close(1), os.close(2)
    os.read(0, 1)  # until the test has looked
    os._exit(0)
os.kill(os.getpid(), 9)
"""
    pipe = subprocess.PIPE
    with subprocess.Popen(command(runs, code), stdin=pipe, stdout=pipe, cwd=ROOT) as process:
        assert process.wait(20) == -signal.SIGKILL
        assert [summary.state for summary in list_runs(runs)] == ["stopped"]


def test_many_forks_while_it_is_being_written_never_hang(runs: Path) -> None:
    code = """
for step in range(60):
    for value in range(50):
        monitor.log(step * 50 + value, loss=1.0)
    child = os.fork()
    if child == 0:
        monitor.log(0, loss=9.0)
        sys.exit(0)
    os.waitpid(child, 0)
"""
    done = run(runs, code)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(steps(runs)) == 3_000


def test_it_loads_no_application_and_no_library_of_tensors(runs: Path) -> None:
    code = """
monitor.log(1, loss=1.0)
heavy = {"textual", "rich", "click", "plotext", "torch", "jax", "numpy", "tensorboardX"}
print(*sorted(heavy & set(sys.modules)))
"""
    assert run(runs, code).stdout.strip() == ""
