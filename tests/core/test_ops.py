from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core import ops

RNG = np.random.default_rng(5)
STEP = 1e-200
X, H, Z = (RNG.standard_normal(shape) for shape in ((3, 5), (3, 4), (3, 4)))
W, B_H, G = (RNG.standard_normal(shape) for shape in ((5, 4), (4,), (3, 4)))
SYMBOLS = np.array([2, 0, 2])
ONE = np.array(1.0)

# A forward operation as a function of one operand, that operand, and the backward operation
# that takes the gradient of the result and gives that of the operand.
PAIRS = {
    "lookup": (
        lambda W: ops.lookup_forward(W, SYMBOLS),
        W,
        lambda g: ops.lookup_backward(W, SYMBOLS, g),
    ),
    "product, left": (
        lambda x: ops.product_forward(x, W),
        X,
        lambda g: ops.product_backward_left(g, W),
    ),
    "product, right": (
        lambda w: ops.product_forward(X, w),
        W,
        lambda g: ops.product_backward_right(X, g),
    ),
    "affine": (
        lambda w: ops.affine_forward(X, w, B_H),
        W,
        lambda g: ops.product_backward_right(X, g),
    ),
    "bias": (lambda b: ops.add_forward(H, Z, b), B_H, ops.add_backward_bias),
    "fork": (lambda h: 2 * h, H, lambda g: ops.fork_backward(g, g)),
    "tanh": (ops.tanh_forward, Z, lambda g: ops.tanh_backward(g, np.tanh(Z))),
    "relu": (ops.relu_forward, Z, lambda g: ops.relu_backward(g, np.maximum(Z, 0))),
}


def numerical(forward, operand, weights):
    """d Σ weights * forward(operand) / d operand, by complex step."""
    gradient = np.zeros_like(operand)
    for index in np.ndindex(operand.shape):
        nudged = operand.astype(complex)
        nudged[index] += 1j * STEP
        gradient[index] = np.sum(weights * forward(nudged)).imag / STEP
    return gradient


@pytest.mark.parametrize("name", PAIRS)
def test_every_backward_operation_undoes_its_forward_one(name):
    forward, operand, backward = PAIRS[name]
    assert np.allclose(backward(G), numerical(forward, operand, G), rtol=1e-13, atol=1e-14)


def test_softmax_and_cross_entropy_are_undone_together():
    target = np.array([1, 3, 0])
    expected = numerical(lambda y: ops.cross_entropy_forward(y, target), Z, np.ones(3) / 6)
    found = ops.softmax_cross_entropy_backward(ops.softmax_forward(Z), target, np.array(6.0))
    assert np.allclose(found, expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e4, 3e38])
def test_softmax_and_cross_entropy_bear_huge_logits(size, dtype):
    y = np.array([[size, -size, 0.0], [0.0, 0.0, size]], dtype)
    with np.errstate(over="ignore"):
        p, loss = ops.softmax_forward(y), ops.cross_entropy_forward(y, np.array([1, 2]))
    assert np.array_equal(p, [[1, 0, 0], [0, 0, 1]])
    assert np.allclose(loss, [2 * float(dtype(size)), 0])


@pytest.mark.parametrize("size", [0, 1e4, 1e8, 1e12, 1e17, 1e300])
def test_equal_logits_of_any_size_have_the_same_cross_entropy(size):
    loss = ops.cross_entropy_forward(np.full((1, 3), size), np.array([1]))
    assert np.isclose(loss[0], np.log(3), rtol=1e-15)


def test_the_sum_over_time_reads_one_contribution_at_a_time():
    alive = []

    def contributions():
        for t in range(4):
            alive.append(t)
            yield np.full(2, float(t))

    total = ops.sum_over_time(contributions())
    assert total.tolist() == [6, 6]
    assert alive == [0, 1, 2, 3]


def test_the_sum_over_time_leaves_its_first_contribution_alone():
    first = np.ones(2)
    ops.sum_over_time([first, first])
    assert first.tolist() == [1, 1]


def test_the_norm_is_that_of_all_gradients_as_one_vector():
    assert ops.norm_forward(np.array([[2.0, 3.0]]), np.array([6.0])) == 7


def test_clipping_shortens_what_is_too_long_and_nothing_else():
    assert ops.clip_scale_forward(np.array(4.0), ONE) == 0.25
    assert ops.clip_scale_forward(np.array(0.5), ONE) == 1
    assert ops.scale_forward(np.array([8.0]), np.array(0.25)) == [2]


def test_the_update_goes_downhill():
    assert ops.descend(np.array([1.0]), np.array(0.1), np.array([2.0])) == [0.8]
