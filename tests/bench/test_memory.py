"""Peaks of memory are those of the processes that write the texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnn_tui.bench.memory import memory_peaks, peak_bytes
from rnn_tui.bench.sample import Sizes

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the processes that are started find the package."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_every_length_has_its_peak_and_a_longer_text_has_no_higher_one() -> None:
    held = b"x" * 2**26  # which is not that of the processes that are started
    own = peak_bytes()
    short, long = memory_peaks(Sizes(4, 5), (10, 5000))
    assert (short.characters, long.characters) == (10, 5000)
    assert 2**20 < short.bytes < own
    assert abs(long.bytes - short.bytes) < 2**22
    assert own > len(held)


def test_a_process_that_fails_is_told_in_one_line() -> None:
    with pytest.raises(ChildProcessError, match=r"^writing 10 characters failed: ValueError: .*$"):
        memory_peaks(Sizes(hidden=0), (10,))
