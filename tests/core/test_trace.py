from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.clipping import clip_by_norm, clip_by_value
from rnn_tui.core.trace import Update, trace

# Every formula, evaluated from its operands by names: written down apart from the operations.
FORMULAS = {
    "u_t = W_xh[x_t]": lambda o: np.array([o["W_xh"][x] for x in o["x_t"]]),
    "u_t = x_t W_xh": lambda o: np.einsum("bi,ij->bj", o["x_t"], o["W_xh"]),
    "u_t = h_t^(0) W_xh": lambda o: np.einsum("bi,ij->bj", o["h_t^(0)"], o["W_xh"]),
    "r_t = h_{t-1} W_hh": lambda o: np.einsum("bi,ij->bj", o["h_{t-1}"], o["W_hh"]),
    "z_t = u_t + r_t + b_h": lambda o: o["u_t"] + o["r_t"] + o["b_h"],
    "h_t = tanh(z_t)": lambda o: np.tanh(o["z_t"]),
    "h_t = max(0, z_t)": lambda o: np.maximum(0, o["z_t"]),
    "y_t = h_t W_hy + b_y": lambda o: np.einsum("bi,ij->bj", o["h_t"], o["W_hy"]) + o["b_y"],
    "p_t = exp(y_t) / Σ exp(y_t)": lambda o: np.exp(o["y_t"]) / np.exp(o["y_t"]).sum(1)[:, None],
    "loss_t = ln Σ exp(y_t) − y_t[target_t]": lambda o: np.array(
        [np.log(np.exp(y).sum()) - y[k] for y, k in zip(o["y_t"], o["target_t"], strict=True)]
    ),
    "loss = Σ_t Σ_b loss_t / (T·B)": lambda o: np.mean([v for k, v in o.items() if k != "T·B"]),
    "dy_t = (p_t − 1[target_t]) / (T·B)": lambda o: (
        (o["p_t"] - np.eye(o["p_t"].shape[1])[o["target_t"]]) / o["T·B"]
    ),
    "a_t = dy_t W_hyᵀ": lambda o: np.einsum("bj,ij->bi", o["dy_t"], o["W_hy"]),
    "a_t = dz_t W_xhᵀ": lambda o: np.einsum("bj,ij->bi", o["dz_t"], o["W_xh"]),
    "f_{t-1} = dz_t W_hhᵀ": lambda o: np.einsum("bj,ij->bi", o["dz_t"], o["W_hh"]),
    "dh_t = a_t + f_t": lambda o: o["a_t"] + o["f_t"],
    "dz_t = dh_t (1 − h_t²)": lambda o: o["dh_t"] * (1 - o["h_t"] ** 2),
    "dz_t = dh_t [h_t > 0]": lambda o: np.where(o["h_t"] > 0, o["dh_t"], 0),
    "db_h^t = Σ_b dz_t": lambda o: np.einsum("bi->i", o["dz_t"]),
    "db_y^t = Σ_b dy_t": lambda o: np.einsum("bi->i", o["dy_t"]),
    "dW_hy^t = h_tᵀ dy_t": lambda o: np.einsum("bi,bj->ij", o["h_t"], o["dy_t"]),
    "dW_hh^t = h_{t-1}ᵀ dz_t": lambda o: np.einsum("bi,bj->ij", o["h_{t-1}"], o["dz_t"]),
    "dW_xh^t = x_tᵀ dz_t": lambda o: np.einsum("bi,bj->ij", o["x_t"], o["dz_t"]),
    "dW_xh^t = h_t^(0)ᵀ dz_t": lambda o: np.einsum("bi,bj->ij", o["h_t^(0)"], o["dz_t"]),
    "dW_xh^t[x_t] = Σ dz_t": lambda o: np.eye(len(o["W_xh"]))[o["x_t"]].T @ o["dz_t"],
    "norm = √(Σ dW²)": lambda o: np.linalg.norm(np.concatenate([g.ravel() for g in o.values()])),
    "dW ← min(max(dW, −bound), bound), if norm < ∞": lambda o: np.clip(
        next(iter(o.values())), -o["bound"], o["bound"]
    ),
    "scale = min(1, limit / norm)": lambda o: min(1, o["limit"] / o["norm"]),
}


