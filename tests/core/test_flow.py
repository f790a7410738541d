from __future__ import annotations

import warnings

import numpy as np
import pytest

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.flow import (
    DEFINITIONS,
    credit_by_lag,
    credit_map,
    effective_horizon,
    gradient_norms,
    jacobian_norms,
    report,
    reporting,
)
from rnn_tui.core.retrace import Edit, retrace
from rnn_tui.core.trace import trace

STEP = 1e-200


def losses(problem, row, layer, s, nudge, held=None):
    """Each step's share of the mean loss (T,), with ``nudge`` (H,) added to h_s of ``layer``."""
    params, inputs, targets, state, cell = problem
    h, shares = [np.array(part[row], complex) for part in state], []
    for t in range(1, len(inputs) + 1):
        u = params["layer0.W_xh"][inputs[t - 1, row]]
        for n in range(len(h)):
            z = u + h[n] @ params[f"layer{n}.W_hh"] + params[f"layer{n}.b_h"]
            h[n] = np.tanh(z) if cell == "tanh" else np.where(z.real > 0, z, 0)
            if held == (t, n):
                h[n][0] = 0.25
            h[n] = h[n] + nudge if (t, n) == (s, layer) else h[n]
            u = h[n] @ params[f"layer{n + 1}.W_xh"] if n + 1 < len(h) else None
        y = h[-1] @ params["W_hy"] + params["b_y"]
        shares.append(np.log(np.exp(y).sum()) - y[targets[t - 1, row]])
    return np.array(shares) / inputs.size


def credit_by_complex_step(problem, row, layer, held=None):
    T, H = len(problem.inputs), 4
    credit = np.zeros((T, T))
    for s in range(1, T + 1):
        nudges = 1j * STEP * np.eye(H)
        d = [losses(problem, row, layer, s, nudge, held).imag / STEP for nudge in nudges]
        credit[:, s - 1] = np.linalg.norm(d, axis=0)
    return credit


@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("layer", [0, 1])
def test_credit_is_the_derivative_of_each_loss_by_every_path(make_problem, cell, layer):
    problem = make_problem(cell=cell)
    expected = credit_by_complex_step(problem, 1, layer)
    assert np.allclose(credit_map(trace(*problem), layer, row=1), expected, rtol=1e-10)


def test_credit_does_not_pass_an_element_that_is_held(make_problem):
    problem = make_problem(L=1, B=1)
    base = trace(*problem)
    h_3 = next(o for o in base if o.name == "tanh" and o.t == 3)
    held = retrace(base, [Edit(h_3.index, (0, 0), 0.25)]).trace
    expected = credit_by_complex_step(problem, 0, 0, held=(3, 0))
    assert np.allclose(credit_map(held), expected, rtol=1e-10)
    assert not np.allclose(credit_map(held), credit_map(base), rtol=1e-3)


def test_where_there_is_one_loss_its_credit_is_the_whole_gradient(make_problem):
    book = trace(*make_problem(T=1, L=2))
    assert np.allclose(credit_map(book, 0)[0], gradient_norms(book)[0, 1:], rtol=1e-12)


def test_gradient_norms_are_those_of_the_backward_pass(make_problem):
    book = trace(*make_problem())
    norms = gradient_norms(book, row=1)
    assert norms.shape == (2, 6)
    for layer in range(2):
        assert np.isclose(norms[layer, 0], np.linalg.norm(book.state_gradient[layer][1]))
        dh = [o for o in book if o.name == "add gradients of h" and o.layer == layer]
        assert np.allclose(
            norms[layer, [o.t for o in dh]], [np.linalg.norm(o.value[1]) for o in dh]
        )


def test_a_planted_fault_shows_in_the_norms_but_not_in_the_credit(make_problem):
    base = trace(*make_problem())
    faulty = retrace(base, [], FAULTS["transposed"]).trace
    assert not np.allclose(gradient_norms(faulty), gradient_norms(base))
    assert np.array_equal(credit_map(faulty), credit_map(base))
    shifted = retrace(base, [], FAULTS["off-by-one"]).trace
    assert np.array_equal(credit_map(shifted), credit_map(base))


