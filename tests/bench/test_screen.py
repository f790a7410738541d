from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rnn_tui.bench import program, screen, trained
from rnn_tui.bench.program import NoTerminalError, Program, cpu_seconds
from rnn_tui.bench.screen import Sizes, measure_screen
from rnn_tui.bench.screen_report import NOT_MEASURED, Latency, ScreenReport, Speed, percentile
from rnn_tui.bench.trained import Steps, rate

EMPTY = ScreenReport(*Sizes(), columns=200, rows_of_screen=50, seconds=1.0)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(20, 0, -1)]
    assert [percentile(values, share) for share in (50, 95, 100)] == [10.0, 19.0, 20.0]
    assert percentile([3.0], 50) == percentile([3.0], 95) == 3.0


def test_keys_that_never_came_are_told() -> None:
    latency = Latency.of([0.01, 0.02, 0.5], missing=2)
    assert latency == Latency(5, 0.02, 0.5, 0.5, 2)
    assert latency.line == "20 · 500 · 500 ms · 2 never"
    assert Latency.of([], missing=3) is None


def test_training_beside_an_app_is_compared_with_before_and_after() -> None:
    speed = Speed(alone=(100.0, 80.0, 60.0), attached=(45.0, 70.0))
    assert speed.with_app == pytest.approx((0.5 + 1.0) / 2)
    assert speed.afterwards == pytest.approx((0.8 + 0.75) / 2)


def test_steps_a_second_are_those_between_two_looks() -> None:
    assert rate(Steps(1.0, 10), Steps(3.0, 50)) == 20.0


def test_what_was_not_measured_says_so_beside_its_target() -> None:
    rows = EMPTY.rows()
    assert {measured for _, measured, _ in rows} == {NOT_MEASURED}
    full = replace(EMPTY, cpu=0.123, first_frame=0.5, bytes_per_second=2048.0)
    assert [m for _, m, _ in full.rows() if m != NOT_MEASURED] == ["0.50 s", "12.3%", "2 KiB/s"]


def test_where_there_is_no_terminal_nothing_is_measured_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(*_: int) -> tuple[int, int]:
        raise NoTerminalError("no pseudo-terminal can be had")

    monkeypatch.setattr(program, "_terminal", none)
    report = measure_screen(1.0)
    assert report.notes == ("no pseudo-terminal can be had",)
    assert report.first_frame is report.speed is None


def test_the_time_of_a_process_is_read_from_the_system(tmp_path: Path) -> None:
    folder = tmp_path / "7"
    folder.mkdir()
    ticks = os.sysconf("SC_CLK_TCK")
    fields = " ".join(str(n) for n in (0, *range(4, 14), 3 * ticks, 2 * ticks, 99))
    (folder / "stat").write_text(f"7 (a) b)) {fields}")
    assert cpu_seconds(7, tmp_path) == 5.0
    assert cpu_seconds(8, tmp_path) is None


def test_a_program_is_driven_and_ended() -> None:
    echo = "import sys\nprint('ready', flush=True)\nfor line in sys.stdin: print('got', line)"
    with Program([sys.executable, "-c", echo]) as running:
        assert running.until(lambda: "ready" in running.screen.line(0)) is not None
        running.send("abc\n")
        assert running.until(lambda: any("got abc" in line for line in running.screen.lines))
        assert running.until(lambda: False, 0.01) is None
    assert running.process.poll() is not None


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The processes that a measurement starts, by their numbers."""
    pids: list[int] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[call-overload]
            pids.append(self.pid)

    monkeypatch.setattr(program.subprocess, "Popen", Noted)
    return pids


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells all of it")
def test_one_real_measurement_finds_everything_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, started: list[int], tmp_path: Path
) -> None:
    monkeypatch.setattr(screen, "ROUNDS", 1)
    monkeypatch.setattr(screen, "STARTS", 1)
    monkeypatch.setattr(screen, "WARM_SECONDS", 0.1)
    monkeypatch.setattr(screen, "SETTLE_SECONDS", 0.1)
    monkeypatch.setattr(trained.tempfile, "tempdir", str(tmp_path))
    report = measure_screen(1.0, Sizes(16, 4, 16))
    assert NOT_MEASURED not in {measured for _, measured, _ in report.rows()}
    assert not report.notes
    assert set(report.pane_frames) >= {"1", "2", "3", "4", "6"}
    json.dumps(report.facts(), allow_nan=False)
    assert len(started) >= 4
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]
    assert list(tmp_path.iterdir()) == []
    assert not _mentioning(str(tmp_path))


def _mentioning(words: str) -> list[str]:
    """Processes with these words in their command."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [str(command)] if words in command.read_text(errors="replace") else []
        except OSError:
            continue
    return found
