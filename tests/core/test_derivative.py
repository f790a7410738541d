from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from rnn_tui.core.derivative import derivative, first_wrong, is_finite, verify
from rnn_tui.core.faults import FAULTS
from rnn_tui.core.gradcheck import Gradients, check_gradients
from rnn_tui.core.model import Workspace
from rnn_tui.core.parameters import architecture_of
from rnn_tui.core.record import GradientOf
from rnn_tui.core.retrace import Edit, retrace
from rnn_tui.core.trace import trace
from rnn_tui.core.updates import Update
from rnn_tui.core.work import finished

KINDS = [
    {},
    {"L": 1, "B": 1},
    {"cell": "relu", "L": 3},
    {"kind": "vectors", "B": 3},
    {"T": 1},
]


def elements(operation, most=5):
    shape = operation.value.shape
    chosen = np.linspace(0, operation.value.size - 1, most).astype(int)
    return {tuple(int(i) for i in np.unravel_index(k, shape)) for k in chosen}


def verifications(book):
    gradients = [operation for operation in book if operation.gradient_of is not None]
    return [verify(book, op.index, element) for op in gradients for element in elements(op)]


def loss_of(problem):
    T, B = problem.inputs.shape[:2]
    workspace = Workspace(architecture_of(problem.params, problem.cell), T, B, np.float64)
    workspace.forward(problem.params, problem.inputs, problem.state)
    return workspace.cross_entropy(problem.targets)


@pytest.mark.parametrize("kind", KINDS)
def test_every_gradient_of_the_textbook_is_the_derivative_it_claims_to_be(make_problem, kind):
    book = trace(*make_problem(**kind), clip=0.1)
    found = verifications(book)
    assert len(found) > 100 / (book.givens["T·B"] + 1)
    assert all(one.passed for one in found)
    assert max(one.error for one in found) < 1e-12


def test_verifying_a_sum_equals_the_gradient_check(make_problem):
    problem = make_problem()
    book = trace(*problem)
    for check in check_gradients(*problem):
        if check.name in book.places.gradients:
            found = verify(book, book.places.gradients[check.name], check.worst_index)
            assert found.derivative == pytest.approx(check.derivative, rel=1e-11)
            assert found.backward == pytest.approx(check.backward_value, rel=1e-11)


def test_the_derivative_along_a_dense_direction_is_the_gradient_times_it(make_problem):
    book = trace(*make_problem())
    for name in ("layer0.W_hh", "layer1.b_h", "layer0.W_xh", "state.layer1"):
        direction = np.random.default_rng(0).normal(size=book.givens[name].shape)
        gradients = {**book.gradients, "state.layer1": book.state_gradient[1]}
        expected = (gradients[name] * direction).sum()
        assert derivative(book, GradientOf(None, name), direction) == pytest.approx(expected)


def test_it_is_what_the_loss_does_when_the_number_really_changes(make_problem):
    problem = make_problem(T=3)
    slope = derivative(trace(*problem), GradientOf(None, "layer0.b_h"), np.array([0, 1, 0, 0]))
    up, down = problem.params["layer0.b_h"] + 0, problem.params["layer0.b_h"] + 0
    up[1], down[1] = up[1] + 1e-5, down[1] - 1e-5
    losses = [
        loss_of(problem._replace(params={**problem.params, "layer0.b_h": b})) for b in (up, down)
    ]
    assert slope == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("B", [1, 3])
def test_what_an_edit_holds_keeps_its_number(make_problem, B):
    base = trace(*make_problem(B=B))
    second, third = base.places.hidden[1][0], base.places.hidden[2][1]
    edits = [Edit(second, (B - 1, 2), 0.3), Edit(third, (0, 1), -0.9), Edit("b_y", (1,), 2.0)]
    book = retrace(base, edits).trace
    assert all(one.passed for one in verifications(book))
    assert finished(first_wrong(book)) is None
    z = next(op for op in book if op.gradient_of == (second - 1, None))
    assert verify(book, z.index, (B - 1, 2)).derivative == 0


@pytest.mark.parametrize("scale", [10, 100])
def test_a_saturated_network_gives_no_false_alarm(make_problem, scale):
    problem = make_problem(T=12, B=1)
    params = {name: value * scale for name, value in problem.params.items()}
    book = trace(*problem._replace(params=params))
    assert all(one.passed for one in verifications(book))
    assert finished(first_wrong(book)) is None


def test_a_network_that_is_sure_gives_no_false_alarm(make_problem):
    problem = make_problem(T=6, B=1, L=1)
    logits = {"W_hy": problem.params["W_hy"], "b_y": np.array([0, 25.0, 0, 0])}
    right = np.ones_like(problem.targets)
    sure = problem._replace(params={**problem.params, **logits}, targets=right)
    book = trace(*sure)
    assert book.loss < 1e-9
    assert all(one.passed for one in verifications(book))


