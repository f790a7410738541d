"""The optimisers of the textbook against those that train."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.optim import OPTIMIZERS, make_optimizer
from rnn_tui.core.parameters import flat_parameters
from rnn_tui.core.trace import Update, trace

OPTIONS = {
    "momentum": {"momentum": 0.7},
    "rmsprop": {"decay": 0.8},
    "adam": {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-4},
    "adamw": {"weight_decay": 0.3},
}


def flat_of(arrays):
    return np.concatenate([value.ravel() for value in arrays.values()])


def near(a, b):
    return np.abs(a - b).max() <= 1e-12 * np.abs(b).max()


def trained(problem, book, name, updates):
    """The optimiser that trains after ``updates`` steps along the gradients, and the weights."""
    shapes = {name: value.shape for name, value in problem.params.items()}
    flat, views = flat_parameters(shapes, np.float64)
    for key, value in problem.params.items():
        views[key][...] = value
    optimizer = make_optimizer(name, flat.size, np.float64, **OPTIONS.get(name, {}))
    for _ in range(updates):
        optimizer.update(flat, flat_of(book.gradients), 0.05)
    return optimizer, flat


def by_parameter(problem, flat):
    flat_copy, views = flat_parameters({k: v.shape for k, v in problem.params.items()}, flat.dtype)
    flat_copy[:] = flat
    return views


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_first_update_is_that_of_training(make_problem, name):
    problem = make_problem()
    book = trace(*problem, update=Update(name, 0.05, OPTIONS.get(name, {})))
    assert near(flat_of(book.updated), trained(problem, book, name, 1)[1])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_later_update_goes_on_from_the_moments_of_training(make_problem, name):
    problem = make_problem()
    optimizer, flat = trained(problem, trace(*problem), name, 3)
    problem = problem._replace(params=by_parameter(problem, flat))
    moments = {key: by_parameter(problem, value) for key, value in optimizer.moments.items()}
    update = Update(name, 0.2, OPTIONS.get(name, {}), moments, optimizer.steps)
    book = trace(*problem, update=update)
    optimizer.update(flat, flat_of(book.gradients), 0.2)
    assert near(flat_of(book.updated), flat)
    for moment, value in optimizer.moments.items():
        ops = [o.value.ravel() for o in book if o.name.startswith(f"update {moment} of ")]
        assert near(np.concatenate(ops), value)


def test_every_moment_and_every_parameter_is_an_operation_of_its_own(make_problem):
    book = trace(*make_problem(L=1), update=Update("adam"))
    names = [o.name for o in book if o.phase == "update"]
    assert names[:3] == ["update mean of W_xh", "update squares of W_xh", "update W_xh"]
    assert len(names) == 3 * 5
    assert book.places.updated["b_y"] == len(book) - 1


def test_an_update_names_all_that_it_reads(make_problem):
    book = trace(*make_problem(L=1), update=Update("adamw"))
    last = book[-1]
    power = "η (m / (1 − β1^k)) / (√(v / (1 − β2^k)) + ε)"
    assert last.formula == f"b_y ← b_y − η λ b_y − {power}"
    assert list(last.operands) == ["b_y", "η", "m", "β1", "k", "v", "β2", "ε", "λ"]
    assert last.operands.given("b_y") == "b_y"
    assert book[last.operands.origin("v")].name == "update squares of b_y"
    assert book[last.operands.origin("m")].operands.given("m") == "mean.b_y"


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_of_float32_stays_float32(make_problem, name):
    problem = make_problem(dtype=np.float32)
    book = trace(*problem, clip=0.1, clip_value=0.1, update=Update(name))
    assert {o.value.dtype for o in book if o.phase == "update"} == {np.dtype(np.float32)}


def test_gradients_that_were_clipped_are_what_is_applied(make_problem):
    problem = make_problem()
    book = trace(*problem, clip=0.01, update=Update("sgd", 0.5))
    moved = flat_of(problem.params) - flat_of(book.updated)
    assert np.isclose(np.linalg.norm(moved), 0.5 * 0.01, rtol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"optimizer": "magic"}, "no optimizer is called 'magic'"),
        ({"options": {"momentum": 0.5}}, "sgd has no option 'momentum'"),
        ({"learning_rate": -1.0}, "the learning rate must be 0 or positive"),
        ({"learning_rate": np.nan}, "the learning rate must be 0 or positive"),
        ({"steps": -1}, "the number of updates must be 0 or positive"),
        ({"moments": {"mean": {}}}, "sgd has no moment 'mean'"),
    ],
)
def test_an_update_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Update(**arguments)


def test_moments_of_another_network_are_refused(make_problem):
    other = {"velocity": {"b_y": np.zeros(9)}}
    with pytest.raises(ValueError, match=r"moment velocity of b_y has shape \(9,\), not \(4,\)"):
        trace(*make_problem(), update=Update("momentum", moments=other))
    with pytest.raises(ValueError, match="'W_hq', which is unknown"):
        trace(*make_problem(), update=Update("momentum", moments={"velocity": {"W_hq": 1}}))
