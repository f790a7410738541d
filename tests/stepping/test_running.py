from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.trace import trace
from rnn_tui.core.work import finished
from rnn_tui.stepping.conditions import parse
from rnn_tui.stepping.running import run_to


@pytest.fixture(name="book", scope="module")
def _book():
    rng = np.random.default_rng(0)
    _, params = initialize(Architecture(6, 4, 1, 6), "xavier", rng, np.float64)
    symbols = rng.integers(0, 6, (2, 9, 1))
    return trace(params, *symbols, (np.zeros((1, 4)),))


def run(book, index, direction, *texts):
    return finished(run_to(book, index, direction, [parse(text) for text in texts]))


def test_running_stops_at_the_next_operation_where_a_condition_holds(book):
    hit = run(book, 0, 1, 'kind = "tanh" and t = 4')
    assert (book[hit.index].name, book[hit.index].t) == ("tanh", 4)
    assert hit.reading.hit


def test_running_on_leaves_the_hit_and_running_back_finds_the_one_before(book):
    first = run(book, -1, 1, 'kind = "tanh"')
    second = run(book, first.index, 1, 'kind = "tanh"')
    assert (book[first.index].t, book[second.index].t) == (1, 2)
    assert run(book, second.index, -1, 'kind = "tanh"').index == first.index


def test_there_and_back_stops_at_the_same_operations(book):
    def all_hits(direction, start):
        while hit := run(book, start, direction, "norm(h) > 0.5", "t = 3"):
            yield (start := hit.index), hit.condition

    ahead = list(all_hits(1, -1))
    assert ahead
    assert list(all_hits(-1, len(book))) == ahead[::-1]


def test_the_first_condition_that_holds_is_named(book):
    assert run(book, 0, 1, "t = 99", "t = 2", "t > 1").condition == 1


def test_running_past_the_last_hit_finds_nothing(book):
    assert run(book, len(book) - 1, 1, "index >= 0") is None
    assert run(book, 0, -1, "index >= 0") is None
    assert run(book, 0, 1, "index = 0") is None
    assert run(book, 5, 1) is None


def test_progress_grows_from_nothing_to_all(book):
    steps = list(run_to(book, -1, 1, [parse("t = 99")]))
    assert len(steps) > 1
    assert steps[0] == 0
    assert steps == sorted(set(steps))
    assert steps[-1] < 1
