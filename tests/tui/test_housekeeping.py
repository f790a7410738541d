from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from rnn_tui.tui import housekeeping as module
from rnn_tui.tui.housekeeping import Housekeeping


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The generations that the collector looked at: here it is the true one."""
    monkeypatch.setattr(module, "gc", gc)
    seen: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            seen.append(about["generation"])

    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)
    gc.disable()


def test_nobody_waits_for_the_collector_at_the_beginning(looked: list[int]) -> None:
    housekeeping = Housekeeping()
    housekeeping.begin()
    assert looked == []
    assert gc.get_freeze_count() > 1000
    assert not gc.isenabled()
    housekeeping.end()
    assert gc.isenabled()


@pytest.mark.parametrize(("few", "looks"), [(0, [0]), (10**6, [])])
def test_young_objects_are_looked_at_once_there_are_many_unless_somebody_types(
    looked: list[int], monkeypatch, few, looks
) -> None:
    monkeypatch.setattr(module, "FEW_YOUNG", few)
    housekeeping = Housekeeping()
    housekeeping.begin()
    housekeeping.after_frame(busy=True)
    assert looked == []
    housekeeping.after_frame(busy=False)
    assert looked == looks
    housekeeping.end()
