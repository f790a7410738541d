from __future__ import annotations

import re
import tracemalloc

import numpy as np
import pytest

from rnn_tui.core.cells.products import Widths
from rnn_tui.core.initialization import initialize
from rnn_tui.core.model import Workspace, loss_and_gradients, step
from rnn_tui.core.parameters import Architecture, architecture_of, zero_state
from rnn_tui.core.softmax import Softmax
from rnn_tui.core.trace import trace


def difference(a, b):
    """Relative to the largest element of either."""
    return np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max(), np.finfo(float).tiny)


def workspace_for(problem, dtype=np.float64):
    T, B = problem.targets.shape
    return Workspace(architecture_of(problem.params, problem.cell), T, B, dtype)


@pytest.mark.parametrize("kind", ["symbols", "vectors"])
@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("L", [1, 3])
@pytest.mark.parametrize("B", [1, 5])
@pytest.mark.parametrize("T", [1, 2, 9, 64])
def test_the_fast_path_equals_the_textbook(make_problem, T, B, L, cell, kind):
    problem = make_problem(T, B, L, cell, kind)
    workspace, book = workspace_for(problem), trace(*problem)
    loss = workspace.loss_and_gradients(*problem[:4])
    assert difference(np.array(loss), np.array(book.loss)) <= 1e-12
    for name, gradient in book.gradients.items():
        assert difference(workspace.gradients[name], gradient) <= 1e-12, name
    for layer in range(L):
        assert difference(workspace.final_state()[layer], book.new_state[layer]) <= 1e-12
        assert difference(workspace.state_gradient()[layer], book.state_gradient[layer]) <= 1e-12
    probabilities = [operation.value for operation in book if operation.name == "softmax"]
    assert difference(workspace.probabilities, np.array(probabilities)) <= 1e-12


@pytest.mark.parametrize("kind", ["symbols", "vectors"])
def test_float32_stays_float32_and_close(make_problem, kind):
    single = loss_and_gradients(*make_problem(T=9, kind=kind, dtype=np.float32))
    double = loss_and_gradients(*make_problem(T=9, kind=kind))
    assert type(single.loss) is float
    assert abs(single.loss - double.loss) < 1e-6
    for name, gradient in double.gradients.items():
        assert single.gradients[name].dtype == np.float32
        assert difference(single.gradients[name], gradient) < 1e-5
    assert all(h.dtype == np.float32 for h in single.new_state)


def test_symbols_mean_the_same_as_one_hot_vectors(make_problem):
    problem = make_problem()
    by_symbol = loss_and_gradients(*problem)
    by_vector = loss_and_gradients(*problem._replace(inputs=np.eye(5)[problem.inputs]))
    assert np.isclose(by_symbol.loss, by_vector.loss, rtol=1e-14)
    for name, gradient in by_vector.gradients.items():
        assert difference(by_symbol.gradients[name], gradient) <= 1e-14


def test_symbols_that_do_not_occur_have_no_gradient(make_problem):
    problem = make_problem()
    inputs = np.where(problem.inputs == 3, 1, problem.inputs)
    gradient = loss_and_gradients(*problem._replace(inputs=inputs)).gradients["layer0.W_xh"]
    assert not gradient[3].any()
    assert gradient[1].any()


def test_the_state_carries_one_window_over_to_the_next(make_problem):
    problem = make_problem(T=8)
    whole = loss_and_gradients(*problem)
    state, losses = problem.state, []
    for half in (slice(0, 4), slice(4, 8)):
        inputs, targets = problem.inputs[half], problem.targets[half]
        loss, _, state = loss_and_gradients(problem.params, inputs, targets, state)
        losses.append(loss)
    assert np.isclose(whole.loss, np.mean(losses), rtol=1e-14)
    assert all(difference(a, b) <= 1e-14 for a, b in zip(whole.new_state, state, strict=True))


def test_nothing_that_is_given_is_changed_or_given_back(make_problem):
    problem = make_problem(kind="vectors")
    given = [*problem.params.values(), problem.inputs, problem.targets, *problem.state]
    before = [array.copy() for array in given]
    result = loss_and_gradients(*problem)
    assert all(np.array_equal(a, b) for a, b in zip(given, before, strict=True))
    results = [*result.gradients.values(), *result.new_state]
    assert not any(np.shares_memory(a, b) for a in results for b in given)


