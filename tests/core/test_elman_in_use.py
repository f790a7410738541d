"""The RNN class in use: attributes, sequences, copies, seeds, and what it refuses."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from rnn_tui.core.arrays import Array, Floats
from rnn_tui.core.elman import RNN

NAMES = ("Wxh", "Whh", "Why", "bh", "by")
EYE = np.eye(3)


def one_hot(size: int, symbols: list[int]) -> Floats:
    return np.eye(size)[symbols]


def losses(output: str) -> list[float]:
    return [float(line.rpartition(" ")[2]) for line in output.splitlines()]


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
    rnn, x = RNN(3, 5, 4, seed=1), np.random.default_rng(9).normal(size=(6, 3))
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
    rnn, inputs, targets = RNN(3, 4, 3, seed=1), list(EYE), list(EYE[::-1])
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
        ({"num_chars": -1}, "num_chars must be at least 0"),
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


BAD_SETTINGS = {
    "input_size must be a whole number, not 2.5": {"input_size": 2.5},
    "hidden_size must be a whole number, not '4'": {"hidden_size": "4"},
    "output_size must be at least 1, not 0": {"output_size": 0},
    "learning_rate must be positive and finite, not 0": {"learning_rate": 0},
    "learning_rate must be positive and finite, not inf": {"learning_rate": math.inf},
    "learning_rate must be 0 or positive, not nan": {"learning_rate": math.nan},
    "learning_rate must be a number, not None": {"learning_rate": None},
    "clip must be 0 or positive, not -1.0": {"clip": -1},
    "clip must be a number, not 'much'": {"clip": "much"},
}


@pytest.mark.parametrize("message", BAD_SETTINGS)
def test_settings_that_make_no_network_are_refused_in_plain_words(message: str) -> None:
    sizes = {"input_size": 3, "hidden_size": 4, "output_size": 3}
    with pytest.raises(ValueError, match=message):
        RNN(**{**sizes, **BAD_SETTINGS[message]})  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [2.5, -1, "2"])
def test_numbers_of_samples_and_epochs_are_whole(number: int) -> None:
    rnn = RNN(3, 4, 3)
    with pytest.raises(ValueError, match="num_chars must be "):
        rnn.sample(EYE[0], number)
    with pytest.raises(ValueError, match="num_epochs must be "):
        rnn.train(EYE, EYE, number)


def test_training_takes_generators(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = RNN(3, 4, 3, seed=1), RNN(3, 4, 3, seed=1)
    one.train((x for x in EYE), (y for y in EYE), 3)
    other.train(list(EYE), list(EYE), 3)
    found = losses(capsys.readouterr().out)
    assert found[:3] == found[3:]
