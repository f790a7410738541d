from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from rnn_tui.runs import blas
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.plan import kept_plan, planned
from rnn_tui.training import calibration
from rnn_tui.training.calibration import chosen_plan, fitting_threads

SMALL = merge({"hidden": 16, "batch": 2, "window": 4})
LARGE = merge({"hidden": 512, "batch": 8, "window": 256})


class Turns:
    """A clock for passes whose length depends on the number of threads alone."""

    def __init__(self, seconds: dict[int, float], monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds, self.now, self.used = seconds, 0.0, 1
        self._reads = count()
        monkeypatch.setattr(calibration, "threads_used", self._use)

    def _use(self, number: int):
        self.used = number
        return blas.threads_used(blas.threads())

    def __call__(self) -> float:
        if next(self._reads) % 2:
            self.now += self.seconds[self.used]
        return self.now


@pytest.mark.parametrize(
    ("seconds", "cores", "chosen"),
    [
        ({1: 10, 2: 6}, 2, 2),
        ({1: 10, 2: 9}, 2, 1),  # hardly worth it
        ({1: 10, 2: 25}, 2, 1),
        ({1: 10, 2: 6, 4: 5.9, 6: 4}, 6, 6),
        ({1: 10, 2: 6, 4: 5.5}, 4, 2),
    ],
)
def test_more_threads_are_taken_only_where_they_bring_a_good_deal(
    monkeypatch: pytest.MonkeyPatch, seconds: dict[int, float], cores: int, chosen: int
) -> None:
    clock = Turns(seconds, monkeypatch)
    assert fitting_threads(SMALL, 9, cores, clock) == chosen


def test_what_was_measured_stays_with_the_run(tmp_path: Path, monkeypatch) -> None:
    file, measured = tmp_path / "plan.json", iter([2])
    monkeypatch.setattr(calibration, "fitting_threads", lambda *_: next(measured))
    assert chosen_plan(file, LARGE, 65, cores=4).threads == 2
    assert kept_plan(file, LARGE) == chosen_plan(file, LARGE, 65, cores=4)  # not measured again


@pytest.mark.parametrize(("config", "cores"), [(SMALL, 8), (LARGE, 1)])
def test_nothing_is_measured_where_the_answer_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config, cores
) -> None:
    monkeypatch.setattr(calibration, "fitting_threads", lambda *_: pytest.fail("measured"))
    assert chosen_plan(tmp_path / "plan.json", config, 65, cores) == planned(config)
    assert list(tmp_path.iterdir()) == []


def test_the_threads_that_the_user_names_are_used(tmp_path: Path) -> None:
    config = merge({"hidden": 512, "threads": 3})
    assert chosen_plan(tmp_path / "plan.json", config, 65, cores=1).threads == 3


def test_a_real_measurement_ends_with_the_threads_that_were_there() -> None:
    before = blas.threads()
    assert fitting_threads(SMALL, 9, 2) in (1, 2)
    assert blas.threads() == before
