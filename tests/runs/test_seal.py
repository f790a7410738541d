from __future__ import annotations

import errno
import os
import tracemalloc
from pathlib import Path

import pytest

from rnn_tui.runs.errors import StorageError
from rnn_tui.runs.metrics import MetricsLog, MetricsReader, Row
from rnn_tui.runs.salvage import is_damaged, mend, salvaged
from rnn_tui.runs.seal import PAGE, broken_pages, seal, seal_of, unseal


def row(step: int) -> Row:
    return Row(step, 2.5, 1.5, 1.0, 1e-3, step * 10, step / 8, step / 4)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.sqlite"
    with MetricsLog(path) as log:
        for step in range(1, 1_001):
            log.append(row(step))
    return path


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def flip_in_place(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"x")


def test_a_closed_log_is_sealed_and_an_open_one_is_not(log: Path) -> None:
    assert seal_of(log).exists()
    with MetricsLog(log), MetricsReader(log):
        assert not seal_of(log).exists()
    assert broken_pages(log) == ()
    assert seal_of(log).exists()


def test_a_log_that_somebody_watches_is_sealed_too(log: Path) -> None:
    with MetricsReader(log) as reader:
        with MetricsLog(log) as writer:
            writer.append(row(1_001))
        assert reader.last() == row(1_001)
    assert seal_of(log).exists()
    assert broken_pages(log) == ()


def test_the_memory_that_a_seal_takes_does_not_grow_with_the_log(tmp_path: Path) -> None:
    log = tmp_path / "metrics.sqlite"
    with log.open("wb") as file:
        file.truncate(64 << 20)
    tracemalloc.start()
    try:
        seal(log)
        assert broken_pages(log) == ()
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    flip_in_place(log, (63 << 20) + 5)
    assert broken_pages(log) == ((63 << 20) // PAGE,)


@pytest.mark.parametrize("page", [0, 3, 9])
def test_a_flipped_bit_is_found_on_its_page(log: Path, page: int) -> None:
    flip(log, page * PAGE + 1_234)
    assert broken_pages(log) == (page,)
    assert is_damaged(log)


def test_a_log_of_another_length_is_broken_at_its_end(log: Path) -> None:
    content = log.read_bytes()
    pages = len(content) // PAGE
    log.write_bytes(content[: -PAGE - 1])
    assert broken_pages(log) == (pages - 2, pages - 1)
    log.write_bytes(content + b"more")
    assert broken_pages(log) == (pages,)


@pytest.mark.parametrize("content", [b"", b"x", b"rnn-tui seal 1\n", b"rnn-tui seal 1\n" * 9])
def test_a_seal_that_is_damaged_itself_says_nothing(log: Path, content: bytes) -> None:
    seal_of(log).write_bytes(content)
    assert broken_pages(log) == ()
    with MetricsReader(log) as reader:
        assert reader.last() == row(1_000)
        assert reader.damaged == ""


def test_what_waits_in_the_journal_is_not_sealed(log: Path) -> None:
    with MetricsLog(log) as writer:
        writer.append(row(1_001))
        writer.flush()
        seal(log)
        assert not seal_of(log).exists()


def test_a_seal_that_cannot_be_removed_is_an_error(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_of(log).unlink()
    seal_of(log).mkdir()
    with pytest.raises(StorageError, match="cannot write"):
        unseal(log)


def test_the_damaged_log_is_put_aside_and_what_can_be_read_takes_its_place(log: Path) -> None:
    flip(log, log.stat().st_size - 4 * PAGE + 2_000)
    before = log.read_bytes()
    assert mend(log).endswith("rows could be read; metrics.sqlite.damaged is what it was")
    assert log.with_name("metrics.sqlite.damaged").read_bytes() == before
    assert not is_damaged(log)
    with MetricsLog(log) as writer:
        assert writer.mended == ""
        steps = [found.step for found in writer.rows_after(0)]
    assert (steps[0], steps[-1]) == (1, 1_000)
    assert 900 < len(steps) < 1_000


def test_a_log_whose_beginning_is_broken_gives_nothing(log: Path) -> None:
    flip(log, 10)
    found = salvaged(log)
    assert found.execute("SELECT count(*) FROM rows").fetchone() == (0,)
    found.close()


@pytest.mark.parametrize("step", range(6))
def test_a_log_that_is_being_mended_is_never_lost(
    log: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    flip(log, log.stat().st_size - 4 * PAGE + 2_000)
    before = log.read_bytes()
    with MetricsReader(log) as reader:
        left = reader.rows_after(0)
    replace, done = os.replace, []

    def refused(source: Path, target: Path) -> None:
        if len(done) == step:
            raise OSError(errno.ENOSPC, "No space left on device")
        done.append(source)
        replace(source, target)

    with monkeypatch.context() as disk:
        disk.setattr(os, "replace", refused)
        with pytest.raises(StorageError, match="No space left"):
            mend(log)
    assert mend(log).endswith(
        f"{len(left):,} rows could be read; metrics.sqlite.damaged is what it was"
    )
    assert log.with_name("metrics.sqlite.damaged").read_bytes() == before
    with MetricsLog(log) as writer:
        assert writer.rows_after(0) == left