def evaluate(operation):
    if operation.phase == "sum":
        return sum(operation.operands.values())
    if operation.name.startswith("clip values"):
        formula = operation.formula.replace(operation.symbol, "dW")
        return FORMULAS[formula](operation.operands)
    if operation.name.startswith("clip "):
        gradient, scale = operation.operands.values()
        return gradient * scale
    if operation.phase == "update":
        W, rate, dW = operation.operands.values()
        return W - rate * dW
    return FORMULAS[operation.formula](operation.operands)


@pytest.fixture(name="book", scope="module")
def _book(make_problem):
    return trace(*make_problem(T=3), clip=0.1, update=Update(learning_rate=0.5))


@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("kind", ["symbols", "vectors"])
def test_every_value_is_its_formula_applied_to_its_operands(make_problem, cell, kind):
    problem = make_problem(cell=cell, kind=kind)
    for operation in trace(*problem, clip=0.1, clip_value=0.01, update=Update()):
        expected = evaluate(operation)
        assert operation.value.shape == np.shape(expected)
        assert np.allclose(operation.value, expected, rtol=1e-12, atol=1e-15), operation


def test_a_formula_names_its_operands(book):
    named = [o for o in book if o.phase in ("forward", "backward", "update")]
    for operation in named:
        right = operation.formula.split("=")[-1].replace("ᵀ", "").replace("²", "")
        missing = [name for name in operation.operands if name not in right]
        assert missing in ([], ["W_xh", "x_t"]), operation


def test_the_phases_follow_each_other(book):
    phases = list(dict.fromkeys(operation.phase for operation in book))
    assert phases == ["forward", "loss", "backward", "sum", "clip", "update"]


def test_time_goes_forward_and_then_back(book):
    steps = [[o.t for o in book if o.phase == phase] for phase in ("forward", "backward")]
    assert steps[0] == sorted(steps[0])
    assert steps[1] == sorted(steps[1], reverse=True)
    assert set(steps[0]) == set(steps[1]) == {1, 2, 3}


def test_layers_go_up_and_then_down(book):
    forward = [o.layer for o in book if o.phase == "forward" and o.t == 2]
    backward = [o.layer for o in book if o.phase == "backward" and o.t == 2]
    assert list(dict.fromkeys(forward)) == [0, 1, None]
    assert list(dict.fromkeys(backward)) == [None, 1, 0]


def test_a_trace_is_a_sequence(book):
    assert len(book) == len(book.operations)
    assert [operation.index for operation in book] == list(range(len(book)))
    assert book[-1] is book.operations[-1]
    assert book[2:4] == book.operations[2:4]
    assert book[5] in book


def test_operands_come_from_earlier_operations_or_from_outside(book):
    for operation in book:
        for name, value in operation.operands.items():
            origin = operation.operands.origin(name)
            assert origin is None or origin < operation.index
            assert origin is None or np.array_equal(book[origin].value, value)
    first = next(o for o in book if o.name == "add")
    assert {name: first.operands.origin(name) for name in first.operands} == {
        "u_t": first.index - 2,
        "r_t": first.index - 1,
        "b_h": None,
    }


def test_nothing_in_a_trace_can_be_written_to(book):
    for operation in book:
        for array in (operation.value, *operation.operands.values()):
            assert not array.flags.writeable
    with pytest.raises(AttributeError):
        book[0].formula = "x"
    with pytest.raises(TypeError):
        book[0].operands["x_t"] = np.zeros(2)


