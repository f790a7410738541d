"""Sums so far, compared bit for bit with those of the trace."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.trace import Trace, trace
from rnn_tui.stepping.sums import BUDGET, RunningSums


def network(T: int = 23, layers: int = 2, hidden: int = 6) -> Trace:
    rng = np.random.default_rng(7)
    architecture = Architecture(inputs=5, hidden=hidden, layers=layers, outputs=5, cell="tanh")
    _, params = initialize(architecture, "xavier", rng, np.float64)
    x, target = rng.integers(0, 5, (2, T, 1))
    return trace(params, x, target, tuple(rng.normal(size=(1, hidden)) for _ in range(layers)))


@pytest.fixture(name="book", scope="module")
def _book() -> Trace:
    return network()


def same(sums: RunningSums, book: Trace, name: str, index: int) -> bool:
    found, wanted = sums.at(name, index), book.sum_so_far(name, index)
    return found.dtype == wanted.dtype and found.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("budget", [BUDGET, 3000, 0])
def test_forward_and_back_have_the_bits_of_the_trace(book, budget) -> None:
    sums = RunningSums(book, budget)
    there = range(0, len(book), 3)
    for index in (*there, *reversed(there)):
        assert all(same(sums, book, name, index) for name in book.gradients)


@pytest.mark.parametrize("budget", [BUDGET, 3000, 0])
def test_jumps_have_them_too(book, budget) -> None:
    sums, choice = RunningSums(book, budget), random.Random(3)
    for _ in range(60):
        index, name = choice.randrange(len(book)), choice.choice(list(book.gradients))
        assert same(sums, book, name, index)


def test_the_last_sum_is_the_gradient(book) -> None:
    sums = RunningSums(book)
    for name, gradient in book.gradients.items():
        assert sums.at(name, len(book) - 1).tobytes() == gradient.tobytes()


def test_before_the_backward_pass_there_is_nothing(book) -> None:
    sums = RunningSums(book)
    assert sums.parts("W_hy", 0) == 0
    assert not sums.at("W_hy", 0).any()


def test_it_counts_the_time_steps_that_have_contributed(book) -> None:
    parts = book.contributions["layer0.W_hh"]
    sums = RunningSums(book)
    assert sums.parts("layer0.W_hh", parts[4].index) == 5
    assert sums.parts("layer0.W_hh", parts[4].index - 1) == 4


def test_nobody_can_write_into_a_sum(book) -> None:
    found = RunningSums(book).at("W_hy", len(book) - 1)
    with pytest.raises(ValueError, match="read-only"):
        found += 1


def test_between_two_contributions_nothing_is_added_again(book) -> None:
    sums, parts = RunningSums(book), book.contributions["layer1.W_hh"]
    assert sums.work("layer1.W_hh", parts[9].index) == 10 * 6 * 6
    first = sums.at("layer1.W_hh", parts[9].index)
    assert sums.work("layer1.W_hh", parts[10].index - 1) == 0
    assert sums.at("layer1.W_hh", parts[10].index - 1) is first


def test_memory_stays_within_the_budget(book) -> None:
    sums = RunningSums(book, budget := 3000)
    for index in range(len(book)):
        for name in book.gradients:
            sums.at(name, index)
        assert sums.nbytes <= budget
