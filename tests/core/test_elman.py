"""The RNN class of the notebook: it behaves as its user expects, and each old mistake is gone."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnn_tui
from rnn_tui.core.arrays import Array, Floats
from rnn_tui.core.elman import RNN

NAMES = ("Wxh", "Whh", "Why", "bh", "by")
EYE = np.eye(3)


def one_hot(size: int, symbols: list[int]) -> Floats:
    return np.eye(size)[symbols]


def losses(output: str) -> list[float]:
    """The losses that training printed, after checking the form of every line."""
    lines = output.splitlines()
    for epoch, line in enumerate(lines, start=1):
        assert line.startswith(f"Epoch {epoch} Loss: ")
    return [float(line.rpartition(" ")[2]) for line in lines]


def naive_loss(arrays: dict[str, Array], x: Floats, targets: Floats) -> complex:
    """The summed cross-entropy as the equations say it, one number after the other."""
    h, loss = arrays["h"], 0j
    for x_t, target in zip(x, targets, strict=True):
        h = np.tanh(x_t @ arrays["Wxh"] + h @ arrays["Whh"] + arrays["bh"])
        y = h @ arrays["Why"] + arrays["by"]
        loss += complex(np.sum(target * (np.log(np.sum(np.exp(y))) - y)))
    return loss


def complex_step(rnn: RNN, name: str, x: Floats, targets: Floats) -> Floats:
    """dL/d(array ``name``) by the complex step (Squire and Trapp 1998), of ``naive_loss``."""
    arrays = {key: getattr(rnn, key).astype(complex) for key in (*NAMES, "h")}
    gradient = np.zeros(arrays[name].shape)
    for at in np.ndindex(gradient.shape):
        arrays[name][at] += 1e-30j
        gradient[at] = naive_loss(arrays, x, targets).imag / 1e-30
        arrays[name][at] -= 1e-30j
    return gradient


def problem(T: int = 6) -> tuple[RNN, Floats, Floats]:
    """A network with every array away from 0, dense inputs and soft targets."""
    rng = np.random.default_rng(9)
    rnn = RNN(3, 5, 4, seed=1)
    for name in ("bh", "by", "h"):
        setattr(rnn, name, rng.normal(size=getattr(rnn, name).shape) * 0.5)
    return rnn, rng.normal(size=(T, 3)), rng.dirichlet(np.ones(4), size=T)


# The demo of the notebook


def demo(seed: int) -> tuple[RNN, list[Floats], list[Floats]]:
    rng = np.random.default_rng(seed)
    inputs = [np.eye(3)[rng.choice(3)] for _ in range(4)]
    targets = [np.eye(3)[rng.choice(3)] for _ in range(4)]
    return RNN(3, 4, 3, seed=seed), inputs, targets


def test_the_package_offers_the_class() -> None:
    assert rnn_tui.RNN is rnn_tui.core.RNN is RNN
    assert {"RNN", "__version__"} <= set(dir(rnn_tui))


def test_the_notebooks_own_lines_run(capsys: pytest.CaptureFixture[str]) -> None:
    rnn = RNN(3, 4, 3)
    inputs = [np.eye(3)[np.random.choice(3)] for _ in range(4)]
    targets = [np.eye(3)[np.random.choice(3)] for _ in range(4)]
    rnn.train(inputs, targets, 6)
    sample = rnn.sample(np.eye(3)[np.random.choice(3)], 3)
    assert len(losses(capsys.readouterr().out)) == 6
    assert isinstance(sample, list)
    assert all(type(index) is int and 0 <= index < 3 for index in sample)


@pytest.mark.parametrize("seed", range(100))
def test_the_loss_of_the_demo_falls(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    rnn, inputs, targets = demo(seed)
    rnn.train(inputs, targets, 6)
    printed = losses(capsys.readouterr().out)
    assert printed[-1] < printed[0]


def test_it_learns_a_sequence_by_heart(capsys: pytest.CaptureFixture[str]) -> None:
    song = [0, 1, 2, 3, 0, 2, 1, 3]
    rnn = RNN(4, 16, 4, seed=3)
    rnn.train([one_hot(4, song[:-1])], [one_hot(4, song[1:])], 100)
    assert losses(capsys.readouterr().out)[-1] < 0.1
    assert rnn.sample(np.eye(4)[0], 7, temperature=0.0) == song[1:]


# One test for every mistake of the notebook


def test_a_1d_vector_is_one_step_not_a_walk_over_its_numbers() -> None:
    rnn = RNN(3, 4, 2, seed=0)
    hiddens, outputs, p = rnn.forward(np.array([0.0, 1.0, 0.0]))
    assert (hiddens.shape, outputs.shape, p.shape) == ((1, 4), (1, 2), (1, 2))
    np.testing.assert_allclose(hiddens[0], np.tanh(rnn.Wxh[1] + rnn.bh), rtol=1e-15)
    assert [d.shape for d in rnn.backward(EYE[1], [1.0, 0.0])] == [
        (3, 4),
        (4, 4),
        (4, 2),
        (4,),
        (2,),
    ]


@pytest.mark.parametrize("T", [1, 2, 6])
@pytest.mark.parametrize("name", NAMES)
def test_backward_is_the_derivative_of_the_loss(name: str, T: int) -> None:
    rnn, x, targets = problem(T)
    gradient = getattr(rnn.backward(x, targets), f"d{name}")
    np.testing.assert_allclose(
        gradient, complex_step(rnn, name, x, targets), rtol=1e-11, atol=1e-14
    )


def test_weights_that_do_not_sum_to_1_weigh_the_loss() -> None:
    rnn, x, targets = problem()
    expected = complex_step(rnn, "Why", x, 3 * targets)
    np.testing.assert_allclose(rnn.backward(x, 3 * targets).dWhy, expected, rtol=1e-11)


def test_backward_uses_the_gradient_that_reaches_the_hidden_state() -> None:
    rnn, x, _ = problem()
    reached = rnn.forward(x).p_softmaxs  # targets that the network already hits: no gradient at all
    for gradient in rnn.backward(x, reached):
        np.testing.assert_allclose(gradient, 0.0, atol=1e-15)


def test_the_gradient_of_the_hidden_bias_is_summed_over_the_steps() -> None:
    rnn, x, targets = problem()
    rnn.Whh = np.zeros((5, 5))  # no way from step to step: the whole is the sum of its steps
    single = [rnn.backward(x_t, target).dbh for x_t, target in zip(x, targets, strict=True)]
    np.testing.assert_allclose(rnn.backward(x, targets).dbh, np.sum(single, axis=0), rtol=1e-12)


def test_the_state_before_the_first_step_is_h_not_the_last_hidden_state() -> None:
    rnn, x, targets = problem()
    expected = np.tanh(x[0] @ rnn.Wxh + rnn.h @ rnn.Whh + rnn.bh)
    np.testing.assert_allclose(rnn.forward(x).hiddens[0], expected, rtol=1e-14)
    rnn.h = np.zeros(5)
    np.testing.assert_array_equal(rnn.backward(x[0], targets[0]).dWhh, 0.0)


def test_gradients_of_a_single_step_are_outer_products() -> None:
    rnn, x, targets = problem(T=1)
    h, _, p = rnn.forward(x[0])
    dy = p[0] - targets[0]
    dz = (1 - h[0] ** 2) * (rnn.Why @ dy)
    gradients = rnn.backward(x[0], targets[0])
    np.testing.assert_allclose(gradients.dWhy, np.outer(h[0], dy), rtol=1e-12)
    np.testing.assert_allclose(gradients.dWxh, np.outer(x[0], dz), rtol=1e-12)
    np.testing.assert_allclose(gradients.dWhh, np.outer(rnn.h, dz), rtol=1e-12)


def test_an_update_is_the_learning_rate_times_the_clipped_gradient() -> None:
    rnn = RNN(3, 4, 3, seed=2, optimizer="sgd", learning_rate=0.1, clip=0.1)
    before, gradients = copy.deepcopy(rnn), rnn.backward(EYE[0], EYE[1])
    norm = math.sqrt(sum(float(np.sum(d * d)) for d in gradients))
    assert norm > 0.1
    rnn.train([EYE[0]], [EYE[1]], 1)
    for name, d in zip(NAMES, gradients, strict=True):
        expected = getattr(before, name) - 0.1 * (0.1 / norm) * d
        np.testing.assert_allclose(getattr(rnn, name), expected, rtol=1e-13, atol=1e-15)


def test_the_softmax_does_not_overflow(capsys: pytest.CaptureFixture[str]) -> None:
    rnn = RNN(3, 4, 3, seed=0)
    rnn.by = [1e5, -1e5, 0.0]
    np.testing.assert_array_equal(rnn.forward(EYE).p_softmaxs, [[1, 0, 0]] * 3)
    rnn.train([EYE[0]], [EYE[1]], 1)
    assert losses(capsys.readouterr().out)[0] == pytest.approx(2e5, rel=1e-3)


def test_training_carries_the_state_along_its_list(capsys: pytest.CaptureFixture[str]) -> None:
    rnn, x, targets = problem()
    rnn.h, rnn.learning_rate = np.zeros(5), 0.0
    p = rnn.forward(x).p_softmaxs
    rnn.train(list(x), list(targets), 2)
    expected = -np.sum(targets * np.log(p))
    assert losses(capsys.readouterr().out) == pytest.approx([expected, expected], rel=1e-12)


def test_training_starts_every_epoch_from_zeros_and_leaves_h_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rnn, inputs, targets = demo(5)
    rnn.h, other = np.full(4, 0.9), copy.deepcopy(rnn)
    other.h = np.full(4, -0.9)
    rnn.train(inputs, targets, 3)
    first = capsys.readouterr().out
    other.train(inputs, targets, 3)
    assert capsys.readouterr().out == first
    np.testing.assert_array_equal(rnn.h, 0.9)


def follower(order: list[int]) -> RNN:
    """A network that answers symbol s with ``order[s]``, all but surely, whatever came before."""
    rnn = RNN(len(order), len(order), len(order), seed=0)
    rnn.Wxh, rnn.Whh = 20 * np.eye(len(order)), 0 * rnn.Whh
    rnn.Why = 100 * one_hot(len(order), order)
    return rnn


def test_sample_feeds_each_draw_back() -> None:
    assert follower([2, 0, 3, 1]).sample(np.eye(4)[0], 6) == [2, 3, 1, 0, 2, 3]


def test_sample_keeps_its_hidden_state_from_draw_to_draw() -> None:
    rnn, rng = RNN(3, 8, 3, seed=4), np.random.default_rng(6)
    drawn = rnn.sample(EYE[0], 40, random_seed=6)
    p = rnn.forward(one_hot(3, [0, *drawn[:-1]])).p_softmaxs
    expected = [int(np.searchsorted(np.cumsum(row), rng.random(), "right")) for row in p]
    assert drawn == expected


@given(st.integers(1, 6), st.integers(0, 12), st.floats(0.0, 1e3), st.integers(0, 99))
def test_samples_are_indices_of_the_vocabulary(V: int, count: int, heat: float, seed: int) -> None:
    sample = RNN(V, 3, V, seed=seed).sample(np.eye(V)[0], count, temperature=heat)
    assert len(sample) == count
    assert all(type(index) is int and 0 <= index < V for index in sample)


@pytest.mark.parametrize("size", [0, 1e4, 1e8, 1e12, 1e17, 1e300])
def test_the_loss_of_equal_logits_of_any_size_keeps_its_digits(
    size: float, capsys: pytest.CaptureFixture[str]
) -> None:
    rnn = RNN(3, 4, 3)
    rnn.Why, rnn.by = np.zeros((4, 3)), np.full(3, size)
    rnn.train([EYE[0]], [EYE[1]], 1)
    assert losses(capsys.readouterr().out) == [pytest.approx(math.log(3))]