def test_a_second_call_leaves_the_results_of_the_first_alone(make_problem):
    first = loss_and_gradients(*make_problem())
    kept = [array.copy() for array in (*first.gradients.values(), *first.new_state)]
    loss_and_gradients(*make_problem(seed=1))
    found = [*first.gradients.values(), *first.new_state]
    assert all(np.array_equal(a, b) for a, b in zip(found, kept, strict=True))


@pytest.mark.parametrize("kind", ["symbols", "vectors"])
def test_a_used_workspace_gives_the_bits_of_a_fresh_one(make_problem, kind):
    problem = make_problem(kind=kind)
    used, fresh = workspace_for(problem), workspace_for(problem)
    for other in (make_problem(seed=1), make_problem(seed=2, kind="vectors")):
        used.loss_and_gradients(*other[:4])
    assert used.loss_and_gradients(*problem[:4]) == fresh.loss_and_gradients(*problem[:4])
    assert used.gradients_flat.tobytes() == fresh.gradients_flat.tobytes()
    for a, b in zip(used.state_gradient(), fresh.state_gradient(), strict=True):
        assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("widths", [(4, 4), (2, 1), (0, 2), (1, 0)])
def test_the_matrix_of_the_state_may_be_multiplied_in_blocks(make_problem, widths):
    problem = make_problem()
    architecture = architecture_of(problem.params, problem.cell)
    whole = workspace_for(problem)
    blocks = Workspace(architecture, 5, 2, np.float64, Widths(*widths))
    loss = whole.loss_and_gradients(*problem[:4])
    assert np.isclose(blocks.loss_and_gradients(*problem[:4]), loss, rtol=1e-14)
    assert difference(blocks.gradients_flat, whole.gradients_flat) <= 1e-14


def test_blocks_must_divide_the_matrix(make_problem):
    architecture = architecture_of(make_problem().params)
    with pytest.raises(ValueError, match="blocks of 3 columns do not divide the 4 of W_hh"):
        Workspace(architecture, 5, 2, np.float64, Widths(3, 0))


def test_a_workspace_may_be_given_its_own_last_state(make_problem):
    problem = make_problem()
    workspace = workspace_for(problem)
    workspace.loss(*problem[:4])
    copied = workspace.final_state()
    own = tuple(hidden[-1] for hidden in workspace.hidden)
    loss = workspace.loss_and_gradients(*problem[:3], own)
    assert loss == loss_and_gradients(*problem[:3], copied).loss


def test_a_pass_allocates_a_fraction_of_one_buffer_of_hidden_states():
    architecture = Architecture(inputs=9, hidden=64, layers=2, outputs=9)
    _, params = initialize(architecture, "uniform", np.random.default_rng(0))
    workspace = Workspace(architecture, 64, 32, np.float64)
    symbols, state = np.ones((64, 32), int), zero_state(architecture, 32, np.float64)
    workspace.loss_and_gradients(params, symbols, symbols, state)
    tracemalloc.start()
    workspace.loss_and_gradients(params, symbols, symbols, state)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < workspace.hidden[0].nbytes / 5


def test_parameters_may_lie_anyhow_and_in_any_order(make_problem):
    problem = make_problem()
    order = sorted(problem.params, reverse=True)
    params = {name: np.asfortranarray(problem.params[name]) for name in order}
    straight, odd = loss_and_gradients(*problem), loss_and_gradients(params, *problem[1:])
    assert np.isclose(straight.loss, odd.loss, rtol=1e-14)
    for name in order:
        assert difference(straight.gradients[name], odd.gradients[name]) <= 1e-14


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e4, 3e38])
def test_huge_logits_give_a_finite_loss_and_finite_gradients(make_problem, size, dtype):
    problem = make_problem(dtype=dtype)
    problem.params["b_y"][:] = [size, -size, 0, size / 2]
    loss, gradients, _ = loss_and_gradients(*problem)
    expected = np.mean(size - problem.params["b_y"].astype(float)[problem.targets])
    assert np.isclose(loss, expected, rtol=1e-3)
    assert all(np.isfinite(gradient).all() for gradient in gradients.values())


@pytest.mark.parametrize("V", [402, 422])
def test_the_sum_of_large_exponentials_is_finite(V):
    logits = np.full((1, V), np.log(float(np.finfo(np.float32).max) / V), np.float32)
    with np.errstate(all="ignore"):
        found = Softmax(1, V, logits.dtype)(logits, np.zeros_like(logits))
    assert np.isclose(found.log_sum + found.top, np.log(float(np.finfo(np.float32).max)))
    assert np.allclose(logits, 1 / V, rtol=1e-5)


