"""A folder for runs, and what a monitor wrote there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.metrics import MetricsReader

Opened = Callable[[Monitor], MetricsReader]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def monitor(runs: Path) -> Iterator[Monitor]:
    with Monitor("mine", runs=runs) as monitor:
        yield monitor


@pytest.fixture
def written() -> Iterator[Opened]:
    """Close a monitor and read what it wrote."""
    readers = []

    def opened(monitor: Monitor) -> MetricsReader:
        monitor.close()
        readers.append(MetricsReader(monitor.directory.metrics_file))
        return readers[-1]

    yield opened
    for reader in readers:
        reader.close()