def test_float32_is_held_to_what_float32_can_do(make_problem):
    book = trace(*make_problem(dtype=np.float32, T=12))
    found = verifications(book)
    assert all(one.passed for one in found)
    assert 1e-8 < max(one.error for one in found) < 1e-3
    wrong = retrace(book, [], FAULTS["transposed"]).trace
    assert not all(one.passed for one in verifications(wrong))


def test_what_is_not_finite_does_not_pass(make_problem):
    problem = make_problem(cell="relu")
    params = {name: value * 1e200 for name, value in problem.params.items()}
    book = trace(*problem._replace(params=params))
    found = verify(book, book.places.gradients["layer0.b_h"], (0,))
    assert np.isnan(found.error)
    assert not found.passed
    assert finished(first_wrong(book)) is None


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("forward", "look up input at t = 1 is a forward operation: verify asks about gradients"),
        ("loss", "cross-entropy at t = 1 is an operation of the loss: verify asks about gradients"),
        ("clip", "norm is an operation of the clipping: verify asks about gradients"),
        ("update", "is an operation of the update: verify asks about gradients"),
    ],
)
def test_it_says_plainly_what_has_no_derivative(make_problem, phase, words):
    book = trace(*make_problem(), clip=0.1, update=Update("sgd", 0.1))
    index = next(operation.index for operation in book if operation.phase == phase)
    with pytest.raises(ValueError, match=words) as told:
        verify(book, index, (0, 0))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("element", [(0,), (4, 0), (0, -1), (0, 0, 0)])
def test_it_says_plainly_which_element_is_not_there(make_problem, element):
    book = trace(*make_problem())
    with pytest.raises(ValueError, match="dW_hh is 4 × 4: there is no element"):
        verify(book, book.places.gradients["layer0.W_hh"], element)


WHERE = {
    "missing-dh": ("back through", 5, 1),
    "overwritten": ("sum db_h", 0, 0),
    "last-state-first": ("part of dW_hh", 1, 1),
    "no-clipping": ("scale", 0, None),
    "transposed": ("hand to the past", 5, 1),
    "off-by-one": ("gradient of the logits", 4, None),  # the last step has no following target
}


@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("fault", FAULTS)
def test_the_first_wrong_operation_is_where_the_fault_was_planted(make_problem, fault, cell):
    book = retrace(trace(*make_problem(cell=cell), clip=0.1), [], FAULTS[fault]).trace
    wrong = finished(first_wrong(book))
    operation, (name, t, layer) = book[wrong.index], WHERE[fault]
    assert operation.name.startswith(name)
    assert (operation.t, operation.layer) == (t, layer)
    assert wrong.error > 1e-3
    assert operation.value[wrong.element] == wrong.backward


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong_with_the_textbook(make_problem, kind):
    book = trace(*make_problem(**kind), clip=0.1, update=Update("sgd", 0.1))
    assert finished(first_wrong(book)) is None


@pytest.mark.parametrize("where", ["y_t", "dz_t"])
def test_where_one_number_is_not_finite_nothing_is_found_wrong(make_problem, where):
    book = retrace(trace(*make_problem()), [], FAULTS["transposed"]).trace
    assert is_finite(book)
    assert finished(first_wrong(book)) is not None
    operation = next(op for op in book if op.symbol == where)
    object.__setattr__(operation, "stored", np.full_like(operation.value, np.nan))
    assert not is_finite(book)
    assert finished(first_wrong(book)) is None


def test_progress_only_grows(make_problem, monkeypatch):
    monkeypatch.setattr("rnn_tui.core.complexstep.BLOCK", 1e6)  # few at once
    progress = list(first_wrong(trace(*make_problem(T=10))))
    assert len(progress) > 2
    assert progress == sorted(progress)
    assert 0 <= progress[0] <= progress[-1] == 1


def test_a_number_of_a_long_window_is_verified_at_once(make_problem):
    book = trace(*make_problem(T=64, B=1))
    started = perf_counter()
    for _ in range(10):
        verify(book, book.places.state_gradient[0], (0, 1))
    assert perf_counter() - started < 3  # about 0.15 where nothing else runs


def test_the_fast_path_agrees_without_the_textbook(make_problem):
    """The derivative judges another backward pass as well: here that which trains."""
    problem = make_problem()
    book = trace(*problem)

    def by_derivative(params, inputs, targets, state, cell):
        eye = {name: np.eye(value.size).reshape(-1, *value.shape) for name, value in params.items()}
        found = {
            name: np.array([derivative(book, GradientOf(None, name), one) for one in every])
            for name, every in eye.items()
        }
        shaped = {name: values.reshape(params[name].shape) for name, values in found.items()}
        return Gradients(shaped, book.state_gradient)

    assert all(check.passed for check in check_gradients(*problem, backward=by_derivative))