@pytest.mark.parametrize("layer", [0, 1])
def test_jacobian_norms_are_the_mean_growth_of_any_small_change(make_problem, layer):
    problem = make_problem(T=6)
    book = trace(*problem)
    W = problem.params[f"layer{layer}.W_hh"]
    h = [o.value[0] for o in book if o.name == "tanh" and o.layer == layer]
    logs = [[] for _ in h]
    for s in range(1, 7):
        J = np.eye(4)
        for k in range(7 - s):
            J = J if k == 0 else J @ W * (1 - h[s + k - 1] ** 2)
            logs[k].append(np.log(np.linalg.norm(J, 2)))
    found = jacobian_norms(book, layer)
    assert found.starts == (1, 2, 3, 4, 5, 6)
    assert np.allclose(found.mean, np.exp([np.mean(log) for log in logs]), rtol=1e-4)


def test_a_layer_that_is_not_there_is_said(make_problem):
    with pytest.raises(ValueError, match="no layer 2: choose one of"):
        report(trace(*make_problem()), layer=2)


def decaying(rate, T=40):
    lag = np.subtract.outer(np.arange(T), np.arange(T))
    return np.where(lag >= 0, rate ** np.maximum(lag, 0.0), 0)


def test_the_horizon_is_where_credit_falls_below_a_hundredth():
    assert np.isclose(effective_horizon(decaying(0.5)), np.log(0.01) / np.log(0.5))
    assert np.isclose(effective_horizon(decaying(0.1)), 2)


def test_credit_that_never_falls_has_at_least_the_window_as_horizon():
    assert effective_horizon(decaying(1.0)) == effective_horizon(decaying(1.2)) == 40


def test_credit_that_vanishes_at_once_has_no_horizon_at_all():
    assert effective_horizon(np.eye(9)) == 0
    assert np.isclose(effective_horizon(decaying(1e-4)), 0.5)


def test_credit_that_comes_back_counts():
    credit = np.eye(9)
    credit[np.arange(5, 9), np.arange(4)] = 0.5
    assert effective_horizon(credit) == 5


def test_without_credit_there_is_no_horizon():
    assert np.isnan(effective_horizon(np.zeros((5, 5))))
    assert np.isnan(effective_horizon(np.full((5, 5), np.nan)))


def test_the_end_of_a_window_does_not_look_like_forgetting():
    assert np.allclose(credit_by_lag(decaying(0.9)), 0.9 ** np.arange(40))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e300, 1e-300, 0.0])
@pytest.mark.parametrize("cell", ["tanh", "relu"])
def test_numbers_that_ran_away_are_shown_not_raised(make_problem, wrong, cell):
    problem = make_problem(cell=cell)
    for name in ("layer1.W_hh", "W_hy"):
        problem.params[name][...] = wrong
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = report(trace(*problem))
    assert found.credit.shape == (5, 5)
    assert found.jacobian_norms[0] == 1


def test_a_report_is_made_bit_by_bit(make_problem):
    book, seen = trace(*make_problem()), []
    work = reporting(book)
    try:
        while True:
            seen.append(next(work))
    except StopIteration as end:
        found = end.value
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert found.layer == 1
    assert found.horizon == report(book).horizon == effective_horizon(credit_map(book))
    assert found.beyond_window == (found.horizon == 5)


def test_every_quantity_is_defined():
    assert all(text.endswith(".") for text in DEFINITIONS.values())
    assert "effective horizon" in DEFINITIONS


def test_an_infinite_loss_has_credit_but_no_horizon(make_problem):
    problem = make_problem()
    problem.params["b_y"][0] = 1.7e308  # the sum of such losses overflows
    found = report(trace(*problem))
    assert found.loss == np.inf
    assert np.isfinite(found.credit).all()
    assert np.isnan(found.horizon)
    assert not found.finite
