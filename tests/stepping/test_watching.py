from __future__ import annotations

from rnn_tui.stepping.conditions import parse
from rnn_tui.stepping.watching import FARTHEST, Watch, watch

from .walks import do, make_walk


def watched(walk) -> Watch:
    return walk.view().breakpoints[0]


def test_a_watch_keeps_the_latest_value_between_the_operations_that_it_asks_about() -> None:
    walk = make_walk("abca")
    do(walk, "break norm(dh) < 1e-6", "go dh_3")
    here = watched(walk)
    assert (here.index, here.hit) == (walk.index, False)
    assert here.reading.startswith("norm(dh) = ")
    do(walk, "right 2")
    assert watched(walk) == here
    do(walk, "go dh_2")
    assert watched(walk) != here


def test_a_watch_says_nothing_before_there_is_a_value() -> None:
    walk = make_walk("abca")
    do(walk, "break norm(dh) < 1e-6", "turn")
    assert watched(walk) == Watch("norm(dh) < 1e−06")


def test_a_watch_says_when_its_condition_holds() -> None:
    walk = make_walk("abca")
    do(walk, "break t == 2", "go dh_2")
    assert watched(walk) == Watch("t == 2", walk.index, "t = 2", True)


def test_a_watch_looks_back_no_farther_than_it_must() -> None:
    walk = make_walk("abca")
    softmax = next(operation for operation in walk.trace if operation.name == "softmax")
    others = [walk.trace[0]] * FARTHEST
    condition = parse("norm(p) > 0")
    assert watch(condition, [softmax, *others], FARTHEST - 1).hit
    assert watch(condition, [softmax, *others], FARTHEST) == Watch("norm(p) > 0")
