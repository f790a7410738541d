from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.gradcheck import (
    TOLERANCE,
    Gradients,
    check_gradients,
    fast_backward,
)
from rnn_tui.core.model import loss_and_gradients
from rnn_tui.core.trace import trace


@pytest.mark.parametrize("kind", ["symbols", "vectors"])
@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("L", [1, 3])
@pytest.mark.parametrize("T", [1, 2, 9])
def test_the_backward_pass_is_right_in_every_element(make_problem, T, L, cell, kind):
    for check in check_gradients(*make_problem(T=T, L=L, cell=cell, kind=kind)):
        assert check.max_relative_error <= 1e-10, check
        assert check.passed
        assert check.checked == np.prod(check.shape)


def test_the_textbook_is_right_too(make_problem):
    def by_the_book(*problem):
        book = trace(*problem)
        return Gradients(book.gradients, book.state_gradient)

    assert all(c.passed for c in check_gradients(*make_problem(), backward=by_the_book))


def test_parameters_come_in_their_order_and_then_the_state(make_problem):
    problem = make_problem()
    found = {check.name: check.shape for check in check_gradients(*problem)}
    states = {"state.layer0": (2, 4), "state.layer1": (2, 4)}
    assert found == {name: value.shape for name, value in problem.params.items()} | states


def test_the_derivative_is_that_of_the_loss(make_problem):
    problem = make_problem()
    check = next(c for c in check_gradients(*problem) if c.name == "layer0.W_hh")
    losses = []
    for nudge in (1e-6, -1e-6):
        params = {name: value.copy() for name, value in problem.params.items()}
        params["layer0.W_hh"][check.worst_index] += nudge
        losses.append(loss_and_gradients(params, *problem[1:]).loss)
    assert np.isclose(check.derivative, (losses[0] - losses[1]) / 2e-6, atol=1e-9)


def disturbed(name, change):
    """The backward pass, with one gradient changed in place."""

    def backward(*problem):
        gradients = fast_backward(*problem)
        change(gradients.parameters[name])
        return gradients

    return backward


def test_a_single_element_off_by_a_billionth_is_found(make_problem):
    def change(gradient):
        gradient[2, 1] *= 1 + 1e-9

    backward = disturbed("layer1.W_hh", change)
    failed = [c for c in check_gradients(*make_problem(), backward=backward) if not c.passed]
    assert [check.name for check in failed] == ["layer1.W_hh"]
    assert failed[0].worst_index == (2, 1)
    assert np.isclose(failed[0].max_relative_error, 1e-9, rtol=1e-3)
    assert np.isclose(failed[0].backward_value / failed[0].derivative - 1, 1e-9, rtol=1e-3)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_gradient_of_nan_infinity_or_nothing_does_not_pass(make_problem, value):
    backward = disturbed("b_y", lambda gradient: gradient.fill(value))
    failed = [c for c in check_gradients(*make_problem(), backward=backward) if not c.passed]
    assert [check.name for check in failed] == ["b_y"]


def test_elements_near_zero_are_measured_against_the_largest(make_problem):
    def change(gradient):
        gradient[np.unravel_index(np.abs(gradient).argmin(), gradient.shape)] = 0

    def check(problem):
        backward = disturbed("layer0.W_xh", change)
        return next(check_gradients(*problem, backward=backward))

    inputs = np.ones((5, 2), int)  # only row 1 is read, the gradients of the others are 0
    assert check(make_problem()._replace(inputs=inputs)).max_relative_error < TOLERANCE


def test_a_limit_spreads_the_elements_that_are_looked_at(make_problem):
    found = list(check_gradients(*make_problem(), most=3))
    assert {check.checked for check in found} == {3}


def test_results_arrive_one_by_one(make_problem):
    results = check_gradients(*make_problem())
    assert iter(results) is results
    assert next(results).name == "layer0.W_xh"


def test_a_check_changes_nothing_and_works_in_double_precision(make_problem):
    problem = make_problem(dtype=np.float32)
    before = [array.copy() for array in (*problem.params.values(), *problem.state)]
    assert all(check.passed for check in check_gradients(*problem))
    after = [*problem.params.values(), *problem.state]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
