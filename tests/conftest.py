"""What every test shares: property tests that try the same examples each time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import settings

from rnn_tui.tui import housekeeping
from tests.extras import left_out

settings.register_profile("suite", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("suite")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which tests were left out for want of an extra."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)]
    for line in left_out(reasons):
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(autouse=True)
def _collected_between_tests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Garbage is collected after a test, and what was made in it alone.

    To look at all that tests have loaded takes longer than most of them.
    """
    nothing = SimpleNamespace(
        disable=_nothing,
        collect=_nothing,
        freeze=_nothing,
        unfreeze=_nothing,
        enable=_nothing,
        get_count=lambda: (0, 0, 0),
    )
    monkeypatch.setattr(housekeeping, "gc", nothing)
    gc.disable()
    gc.freeze()
    yield
    gc.collect()
    gc.enable()


def _nothing(*_: object) -> None:
    """What an app asks of the collector meanwhile."""