@pytest.mark.parametrize("moved", [-1000, -110, -95, -80, -20, -13, 0, 20, 60, 80, 95, 1000])
def test_probabilities_are_the_same_wherever_their_logits_lie(moved):
    spread = np.array([[0, 3, -4, 0.5], [0, -90, -100, 2]], np.float32)
    logits = spread + np.float32(moved)
    expected = np.exp(logits.astype(float) - moved)
    sums = expected.sum(axis=1)
    with np.errstate(all="ignore"):
        found = Softmax(2, 4, logits.dtype)(logits, np.zeros_like(logits))
    assert np.allclose(logits, expected / sums[:, None], rtol=1e-6, atol=1e-31)
    assert np.allclose(found.log_sum + found.top, np.log(sums) + moved, rtol=1e-6)


@pytest.mark.parametrize("V", [1, 2, 4])
def test_no_loss_is_below_zero_however_sure_the_network_is(make_problem, V):
    architecture = Architecture(inputs=V, hidden=3, layers=1, outputs=V)
    _, params = initialize(architecture, "uniform", np.random.default_rng(0), np.float32)
    symbols, state = np.zeros((1, 1), int), zero_state(architecture, 1, np.float32)
    params["W_hy"][:] = 0
    workspace = Workspace(architecture, 1, 1, np.float32)
    for sure in np.linspace(20, 40, 200):
        params["b_y"][:] = -sure
        params["b_y"][0] = sure
        assert 0 <= workspace.loss(params, symbols, symbols, state) < 1e-6
        assert 0 <= workspace.loss_and_gradients(params, symbols, symbols, state) < 1e-6


LARGE = [(size, np.float64) for size in (0, 1e4, 1e8, 1e12, 1e17, 1e300)] + [(1e30, np.float32)]


@pytest.mark.parametrize(("size", "dtype"), LARGE)
def test_equal_logits_of_any_size_give_the_logarithm_of_their_number(make_problem, size, dtype):
    problem = make_problem(dtype=dtype)
    problem.params["W_hy"][:] = 0
    problem.params["b_y"][:] = [size, size, -np.inf, size]
    targets = np.where(problem.targets == 2, 0, problem.targets)
    loss = loss_and_gradients(*problem._replace(targets=targets)).loss
    assert np.isclose(loss, np.log(3), rtol=1e-6 if dtype == np.float32 else 1e-14)


def test_a_network_that_diverged_says_nan_and_nothing_else(make_problem):
    problem = make_problem()
    problem.params["W_hy"][:] = np.inf
    assert np.isnan(loss_and_gradients(*problem).loss)


@pytest.mark.parametrize("kind", ["symbols", "vectors"])
@pytest.mark.parametrize("cell", ["tanh", "relu"])
def test_single_steps_equal_the_window(make_problem, cell, kind):
    problem = make_problem(cell=cell, kind=kind)
    workspace = workspace_for(problem)
    logits = workspace.forward(problem.params, problem.inputs, problem.state)
    state = problem.state
    for t, x in enumerate(problem.inputs):
        y, state = step(problem.params, x, state, cell)
        assert difference(y, logits[t]) <= 1e-14
    final = workspace.final_state()
    assert all(difference(a, b) <= 1e-14 for a, b in zip(state, final, strict=True))


def test_a_single_step_leaves_the_state_it_was_given(make_problem):
    problem = make_problem(kind="vectors")
    before = [h.copy() for h in problem.state]
    step(problem.params, problem.inputs[0], problem.state)
    assert all(np.array_equal(a, b) for a, b in zip(before, problem.state, strict=True))


def test_the_backward_half_takes_the_gradient_of_any_loss(make_problem):
    problem = make_problem(kind="vectors")
    workspace, whole = workspace_for(problem), loss_and_gradients(*problem)
    workspace.forward(problem.params, problem.inputs, problem.state)
    workspace.softmax()
    dlogits = workspace.probabilities - np.eye(4)[problem.targets]  # a sum instead of a mean
    workspace.backward_from(problem.params, dlogits)
    for name, gradient in whole.gradients.items():
        assert difference(workspace.gradients[name], gradient * problem.targets.size) <= 1e-13


