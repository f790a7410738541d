from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.gradcheck import check_gradients
from rnn_tui.core.retrace import Edit, retrace
from rnn_tui.core.sweep import sweep
from rnn_tui.core.trace import trace

KINDS = [
    {"B": 1},
    {"B": 1, "L": 1, "cell": "relu"},
    {"B": 3},
    {"B": 1, "kind": "vectors"},
    {"T": 1, "B": 1},
]


def swept(book):
    *_, last = sweep(book)
    return last


@pytest.mark.parametrize("kind", KINDS)
def test_it_agrees_with_the_gradient_check(make_problem, kind):
    problem = make_problem(**kind)
    last = swept(trace(*problem))
    checks = {check.name: check for check in check_gradients(*problem)}
    assert last.by_name.keys() == checks.keys()
    for name, found in last.by_name.items():
        assert found.passed
        assert found.worst.error < 1e-12
        assert found.checked == found.size == checks[name].checked
    assert last.done == last.total == sum(check.checked for check in checks.values())


WHERE = {
    "missing-dh": {"W_xh", "W_hh", "b_h", "state"},
    "overwritten": {"b_h"},
    "last-state-first": {"W_hh"},
    "no-clipping": set(),  # comes after the gradients
    "transposed": {"W_xh", "W_hh", "b_h", "state"},
    "off-by-one": {"W_xh", "W_hh", "b_h", "state", "W_hy", "b_y"},
}


@pytest.mark.parametrize("B", [1, 2])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_shows_in_the_arrays_that_it_touches(make_problem, fault, B):
    book = trace(*make_problem(L=1, B=B, seed=1), clip=0.1)
    last = swept(retrace(book, [], FAULTS[fault]).trace)
    wrong = {name for name, found in last.by_name.items() if not found.passed}
    short = {name.replace("state.layer0", "state").rpartition(".")[2] for name in wrong}
    assert short == WHERE[fault]


def test_the_worst_element_is_the_one_that_was_changed(make_problem):
    book = trace(*make_problem(B=1))
    wrong = book.gradients["layer1.W_hh"].copy()
    wrong[2, 3] += 0.5
    operation = book[book.places.gradients["layer1.W_hh"]]
    object.__setattr__(operation, "stored", wrong)
    found = swept(book).by_name["layer1.W_hh"]
    assert not found.passed
    assert found.worst.element == (2, 3)
    assert found.worst.backward - found.worst.derivative == pytest.approx(0.5)
    assert found.worst.backward == wrong[2, 3]


@pytest.mark.parametrize("B", [1, 2])
def test_what_an_edit_holds_keeps_its_number(make_problem, B):
    base = trace(*make_problem(B=B))
    held = [Edit(base.places.hidden[1][0], (B - 1, j), 0.1 * j) for j in range(3)]
    last = swept(retrace(base, held).trace)
    assert all(found.passed for found in last.by_name.values())


def test_every_array_has_its_share_from_the_beginning(make_problem, monkeypatch):
    monkeypatch.setattr("rnn_tui.core.complexstep.BLOCK", 1e6)  # few at once
    book = trace(*make_problem(T=10))
    early = list(islice(sweep(book), 20))[-1]
    shares = [found.checked / found.size for found in early.by_name.values()]
    assert min(shares) > 0
    assert early.done < early.total
    assert all(found.worst is not None for found in early.by_name.values())


def test_it_only_goes_on(make_problem, monkeypatch):
    monkeypatch.setattr("rnn_tui.core.complexstep.BLOCK", 1e6)
    done = [progress.done for progress in sweep(trace(*make_problem(T=10)))]
    assert done == sorted(done)
    assert len(done) > 20


def test_rows_that_no_symbol_names_have_the_derivative_zero(make_problem):
    problem = make_problem(B=1)
    problem = problem._replace(inputs=np.full_like(problem.inputs, 3))
    book = trace(*problem)
    gradient = book.gradients["layer0.W_xh"].copy()
    gradient[1, 0] = 1.0
    object.__setattr__(book[book.places.gradients["layer0.W_xh"]], "stored", gradient)
    found = swept(book).by_name["layer0.W_xh"]
    assert found.worst.element == (1, 0)
    assert found.worst.derivative == 0


def test_a_gradient_that_is_zero_everywhere_passes(make_problem):
    problem = make_problem(T=1, B=1)
    still = tuple(np.zeros_like(h) for h in problem.state)
    found = swept(trace(*problem._replace(state=still))).by_name["layer0.W_hh"]
    assert found.passed
    assert found.worst.error == 0


def test_float32_is_held_to_what_float32_can_do(make_problem):
    book = trace(*make_problem(B=1, dtype=np.float32))
    assert all(found.passed for found in swept(book).by_name.values())
    wrong = swept(retrace(book, [], FAULTS["overwritten"]).trace)
    assert not wrong.by_name["layer0.b_h"].passed
