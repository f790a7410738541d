"""Planted faults: what shows them, where they start, and that nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.retrace import Edit, retrace
from rnn_tui.core.trace import Update, trace

from .windows import wrong_operations

# Where the backward pass first parts from the derivative: name, t, layer; and the wrong formula.
FIRST = {
    "missing-dh": ("back through tanh", 4, 1, "dz_t = 1 − h_t²"),
    "overwritten": ("sum db_h", 0, 0, "db_h = db_h^1"),
    "last-state-first": ("part of dW_hh", 1, 1, "dW_hh^t = h_Tᵀ dz_t"),
    "transposed": ("hand to the past", 4, 1, "f_{t-1} = dz_t W_hh"),
    "off-by-one": ("gradient of the logits", 3, None, "dy_t = (p_t − 1[target_{t+1}]) / (T·B)"),
}


@pytest.fixture(name="book", scope="module")
def _book(make_problem):
    return trace(*make_problem(T=4), clip=0.1, clip_value=0.01, update=Update())


def planted(book, name, edits=()):
    return retrace(book, edits, FAULTS[name]).trace


def test_the_faults_are_named_after_themselves():
    assert list(FAULTS) == [*list(FIRST)[:3], "no-clipping", "transposed", "off-by-one"]
    for name, fault in FAULTS.items():
        assert fault.name == name
        assert fault.title
        assert fault.sentence.endswith(".")


@pytest.mark.parametrize("name", FIRST)
def test_the_first_wrong_operation_is_where_the_fault_is(book, name):
    first = wrong_operations(planted(book, name))[0]
    assert (first.name, first.t, first.layer, first.formula) == FIRST[name]


@pytest.mark.parametrize("name", FIRST)
def test_with_edits_the_first_wrong_operation_is_still_where_the_fault_is(book, name):
    edits = [Edit("layer1.W_hh", (0, 1), 0.7), Edit(book.places.hidden[1][0], (0, 0), 0.2)]
    first = wrong_operations(planted(book, name, edits))[0]
    assert (first.name, first.t, first.layer, first.formula) == FIRST[name]


@pytest.mark.parametrize("name", FAULTS)
def test_what_was_replaced_knows_what_it_should_be(book, name):
    wrong = planted(book, name)
    replaced = [operation for operation in wrong if operation.intended is not None]
    assert replaced
    for operation in replaced:
        assert operation.intended.formula == book[operation.index].formula
        assert operation.formula != operation.intended.formula
        assert not np.array_equal(operation.value, operation.intended.value)
    first = replaced[0]
    assert np.array_equal(first.intended.value, book[first.index].value)


@pytest.mark.parametrize("name", FAULTS)
def test_every_value_is_what_the_wrong_formula_says(book, name):
    wrong = planted(book, name)
    for operation in wrong:
        assert operation.compute().tobytes() == operation.value.tobytes()
        assert operation.value.shape == book[operation.index].value.shape


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_the_forward_pass_and_all_before_it_alone(book, name):
    wrong, changed = retrace(book, (), FAULTS[name])
    first = next(o.index for o in wrong if o.intended is not None)
    assert min(changed) == first
    assert wrong.loss == book.loss
    for new, old in zip(wrong, book, strict=True):
        assert new.index in changed or np.array_equal(new.value, old.value)


def test_the_mistakes_of_the_notebook_give_its_numbers(book):
    wrong = planted(book, "missing-dh")
    dz = next(o for o in wrong if o.symbol == "dz_t" and (o.t, o.layer) == (2, 0))
    assert np.array_equal(dz.value, 1 - dz.operands["h_t"] ** 2)
    wrong = planted(book, "overwritten")
    last = wrong.contributions["layer1.b_h"][-1]
    assert np.array_equal(wrong.gradients["layer1.b_h"], last.value)
    part = planted(book, "last-state-first").contributions["layer0.W_hh"][-1]
    assert part.operands["h_T"] is book.new_state[0]


def test_without_clipping_the_gradients_stay_as_long_as_they_are(book):
    wrong = planted(book, "no-clipping")
    assert wrong_operations(wrong) == []
    clipped = {o.name: o.value for o in wrong if o.phase == "clip"}
    assert clipped["scale"] == 1.0
    assert np.array_equal(clipped["clip db_y"], wrong.gradients["b_y"])


def test_relu_forgets_the_gradient_too(make_problem):
    book = trace(*make_problem(cell="relu"))
    first = wrong_operations(planted(book, "missing-dh"))[0]
    assert first.formula == "dz_t = [h_t > 0]"
    assert np.array_equal(first.value, first.operands["h_t"] > 0)


def test_a_fault_that_meets_nothing_changes_nothing(make_problem):
    assert retrace(trace(*make_problem()), (), FAULTS["no-clipping"]).changed == frozenset()
    short = trace(*make_problem(T=1))
    assert retrace(short, (), FAULTS["off-by-one"]).changed == frozenset()
