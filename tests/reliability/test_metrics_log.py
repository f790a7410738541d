"""Rows B5 to B7: a log that is torn, damaged, or ahead of the checkpoint that is resumed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.metrics import HeldOut, MetricsLog, MetricsReader, Row
from rnn_tui.runs.salvage import mend
from rnn_tui.runs.seal import seal_of
from rnn_tui.training.protocol import Save
from tests.training.conftest import Sessions, finish, train_to
from tests.training.serving import Processes, connected, start, wait_for

LENGTH = 3_000


def row(step: int) -> Row:
    return Row(step, 2.5 + step / 7, 1.5, 1.0, 1e-3, step * 10, step / 8, step / 4)


def told(path: Path) -> list[Row]:
    with MetricsReader(path) as reader:
        return reader.rows_after(0, limit=LENGTH)


# -- B5: torn ------------------------------------------------------------------------------------


@pytest.fixture
def killed(tmp_path: Path) -> tuple[Path, bytes, list[int]]:
    """A log whose writer was killed: its journal, and how long that was after each commit."""
    live, lengths = MetricsLog(tmp_path / "live.sqlite"), []
    journal = tmp_path / "live.sqlite-wal"
    for step in range(1, 6):
        live.append(row(step))
        live.append_event(step, "note", "Ελληνικά 🦦")
        live.flush()
        lengths.append(journal.stat().st_size)
    path = tmp_path / "metrics.sqlite"
    path.write_bytes((tmp_path / "live.sqlite").read_bytes())
    found = journal.read_bytes()
    live.close()
    return path, found, lengths


def test_b5_wherever_the_last_rows_are_torn_all_whole_ones_are_there(
    killed: tuple[Path, bytes, list[int]],
) -> None:
    path, journal, lengths = killed
    wal = path.with_name(f"{path.name}-wal")
    for length in {*range(lengths[1], lengths[-1], 101), *lengths[1:], lengths[-1] - 1}:
        wal.write_bytes(journal[:length])
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        whole = sum(length >= end for end in lengths)
        assert told(path) == [row(step) for step in range(1, whole + 1)]


def test_b5_a_torn_log_is_written_on_behind_its_last_whole_row(
    killed: tuple[Path, bytes, list[int]],
) -> None:
    path, journal, lengths = killed
    path.with_name(f"{path.name}-wal").write_bytes(journal[: lengths[-1] - 100])
    with MetricsLog(path) as log:
        assert log.mended == ""
        log.append(row(5))
    assert told(path) == [row(step) for step in range(1, 6)]


# -- B6: damaged ---------------------------------------------------------------------------------


@pytest.fixture
def closed(tmp_path: Path) -> tuple[Path, bytes]:
    path = tmp_path / "metrics.sqlite"
    with MetricsLog(path) as log:
        for step in range(1, LENGTH + 1):
            log.append(row(step))
        log.append_held_out(LENGTH, 2.0)
    return path, path.read_bytes()


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Garbage or zeros on some of the pages that hold rows, or a single bit of them."""
    harmed = bytearray(content)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(content) // 3, len(content) - 600)
        length = rng.choice([1, 20, 600])
        noise = {1: bytes([harmed[at] ^ 1 << rng.randrange(8)]), 20: bytes(20)}
        harmed[at : at + length] = noise.get(length) or rng.randbytes(length)
    return bytes(harmed)


