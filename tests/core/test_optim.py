"""Optimisers against their formulas, one number at a time."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from rnn_tui.core.arrays import Array
from rnn_tui.core.optim import OPTIMIZERS, make_optimizer

ETA = 0.05
Formula = Callable[[float, list[float]], float]


def sgd(theta: float, gradients: list[float]) -> float:
    for g in gradients:
        theta = theta - ETA * g
    return theta


def momentum(theta: float, gradients: list[float]) -> float:
    v = 0.0
    for g in gradients:
        v = 0.9 * v + g
        theta = theta - ETA * v
    return theta


def adagrad(theta: float, gradients: list[float]) -> float:
    s = 0.0
    for g in gradients:
        s = s + g * g
        theta = theta - ETA * g / (math.sqrt(s) + 1e-8)
    return theta


def rmsprop(theta: float, gradients: list[float]) -> float:
    s = 0.0
    for g in gradients:
        s = 0.9 * s + (1 - 0.9) * g * g
        theta = theta - ETA * g / (math.sqrt(s) + 1e-8)
    return theta


def adam(theta: float, gradients: list[float], weight_decay: float = 0.0) -> float:
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        theta = theta - ETA * weight_decay * theta
        m = 0.9 * m + (1 - 0.9) * g
        v = 0.999 * v + (1 - 0.999) * g * g
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        theta = theta - ETA * m_hat / (math.sqrt(v_hat) + 1e-8)
    return theta


def adamw(theta: float, gradients: list[float]) -> float:
    return adam(theta, gradients, weight_decay=0.01)


FORMULAS: dict[str, Formula] = {
    "sgd": sgd,
    "momentum": momentum,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}


def problem(updates: int, size: int = 7, dtype: str = "float64") -> tuple[Array, Array]:
    """Parameters (N,) and a gradient for each update (updates, N), some of them tiny or 0."""
    rng = np.random.default_rng(3)
    gradients = rng.normal(size=(updates, size)) * np.logspace(-6, 3, size)
    gradients[:, 0] = 0.0
    return rng.normal(size=size).astype(dtype), gradients.astype(dtype)


def test_every_optimiser_has_a_formula_here() -> None:
    assert set(FORMULAS) == set(OPTIMIZERS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_follows_its_formula(name: str) -> None:
    theta, gradients = problem(updates=50)
    expected = [
        FORMULAS[name](float(start), [float(g) for g in column])
        for start, column in zip(theta, gradients.T, strict=True)
    ]
    optimizer = make_optimizer(name, theta.size, theta.dtype)
    for g in gradients:
        optimizer.update(theta, g, ETA)
    np.testing.assert_allclose(theta, expected, rtol=1e-12, atol=1e-12)
    assert optimizer.steps == 50


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_gradients_are_only_read(name: str) -> None:
    theta, gradients = problem(updates=1)
    before = gradients[0].copy()
    make_optimizer(name, theta.size, theta.dtype).update(theta, gradients[0], ETA)
    np.testing.assert_array_equal(gradients[0], before)


def test_the_decay_of_adamw_leaves_its_moments_alone() -> None:
    theta, gradients = problem(updates=3)
    plain = make_optimizer("adam", theta.size, theta.dtype)
    decayed = make_optimizer("adamw", theta.size, theta.dtype, weight_decay=0.5)
    mine, theirs = theta.copy(), theta.copy()
    for g in gradients:
        plain.update(mine, g, ETA)
        decayed.update(theirs, g, ETA)
    for name in plain.moments:
        np.testing.assert_array_equal(plain.moments[name], decayed.moments[name])
    assert not np.allclose(mine, theirs)


def test_weights_without_a_gradient_decay_by_the_learning_rate_times_the_decay() -> None:
    theta = np.array([2.0, -3.0])
    optimizer = make_optimizer("adamw", 2, theta.dtype, weight_decay=0.5)
    optimizer.update(theta, np.zeros(2), learning_rate=0.1)
    np.testing.assert_allclose(theta, [1.9, -2.85], rtol=1e-15)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_restored_moments_continue_with_the_same_bits(name: str, dtype: str) -> None:
    theta, gradients = problem(updates=20, dtype=dtype)
    first = make_optimizer(name, theta.size, dtype)
    for g in gradients[:9]:
        first.update(theta, g, ETA)
    resumed_theta, second = theta.copy(), make_optimizer(name, theta.size, dtype)
    second.restore({key: value.copy() for key, value in first.moments.items()}, first.steps)
    for g in gradients[9:]:
        first.update(theta, g, ETA)
        second.update(resumed_theta, g, ETA)
    assert theta.tobytes() == resumed_theta.tobytes()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_inputs_make_the_same_bits_in_the_same_dtype(name: str, dtype: str) -> None:
    results = []
    for eta in (ETA, ETA, np.float64(ETA)):  # the last would widen float32 if it were let
        theta, gradients = problem(updates=5, dtype=dtype)
        optimizer = make_optimizer(name, theta.size, dtype)
        for g in gradients:
            optimizer.update(theta, g, eta)
        assert {value.dtype for value in optimizer.moments.values()} <= {np.dtype(dtype)}
        results.append(theta.tobytes())
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_allocates_no_buffer(name: str) -> None:
    size = 100_000
    theta, g = np.ones(size, np.float32), np.ones(size, np.float32)
    optimizer = make_optimizer(name, size, np.float32)
    optimizer.update(theta, g, ETA)
    tracemalloc.start()
    for _ in range(5):
        optimizer.update(theta, g, ETA)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000  # one buffer alone would be 400,000 bytes


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_walks_down_a_bowl(name: str) -> None:
    theta = np.array([1.0, -2.0, 0.5])
    optimizer = make_optimizer(name, 3, theta.dtype)
    start = float(np.dot(theta, theta))
    for _ in range(200):
        optimizer.update(theta, 2.0 * theta, 0.02)
    assert float(np.dot(theta, theta)) < 0.5 * start


def test_an_unknown_optimiser_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'adm'; choose one of sgd, momentum, adagrad"):
        make_optimizer("adm", 3, np.float32)


def test_an_unknown_option_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no option 'beta'; its options: beta1, beta2, epsilon"):
        make_optimizer("adam", 3, np.float32, beta=0.9)


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("momentum", "momentum", 1.0),
        ("adam", "beta1", -0.1),
        ("adam", "beta2", math.nan),
        ("adagrad", "epsilon", 0.0),
        ("adamw", "weight_decay", math.inf),
    ],
)
def test_an_option_out_of_range_is_refused(name: str, option: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{option} of {name} must be"):
        make_optimizer(name, 3, np.float32, **{option: value})


@pytest.mark.parametrize("learning_rate", [-0.1, math.nan, math.inf])
def test_a_learning_rate_that_cannot_be_is_refused(learning_rate: float) -> None:
    theta = np.ones(3)
    optimizer = make_optimizer("sgd", 3, theta.dtype)
    with pytest.raises(ValueError, match="learning rate must be"):
        optimizer.update(theta, np.ones(3), learning_rate)
    assert optimizer.steps == 0
    np.testing.assert_array_equal(theta, 1.0)


def test_buffers_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="made for 3 parameters"):
        make_optimizer("adam", 3, np.float64).update(np.ones(3), np.ones(4), ETA)


def test_moments_of_another_run_must_fit() -> None:
    optimizer = make_optimizer("adam", 3, np.float64)
    with pytest.raises(ValueError, match=r"has the moments \['mean', 'squares'\]"):
        optimizer.restore({"mean": np.zeros(3)}, 1)
    with pytest.raises(ValueError, match="moment squares of adam must be float64"):
        optimizer.restore({"mean": np.ones(3), "squares": np.zeros(4)}, 1)
    with pytest.raises(ValueError, match="number of updates"):
        optimizer.restore({"mean": np.ones(3), "squares": np.ones(3)}, -1)
    assert not optimizer.moments["mean"].any()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_out_of_range_warns_of_nothing(name: str) -> None:
    optimizer = make_optimizer(name, 2, np.float32)
    theta = np.full(2, 1e38, np.float32)
    for _ in range(3):
        optimizer.update(theta, np.array([3e38, 0], np.float32), 1e30)
