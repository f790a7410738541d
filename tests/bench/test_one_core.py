"""The process is kept on one core for as long as it measures."""

from __future__ import annotations

import os
from threading import Thread

import pytest

from rnn_tui.bench.one_core import one_core

pinned = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")


@pinned
def test_it_and_its_new_threads_stay_on_one_core_and_then_go_where_they_may() -> None:
    before, found = os.sched_getaffinity(0), []
    with one_core() as core:
        assert os.sched_getaffinity(0) == {core}
        thread = Thread(target=lambda: found.append(os.sched_getaffinity(0)))
        thread.start()
        thread.join()
    assert found == [{core}]
    assert os.sched_getaffinity(0) == before
    assert core in before


@pinned
def test_it_goes_on_where_that_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    with one_core() as core:
        assert core is None


def test_it_goes_on_where_there_is_no_such_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    with one_core() as core:
        assert core is None