@pytest.mark.parametrize("sealed", [True, False])
def test_b6_damage_costs_the_rows_where_it_is_and_none_behind(
    closed: tuple[Path, bytes], sealed: bool
) -> None:
    path, content = closed
    if not sealed:
        seal_of(path).unlink()
    written = {row(step) for step in range(1, LENGTH + 1)}
    for seed in range(30):
        rng = random.Random(seed)
        if sealed:
            path.write_bytes(damaged(content, rng))
        else:  # SQLite itself notices what is no page
            page = rng.randrange(len(content) // 4096 // 3, len(content) // 4096 - 1)
            path.write_bytes(content[: page * 4096] + bytes(4096) + content[(page + 1) * 4096 :])
        with MetricsReader(path) as reader:
            found = reader.rows_after(0, limit=LENGTH)
            assert reader.last_held_out() == HeldOut(LENGTH, 2.0)
        assert written.issuperset(found)
        assert LENGTH - 4 * 120 < len(found) <= LENGTH
        assert found[-1].step > LENGTH - 120 * 4
        if found != sorted(written):
            assert reader.damaged.endswith("is damaged: rows are missing that cannot be read")


def test_b6_a_run_with_a_damaged_log_goes_on_and_says_so(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=500, steps=1_500)
    finish(session)
    session.close()
    log = session.directory.metrics_file
    content = log.read_bytes()
    middle = len(content) // 2 // 4096 * 4096
    log.write_bytes(content[:middle] + b"\xa5" * 4096 + content[middle + 4096 :])
    again = sessions.open(session.directory, resume=True, steps=1_510)
    (notice,) = again.notices
    assert notice.startswith(f"{log} was damaged: 1,4")
    assert notice.endswith("rows could be read; metrics.sqlite.damaged is what it was")
    finish(again)
    again.close()
    steps = [found.step for found in told(log)]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (1, 1_510)
    assert mend(log) == ""


def test_b6_a_program_that_goes_back_in_a_damaged_log_leaves_that_noted(tmp_path: Path) -> None:
    with Monitor("a", runs=tmp_path) as monitor:
        for step in range(2_000):
            monitor.log(step, loss=step / 8)
    log = monitor.directory.metrics_file
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 1
    log.write_bytes(content)
    with MetricsReader(log) as reader:
        left = len(reader.points_after("loss", -1))
    with Monitor("a", runs=tmp_path, resume=True) as monitor:
        monitor.log(1, loss=2.0)
    with MetricsReader(log) as reader:
        noted, again = reader.events_after(0)
        assert (noted.kind, again.kind) == ("note", "resumed")
        assert f": {left:,} rows could be read" in noted.detail
        assert left > 1_500


def test_b6_what_another_program_logs_goes_on_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for first in (1, 2_001):
        with Monitor("a", runs=tmp_path, resume=first > 1) as monitor:
            for step in range(first, first + 2_000):
                monitor.log(step, loss=step / 8)
        log = monitor.directory.metrics_file
        content = bytearray(log.read_bytes())
        content[len(content) // 2] ^= 1
        log.write_bytes(content)
    assert "metrics.sqlite was damaged: " in capsys.readouterr().err
    with MetricsReader(log) as reader:
        points = reader.points_after("loss", -1)
        assert [event.kind for event in reader.events_after(0)].count("note") == 1
    assert {point.value for point in points} < {step / 8 for step in range(1, 4_001)}
    assert len(points) > 3_500


# -- B7: ahead -----------------------------------------------------------------------------------


def test_b7_rows_behind_the_checkpoint_give_way_to_those_of_the_resume(
    sessions: Sessions, processes: Processes
) -> None:
    run = sessions.run(checkpoint_every=100_000)
    process = start(run, processes, owned=False)
    with connected(run, process).greet() as caller:
        wait_for(lambda: caller.status().step > 50)
        caller.ask(Save())
        saved = caller.status().saved_step
        wait_for(lambda: latest(run) > saved + 50)
        process.kill()
    process.wait()
    last = latest(run)
    assert start(run, processes, resume=True, steps=saved + 20, owned=False).wait(20) == 0
    assert last > saved + 50
    assert [found.step for found in told(run.metrics_file)] == list(range(1, saved + 21))


def latest(run: RunDirectory) -> int:
    with MetricsReader(run.metrics_file) as log:
        found = log.last()
    return found.step if found else 0


def test_b7_what_is_superseded_is_superseded_to_the_last_bit(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=5)
    train_to(session, 8)
    session.flush()
    before = [found[:5] for found in session.metrics.rows_after(0)]
    resumed = sessions.resumed(session)
    assert [found.step for found in resumed.metrics.rows_after(0)] == [1, 2, 3, 4, 5]
    train_to(resumed, 8)
    resumed.flush()
    assert [found[:5] for found in resumed.metrics.rows_after(0)] == before