def test_later_changes_of_the_parameters_do_not_reach_a_trace(make_problem):
    problem = make_problem()
    book = trace(*problem)
    before = book[3].value.copy(), book.gradients["W_hy"].copy()
    for array in (*problem.params.values(), *problem.state):
        array[:] = 9
    assert np.array_equal(book[3].compute(), before[0])
    assert np.array_equal(book.gradients["W_hy"], before[1])


def test_the_outer_products_of_every_step_are_not_kept(book):
    parts = [part for name in book.contributions for part in book.contributions[name]]
    assert {part.stored is None for part in parts if part.value.ndim == 2} == {True}
    assert all(np.array_equal(part.value, part.compute()) for part in parts)


def test_a_sum_grows_from_nothing_to_the_gradient(book):
    for name, gradient in book.gradients.items():
        parts = book.contributions[name]
        assert [part.t for part in parts] == [3, 2, 1]
        assert not book.sum_so_far(name, parts[0].index - 1).any()
        assert np.array_equal(book.sum_so_far(name, parts[0].index), parts[0].value)
        assert np.array_equal(book.sum_so_far(name, len(book)), gradient)


def test_clipping_leaves_the_direction_and_the_update_uses_it(make_problem):
    problem = make_problem()
    book = trace(*problem, clip=0.01, update=Update(learning_rate=0.5))
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in book.gradients.values()]))
    for name, value in book.updated.items():
        expected = problem.params[name] - 0.5 * book.gradients[name] * 0.01 / norm
        assert np.allclose(value, expected, rtol=1e-13)


@pytest.mark.parametrize("limit", [0.05, 100.0])
def test_clipping_equals_that_of_training(make_problem, limit):
    book = trace(*make_problem(), clip=limit)
    flat = np.concatenate([gradient.ravel() for gradient in book.gradients.values()])
    norm, scale = clip_by_norm(flat, limit)
    by_name = {operation.name: operation.value for operation in book}
    assert np.isclose(by_name["norm"], norm, rtol=1e-14)
    assert np.isclose(by_name["scale"], scale, rtol=1e-14)
    assert np.allclose(by_name["clip db_y"], flat[-4:], rtol=1e-13)


@pytest.mark.parametrize("limit", [1e-3, 100.0])
def test_clipping_by_value_equals_that_of_training_and_comes_first(make_problem, limit):
    book = trace(*make_problem(), clip=0.01, clip_value=limit)
    flat = np.concatenate([gradient.ravel() for gradient in book.gradients.values()])
    clip_by_value(flat, limit)
    clip_by_norm(flat, 0.01)
    last = [o.value.ravel() for o in book if o.symbol.startswith("d") and o.phase == "clip"]
    assert np.allclose(np.concatenate(last[len(book.gradients) :]), flat, rtol=1e-12)


def test_a_gradient_that_is_not_finite_is_not_clipped_as_in_training(make_problem):
    problem = make_problem()
    problem.params["W_hy"][0, 0] = np.inf
    book = trace(*problem, clip=0.01, clip_value=0.01, update=Update("adam"))
    by_name = {operation.name: operation.value for operation in book}
    assert not np.isfinite(by_name["norm"])
    assert by_name["scale"] == 1
    assert np.array_equal(by_name["clip db_y"], book.gradients["b_y"], equal_nan=True)


@pytest.mark.parametrize("limit", [None, 0, np.inf])
def test_without_a_limit_nothing_is_clipped(make_problem, limit):
    book = trace(*make_problem(), clip=limit, clip_value=limit)
    assert "clip" not in {operation.phase for operation in book}
    assert book.updated is None


def test_a_trace_refuses_what_training_refuses(make_problem):
    problem = make_problem()
    with pytest.raises(ValueError, match="targets hold the symbol 4"):
        trace(*problem._replace(targets=np.full((5, 2), 4)))
    with pytest.raises(ValueError, match="the state has 0 layers"):
        trace(*problem._replace(state=()))
