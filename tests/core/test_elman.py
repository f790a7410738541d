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
    assert rnn_tui.RNN is RNN


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


# What a user may do with it


def test_forward_backward_and_sample_leave_the_network_alone() -> None:
    rnn = RNN(3, 5, 3, seed=1)
    rnn.h = np.full(5, 0.3)
    before = copy.deepcopy(rnn)
    rnn.forward(EYE)
    rnn.backward(EYE, EYE)
    rnn.sample(EYE[0], 5)
    for name in (*NAMES, "h"):
        np.testing.assert_array_equal(getattr(rnn, name), getattr(before, name))


def test_what_is_returned_belongs_to_the_caller() -> None:
    rnn = RNN(3, 4, 3, seed=0)
    first, gradients = rnn.forward(EYE), rnn.backward(EYE, EYE)
    kept = [value.copy() for value in (*first, *gradients)]
    rnn.forward(EYE[::-1])
    rnn.backward(EYE[::-1], EYE)
    for value, copied in zip((*first, *gradients), kept, strict=True):
        np.testing.assert_array_equal(value, copied)


def test_lists_arrays_and_integers_mean_the_same() -> None:
    rnn = RNN(3, 4, 3, seed=0)
    expected = rnn.forward(EYE).outputs
    for inputs in (EYE.tolist(), list(EYE), EYE.astype(int), EYE.astype(np.float32)):
        np.testing.assert_array_equal(rnn.forward(inputs).outputs, expected)
    with pytest.raises(ValueError, match="inputs must be numbers in rows of equal length"):
        rnn.forward([[1.0, 0.0, 0.0], [1.0]])


def test_a_sequence_is_the_same_as_its_vectors_one_by_one_with_h_carried() -> None:
    rnn, x, _ = problem()
    whole = rnn.forward(x)
    for t, x_t in enumerate(x):
        hiddens, outputs, _ = rnn.forward(x_t)
        np.testing.assert_allclose(outputs[0], whole.outputs[t], rtol=1e-12)
        rnn.h = hiddens[-1]


def test_attributes_can_be_assigned_and_changed_in_place() -> None:
    rnn = RNN(3, 4, 3, seed=0)
    held = rnn.Why
    rnn.Why -= 0.5 * rnn.Why
    rnn.by[1] = 7.0
    rnn.bh = [1, 2, 3, 4]
    rnn.Whh = rnn.Whh.T
    assert held is rnn.Why
    h = np.tanh(rnn.Wxh[0] + [1, 2, 3, 4])
    np.testing.assert_allclose(rnn.forward(EYE[0]).outputs[0], h @ held + [0, 7, 0], rtol=1e-13)


def test_an_assigned_array_is_copied() -> None:
    rnn, mine = RNN(3, 4, 3, seed=0), np.zeros(4)
    rnn.h = mine
    mine += 1.0
    np.testing.assert_array_equal(rnn.h, 0.0)


def test_an_array_that_is_held_sees_the_training() -> None:
    rnn = RNN(3, 4, 3, seed=0)
    held, before = rnn.Wxh, rnn.Wxh.copy()
    rnn.train([EYE[0]], [EYE[1]], 1)
    assert held is rnn.Wxh
    assert not np.array_equal(held, before)


@pytest.mark.parametrize("name", [*NAMES, "h"])
def test_an_array_of_another_shape_cannot_be_assigned(name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name} has the shape .*, but was given \(2,\)"):
        setattr(RNN(3, 4, 5, seed=0), name, [1.0, 2.0])


def test_a_copy_trains_on_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    rnn, inputs, targets = demo(1)
    rnn.train(inputs, targets, 2)
    twin = copy.deepcopy(rnn)
    capsys.readouterr()
    rnn.train(inputs, targets, 2)
    expected = capsys.readouterr().out
    twin.train(inputs, targets, 2)
    assert capsys.readouterr().out == expected
    np.testing.assert_array_equal(twin.Wxh, rnn.Wxh)


def test_items_may_be_sequences_of_different_lengths(capsys: pytest.CaptureFixture[str]) -> None:
    rnn = RNN(3, 8, 3, seed=1)
    items = [one_hot(3, [0, 1]), one_hot(3, [2, 0, 1]), EYE[2]]
    answers = [one_hot(3, [1, 2]), one_hot(3, [0, 1, 2]), EYE[0]]
    rnn.train(items, answers, 40)
    printed = losses(capsys.readouterr().out)
    assert printed[-1] < 0.2 * printed[0]


def test_weights_that_do_not_sum_to_1_weigh_the_loss() -> None:
    rnn, x, targets = problem()
    expected = complex_step(rnn, "Why", x, 3 * targets)
    np.testing.assert_allclose(rnn.backward(x, 3 * targets).dWhy, expected, rtol=1e-11)