def test_the_held_out_loss_is_the_training_loss(make_problem):
    problem = make_problem()
    workspace = workspace_for(problem)
    assert workspace.loss(*problem[:4]) == workspace.loss_and_gradients(*problem[:4])


WRONG = {
    "inputs hold the symbol 5, expected 0 to 4": {"inputs": np.full((5, 2), 5)},
    "inputs hold the symbol -1, expected 0 to 4": {"inputs": np.full((5, 2), -1)},
    "inputs are float64, expected integers": {"inputs": np.zeros((5, 2))},
    "inputs have shape (10,), expected (T, B)": {"inputs": np.zeros(10, int)},
    "inputs have shape (0, 2), expected (T, B)": {"inputs": np.zeros((0, 2), int)},
    "inputs have shape (5, 2, 4), expected (5, 2, 5)": {"inputs": np.zeros((5, 2, 4))},
    "targets hold the symbol 4, expected 0 to 3": {"targets": np.full((5, 2), 4)},
    "targets have shape (4, 2), expected (5, 2)": {"targets": np.zeros((4, 2), int)},
    "the state has 1 layers, expected 2": {"state": (np.zeros((2, 4)),)},
    "state of layer 1 has shape (4,), expected (2, 4)": {"state": (np.zeros((2, 4)), np.zeros(4))},
    "the state is None, expected one array": {"state": None},
    "the state is 0, expected one array": {"state": 0},
    "state 1 are complex128, expected real": {"state": (np.zeros((2, 4)), np.zeros((2, 4), "c16"))},
    "inputs are complex128, expected real numbers": {"inputs": np.zeros((5, 2, 5), complex)},
    "unknown cell 'gru': choose one of tanh, relu": {"cell": "gru"},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_does_not_fit_is_said_plainly(make_problem, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        loss_and_gradients(*make_problem()._replace(**WRONG[message]))


@pytest.mark.parametrize("dtype", ["float16", "longdouble", "complex64", "complex128", "int64"])
def test_parameters_are_float32_or_float64(make_problem, dtype):
    problem = make_problem()
    params = {name: value.real.astype(dtype) for name, value in problem.params.items()}
    with pytest.raises(ValueError, match=r"'layer0.W_xh' is \w+, expected float32 or float64"):
        loss_and_gradients(params, *problem[1:])


@pytest.mark.parametrize("odd", ["layer0.W_xh", "b_y"])
@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")])
def test_the_one_parameter_of_another_dtype_is_named(make_problem, odd, dtypes):
    problem = make_problem(dtype=dtypes[0])
    problem.params[odd] = problem.params[odd].astype(dtypes[1])
    with pytest.raises(ValueError, match=f"'{odd}' is {dtypes[1]}, others are {dtypes[0]}"):
        loss_and_gradients(*problem)


@pytest.mark.parametrize("stray", ["layerX", "layerX.W_xh", "layers", "layer9", 7])
def test_a_parameter_too_many_is_named(make_problem, stray):
    problem = make_problem()
    params = {**problem.params, stray: np.zeros(3)}
    with pytest.raises(ValueError, match=f"parameter '?{stray}'? is unknown"):
        loss_and_gradients(params, *problem[1:])


def test_lists_will_do_for_arrays(make_problem):
    problem = make_problem()
    params = {name: value.tolist() for name, value in problem.params.items()}
    state = [h.tolist() for h in problem.state]
    lists = loss_and_gradients(params, problem.inputs.tolist(), problem.targets.tolist(), state)
    assert lists.loss == loss_and_gradients(*problem).loss


def test_gradients_of_logits_must_fit_the_window(make_problem):
    problem = make_problem()
    with pytest.raises(ValueError, match="dlogits has shape"):
        workspace_for(problem).backward_from(problem.params, np.zeros((5, 4)))


def test_symbols_of_the_other_byte_order_are_looked_at_as_they_are(make_problem):
    problem = make_problem()
    odd = np.dtype(np.int64).newbyteorder()
    swapped = problem._replace(targets=problem.targets.astype(odd))
    assert loss_and_gradients(*swapped).loss == loss_and_gradients(*problem).loss
    swapped.targets[:] = 1 << 56  # as bytes in the wrong order: 1
    with pytest.raises(ValueError, match=f"symbol {1 << 56}, expected"):
        loss_and_gradients(*swapped)
