"""Over windows of any shape: the textbook is right, and going there and back changes nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.model import Workspace
from rnn_tui.core.parameters import architecture_of
from rnn_tui.core.retrace import Edit, retrace
from rnn_tui.core.trace import trace

from .windows import problems, settings_of_updates, wrong_operations


def near(a, b):
    scale = max(np.abs(a).max(), np.abs(b).max(), np.finfo(float).tiny)
    return np.shape(a) == np.shape(b) and np.abs(a - b).max() <= 1e-12 * scale


def same(one, other):
    """Bit for bit, in all that an operation shows."""
    return (
        (one.formula, one.name, list(one.operands))
        == (other.formula, other.name, [*other.operands])
        and one.value.tobytes() == other.value.tobytes()
        and all(one.operands[k].tobytes() == other.operands[k].tobytes() for k in one.operands)
    )


def edits_of(book):
    """Lists of edits of any given, each of an element that is there."""

    def edit(name):
        value = book.givens[name]
        elements = st.tuples(*(st.integers(0, n - 1) for n in value.shape))
        sizes = {"x": book.givens["layer0.W_xh"], "target": book.givens["b_y"]}
        numbers = st.floats(-2, 2)
        if value.dtype.kind == "i":
            numbers = st.integers(0, len(sizes[name.partition("_")[0]]) - 1)
        return st.builds(Edit, st.just(name), elements, numbers)

    names = [n for n in book.givens if n[:2] in ("x_", "ta", "st", "la", "W_", "b_")]
    return st.lists(st.sampled_from(names).flatmap(edit), min_size=1, max_size=4)


def with_edits(problem, edits):
    """The problem with copies of its arrays changed."""
    inputs, targets = problem.inputs.copy(), problem.targets.copy()
    arrays = {name: value.copy() for name, value in problem.params.items()}
    arrays |= {f"state.layer{i}": h.copy() for i, h in enumerate(problem.state)}
    arrays |= {f"x_{t}": x for t, x in enumerate(inputs, 1)}
    arrays |= {f"target_{t}": target for t, target in enumerate(targets, 1)}
    for edit in edits:
        arrays[edit.target][edit.element] = edit.value
    state = tuple(arrays[f"state.layer{i}"] for i in range(len(problem.state)))
    params = {name: arrays[name] for name in problem.params}
    return problem._replace(params=params, state=state, inputs=inputs, targets=targets)


@given(problems())
def test_the_gradients_are_those_of_training(problem):
    book, (T, B) = trace(*problem), problem.targets.shape
    fast = Workspace(architecture_of(problem.params, problem.cell), T, B, np.float64)
    assert near(book.loss, fast.loss_and_gradients(*problem[:4]))
    assert all(near(book.gradients[name], fast.gradients[name]) for name in book.gradients)
    assert all(map(near, book.new_state, fast.final_state()))
    assert all(map(near, book.state_gradient, fast.state_gradient()))


@given(problems(), settings_of_updates())
def test_every_value_is_its_function_of_its_operands_each_time(problem, settings):
    for operation in trace(*problem, **settings):
        first = operation.value
        assert operation.compute().tobytes() == first.tobytes() == operation.value.tobytes()
        if operation.phase == "sum":
            assert near(first, sum(operation.operands.values()))


@given(problems(), settings_of_updates(), st.data())
def test_an_edit_is_a_new_trace_of_what_was_edited(problem, settings, data):
    book = trace(*problem, **settings)
    edits = data.draw(edits_of(book))
    edited, fresh = retrace(book, edits).trace, trace(*with_edits(problem, edits), **settings)
    assert all(map(same, edited, fresh))
    assert edited.loss == fresh.loss
    assert edited.givens.keys() == fresh.givens.keys()


@given(problems(), settings_of_updates(), st.data())
def test_what_reads_the_same_is_shared_and_what_differs_is_marked(problem, settings, data):
    book = trace(*problem, **settings)
    edited, changed = retrace(book, data.draw(edits_of(book)))
    for old, new in zip(book, edited, strict=True):
        sources = zip(new.operands.sources.values(), old.operands.sources.values(), strict=True)
        assert (new is old) == all(a is b for a, b in sources)
        gives_the_same = new.value.tobytes() == old.value.tobytes() and new.formula == old.formula
        assert gives_the_same or old.index in changed
        assert new is not old or old.index not in changed


@given(problems(), settings_of_updates(), st.data())
def test_to_undo_an_edit_is_to_go_back(problem, settings, data):
    book = trace(*problem, **settings)
    edits = data.draw(edits_of(book))
    before = retrace(book, edits[:-1]).trace
    retrace(book, edits)
    assert all(map(same, retrace(book, edits[:-1]).trace, before))
    assert all(map(lambda new, old: new is old, retrace(book, ()).trace, book))


@given(problems(), st.data())
def test_held_numbers_are_held_and_the_gradients_are_those_of_the_loss_then(problem, data):
    book = trace(*problem)
    index = data.draw(st.sampled_from([i for step in book.places.hidden for i in step]))
    shape = book[index].value.shape
    element = data.draw(st.tuples(*(st.integers(0, n - 1) for n in shape)))
    edits = [*data.draw(edits_of(book)), Edit(index, element, data.draw(st.floats(-2, 2)))]
    edited = retrace(book, edits).trace
    assert edited[index].value[element] == edits[-1].value
    assert edited[index].held.sum() == 1
    assert all(o.compute().tobytes() == o.value.tobytes() for o in edited)
    assert wrong_operations(edited) == []


@given(problems(), settings_of_updates(), st.sampled_from(sorted(FAULTS)), st.data())
def test_a_fault_and_edits_can_be_undone_in_any_order(problem, settings, name, data):
    book = trace(*problem, **settings)
    edits = data.draw(edits_of(book))
    both = retrace(book, edits, FAULTS[name]).trace
    edited_first = retrace(retrace(book, edits).trace, (), FAULTS[name]).trace
    assert all(map(same, both, edited_first))
    assert retrace(book, (), None).changed == frozenset()