@pytest.mark.parametrize("options", [{}, {"cell": "relu", "initialization": "xavier"}])
def test_the_same_seed_makes_the_same_network_and_samples(options: dict[str, str]) -> None:
    first, second = (RNN(3, 4, 3, seed=7, **options) for _ in range(2))  # type: ignore[arg-type]
    np.testing.assert_array_equal(first.Whh, second.Whh)
    assert first.sample(EYE[0], 20) == second.sample(EYE[0], 20)
    assert not np.array_equal(first.Whh, RNN(3, 4, 3, seed=8).Whh)


def test_a_sample_is_repeated_by_its_seed_and_goes_on_without() -> None:
    rnn = RNN(3, 4, 3, seed=7)
    assert rnn.sample(EYE[0], 30, random_seed=1) == rnn.sample(EYE[0], 30, random_seed=1)
    rng = np.random.default_rng(1)
    assert rnn.sample(EYE[0], 30, random_seed=rng) == rnn.sample(EYE[0], 30, random_seed=1)
    assert rnn.sample(EYE[0], 30) != rnn.sample(EYE[0], 30)


def test_sample_starts_from_h_and_from_a_whole_sequence() -> None:
    rnn = RNN(3, 8, 3, seed=2)
    start = one_hot(3, [0, 2, 1])
    whole = rnn.sample(start, 10, random_seed=3)
    rnn.h = rnn.forward(start[:2]).hiddens[-1]
    assert rnn.sample(start[2], 10, random_seed=3) == whole


def test_a_network_that_cannot_read_its_own_output_gives_one_sample() -> None:
    rnn = RNN(2, 4, 5, seed=0)
    assert rnn.sample([1.0, 0.0], 0) == []
    assert 0 <= rnn.sample([1.0, 0.0], 1)[0] < 5
    with pytest.raises(ValueError, match="reads vectors of 2 numbers and writes 5"):
        rnn.sample([1.0, 0.0], 2)


# What it refuses


@pytest.mark.parametrize(
    "inputs",
    [
        [],
        [[]],
        1.0,
        [1.0, 2.0],
        [[1.0, 2.0]],
        np.zeros((2, 2, 3)),
        np.zeros((0, 3)),
        np.zeros((3, 1)),
    ],
)
def test_inputs_of_the_wrong_size_are_named(inputs: Array) -> None:
    with pytest.raises(ValueError, match="inputs must be a vector of 3 numbers"):
        RNN(3, 4, 3).forward(inputs)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_inputs_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="inputs must be finite numbers"):
        RNN(3, 4, 3).forward([0.0, value, 0.0])


def test_targets_must_fit_outputs_and_steps() -> None:
    rnn = RNN(3, 4, 3)
    with pytest.raises(ValueError, match="targets must be a vector of 3 numbers"):
        rnn.backward(EYE[0], [1.0, 0.0])
    with pytest.raises(ValueError, match="inputs have 3 steps, but targets 2"):
        rnn.backward(EYE, EYE[:2])


def test_a_list_that_does_not_fit_is_refused_before_anything_is_learned() -> None:
    rnn = RNN(3, 4, 3, seed=0)
    before = rnn.Wxh.copy()
    with pytest.raises(ValueError, match="there are 2 inputs, but 1 targets"):
        rnn.train(list(EYE[:2]), [EYE[0]], 1)
    with pytest.raises(ValueError, match="targets of item 1 must be a vector of 3 numbers"):
        rnn.train(list(EYE[:2]), [EYE[0], [1.0]], 1)
    with pytest.raises(ValueError, match="at least one input"):
        rnn.train([], [], 1)
    np.testing.assert_array_equal(rnn.Wxh, before)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_chars": -1}, "number of samples"),
        ({"num_chars": 3, "temperature": -1.0}, "temperature must be"),
        ({"num_chars": 0, "temperature": math.nan}, "temperature must be"),
    ],
)
def test_samples_that_cannot_be_drawn_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RNN(3, 4, 3).sample(EYE[0], **settings)  # type: ignore[arg-type]


def test_training_that_diverges_stops_with_the_last_good_weights() -> None:
    rnn = RNN(3, 4, 3, seed=0, cell="relu", optimizer="sgd", clip=0)
    rnn.Wxh, rnn.Why = np.full((3, 4), 1e200), np.full((4, 3), 1e200)
    before = rnn.Wxh.copy()
    with pytest.raises(FloatingPointError, match="try a learning_rate below"):
        rnn.train([EYE[0]], [EYE[1]], 1)
    np.testing.assert_array_equal(rnn.Wxh, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "gru2"}, "unknown cell 'gru2'"),
        ({"initialization": "big"}, "unknown initialization 'big'"),
        ({"optimizer": "adm"}, "no optimizer is called 'adm'"),
    ],
)
def test_unknown_choices_are_answered_with_those_there_are(
    options: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        RNN(3, 4, 3, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("sizes", [(0, 4, 3), (3, 0, 3), (3, 4, -1)])
def test_sizes_must_be_positive(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        RNN(*sizes)
