from __future__ import annotations

import pytest

from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.moves import Layout

from .every_trace import make_trace


@pytest.fixture(name="book", scope="module")
def _book():
    return make_trace(optimizer="adam", clip=0.1, clip_value=0.01, T=4)


@pytest.fixture(name="layout", scope="module")
def _layout(book):
    return Layout.of(book)


def place(book, index):
    return book[index].phase, book[index].t, book[index].name, book[index].layer


def first(book, phase, name, t, layer=None):
    return next(o.index for o in book if place(book, o.index) == (phase, t, name, layer))


def test_groups_are_the_time_steps_of_each_phase(layout):
    places = list(zip(layout.phases, layout.times, strict=True))
    assert places[:4] == [("forward", t) for t in (1, 2, 3, 4)]
    assert places[4:9] == [("loss", t) for t in (1, 2, 3, 4, 0)]
    assert places[9:] == [
        *(("backward", t) for t in (4, 3, 2, 1)), ("sum", 0), ("clip", 0), ("update", 0),
    ]  # fmt: skip


def test_the_turning_point_is_the_mean_loss(book, layout):
    assert book[layout.turn].name == "mean"
    assert book[layout.turn + 1].phase == "backward"


def test_a_step_stops_at_the_ends(layout):
    assert layout.step(3, 2) == 5
    assert layout.step(3, -9) == 0
    assert layout.step(3, 10**9) == layout.size - 1


def test_a_time_step_on_is_the_same_operation_of_the_next_step(book, layout):
    tanh = first(book, "forward", "tanh", 2, 1)
    assert place(book, layout.time_step(tanh, 1, tanh)) == ("forward", 3, "tanh", 1)
    dz = first(book, "backward", "back through tanh", 2, 0)
    assert place(book, layout.time_step(dz, 1, dz)) == ("backward", 1, "back through tanh", 0)


def test_a_time_step_without_that_operation_is_entered_at_its_first(book, layout):
    tanh = first(book, "forward", "tanh", 4, 1)
    assert place(book, layout.time_step(tanh, 1, tanh)) == ("loss", 1, "cross-entropy", None)


def test_time_steps_stop_at_the_ends(layout):
    assert layout.time_step(3, -5, 3) == 3
    assert layout.group(layout.time_step(3, 99, 3)) == len(layout.starts) - 1


def test_of_two_operations_of_one_kind_the_one_left_is_found_again(book, layout):
    norms = [o.index for o in book if o.name == "norm"]
    assert len(norms) == 2
    below = layout.time_step(norms[1], 1, norms[1])
    assert layout.time_step(below, -1, norms[1]) == norms[1]


def test_next_of_a_kind_stays_in_its_phase_and_layer(book, layout):
    dz = first(book, "backward", "back through tanh", 4, 0)
    assert place(book, layout.same_kind(dz, 2)) == ("backward", 2, "back through tanh", 0)
    assert layout.same_kind(dz, -1) is None
    assert layout.same_kind(dz, 4) is None
    assert layout.same_kind(layout.turn, 1) is None


def test_at_a_time_step_the_phase_and_the_kind_stay(book, layout):
    tanh = first(book, "forward", "tanh", 1, 1)
    assert place(book, layout.at_time(tanh, 3)) == ("forward", 3, "tanh", 1)
    loss = first(book, "loss", "cross-entropy", 2)
    assert place(book, layout.at_time(loss, 4)) == ("loss", 4, "cross-entropy", None)


def test_after_the_time_steps_one_jumps_into_the_backward_pass(book, layout):
    for index in (layout.turn, layout.size - 1):
        assert place(book, layout.at_time(index, 3)) == (
            "backward", 3, "gradient of the logits", None,
        )  # fmt: skip


@pytest.mark.parametrize("t", [-1, 0, 5, 10**20])
def test_there_are_no_other_time_steps(layout, t):
    assert layout.at_time(0, t) is None


def test_results_are_found_by_their_names(book, layout):
    for operation in book:
        name = at_step(operation.symbol, operation.t)
        assert layout.making(name) == tuple(o.index for o in book if at_step(o.symbol, o.t) == name)


def test_names_of_nothing_find_nothing(layout):
    assert layout.making("dz_5") == layout.making("") == layout.making("dz_" + "9" * 5000) == ()
    assert layout.spells("dz_5")
    assert not layout.spells("nothing_5")


def test_the_shortest_pass_has_its_layout():
    book = make_trace(L=1, T=1)
    layout = Layout.of(book)
    assert (layout.steps, layout.size) == (1, len(book))
    assert layout.alike(0) == (0,)
