from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.retrace import Edit, retrace, retracing
from rnn_tui.core.trace import Update, trace
from rnn_tui.core.work import finished

from .windows import wrong_operations


@pytest.fixture(name="book", scope="module")
def _book(make_problem):
    return trace(*make_problem(T=4), clip=0.1, update=Update("adam"))


def names(book, changed, t):
    return [book[i].name for i in sorted(changed) if book[i].t == t and book[i].phase == "forward"]


def test_without_edits_everything_is_shared(book):
    edited, changed = retrace(book, ())
    assert edited.operations == book.operations
    assert changed == frozenset()


def test_an_edit_to_what_is_there_already_changes_nothing(book):
    there = Edit("W_hy", (1, 2), book.givens["W_hy"][1, 2])
    assert retrace(book, [there]).changed == frozenset()


def test_an_edit_leaves_the_base_alone(book):
    before = [operation.value.copy() for operation in book]
    retrace(book, [Edit("layer0.W_hh", (0, 0), 9.0), Edit(book.places.hidden[1][0], (0, 0), 0.5)])
    assert all(np.array_equal(o.value, b) for o, b in zip(book, before, strict=True))


def test_an_input_symbol_changes_what_comes_after_it(book):
    symbol = (int(book.givens["x_3"][1]) + 1) % 5
    edited, changed = retrace(book, [Edit("x_3", (1,), symbol)])
    assert edited.givens["x_3"][1] == symbol
    assert names(book, changed, 2) == []
    assert names(book, changed, 3)[:2] == ["look up input", "add"]
    assert "multiply state" in names(book, changed, 4)


def test_a_target_changes_no_prediction(book):
    symbol = (int(book.givens["target_2"][0]) + 1) % 4
    edited, changed = retrace(book, [Edit("target_2", (0,), symbol)])
    assert {book[i].phase for i in changed} == {"loss", "backward", "sum", "clip", "update"}
    assert edited.loss != book.loss
    assert {book[i].t for i in changed if book[i].phase == "backward"} == {2, 1}


def test_a_readout_weight_leaves_the_hidden_states(book):
    changed = retrace(book, [Edit("W_hy", (0, 0), 0.5)]).changed
    assert names(book, changed, 4) == ["readout", "softmax"]


def test_a_learning_rate_changes_the_updates_alone(book):
    changed = retrace(book, [Edit("η", (), 7.0)]).changed
    assert {book[i].name.split(" of ")[0].split()[0] for i in changed} == {"update"}
    assert len(changed) == len(book.gradients)


def test_a_held_number_says_so_and_stops_the_gradient(book):
    index = book.places.hidden[1][1]
    edited, _ = retrace(book, [Edit(index, (0, 2), 0.25)])
    h, others = edited[index], [(0, 0), (0, 1), (0, 3), (1, 2)]
    assert h.formula == "h_t = tanh(z_t), held"
    assert h.value[0, 2] == 0.25
    assert [h.value[i] == book[index].value[i] for i in others] == [True] * 4
    dz = next(o for o in edited if o.symbol == "dz_t" and (o.t, o.layer) == (2, 1))
    assert dz.formula == "dz_t = dh_t (1 − h_t²), 0 where h_t is held"
    assert dz.value[0, 2] == 0.0
    assert dz.value[0, 0] != 0.0


def test_a_number_that_is_held_at_what_it_was_still_stops_the_gradient(book):
    index = book.places.hidden[1][0]
    edited, changed = retrace(book, [Edit(index, (0, 2), book[index].value[0, 2])])
    assert edited.loss == book.loss
    assert index in changed
    assert not np.array_equal(edited.gradients["layer0.W_hh"], book.gradients["layer0.W_hh"])
    assert wrong_operations(edited) == []


def test_several_held_numbers_stay_held_whatever_else_is_edited(book):
    index, later = book.places.hidden[0][0], book.places.hidden[2][0]
    edits = [Edit(index, (0, 0), 0.5), Edit(later, (1, 1), -0.5), Edit("layer0.b_h", (0,), 3.0)]
    edited = retrace(book, [*edits, Edit(index, (0, 3), 0.1)]).trace
    assert (edited[index].value[0, 0], edited[index].value[0, 3]) == (0.5, 0.1)
    assert edited[later].value[1, 1] == -0.5
    assert wrong_operations(edited) == []


def test_the_last_edit_of_an_element_counts(book):
    index = book.places.hidden[0][0]
    once = retrace(book, [Edit("b_y", (0,), 2.0), Edit(index, (0, 0), 0.3)]).trace
    twice = [Edit("b_y", (0,), 1.0), Edit(index, (0, 0), 0.9)]
    again = retrace(book, [*twice, Edit("b_y", (0,), 2.0), Edit(index, (0, 0), 0.3)]).trace
    assert all(a.value.tobytes() == b.value.tobytes() for a, b in zip(once, again, strict=True))


def test_nothing_in_an_edited_trace_can_be_written_to(book):
    edited = retrace(book, [Edit("x_1", (0,), 3), Edit(book.places.hidden[0][0], (0, 0), 0.5)])
    for operation in edited.trace:
        assert not operation.value.flags.writeable
    assert not edited.trace.givens["x_1"].flags.writeable


def test_retracing_tells_how_far_it_is(book):
    done = list(retracing(book, ()))
    assert done == sorted(done)
    assert 0 < done[0] < done[-1] <= 1
    assert finished(retracing(book, ())).changed == frozenset()


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit("W_hq", (0, 0), 1.0), "nothing that can be edited is called 'W_hq'"),
        (Edit("f_T", (0, 0), 1.0), "nothing that can be edited is called 'f_T'"),
        (Edit(0, (0, 0), 1.0), "operation 0 makes no hidden state: only h_t can be edited"),
        (Edit(10**6, (0, 0), 1.0), "operation 1000000 makes no hidden state"),
        (Edit("b_y", (4,), 1.0), r"b_y has the shape \(4,\): there is no element \(4,\)"),
        (Edit("b_y", (-1,), 1.0), r"there is no element \(-1,\)"),
        (Edit("b_y", (), 1.0), r"there is no element \(\)"),
        (Edit("b_y", (0,), np.nan), "b_y cannot be set to nan: give a number in its range"),
        (Edit("x_1", (0,), 5), "x_1 is a symbol: give a whole number from 0 to 4"),
        (Edit("target_1", (0,), 4), "target_1 is a symbol: give a whole number from 0 to 3"),
        (Edit("x_1", (0,), 1.5), "x_1 is a symbol"),
        (Edit("x_1", (0,), np.inf), "x_1 is a symbol"),
    ],
)
def test_an_edit_that_cannot_be_made_is_refused_in_plain_words(book, edit, message):
    with pytest.raises(ValueError, match=message):
        retrace(book, [edit])


def test_a_number_beyond_float32_is_refused(make_problem):
    book = trace(*make_problem(dtype=np.float32))
    for target in ("W_hy", book.places.hidden[0][0]):
        with pytest.raises(ValueError, match=r"cannot be set to 1e\+300"):
            retrace(book, [Edit(target, (0, 0), 1e300)])
