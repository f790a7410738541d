"""The small operations of the textbook, each forward one followed by what undoes it.

A backward operation takes the gradient of the loss with respect to what its forward operation
returned (``d`` + that name) and returns it with respect to one of the operands. Vectors are rows;
x (B, I), h (B, H), y (B, V).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from rnn_tui.core.arrays import Array


def lookup_forward(W: Array, x: Array) -> Array:
    """u = W[x]: the rows (B, H) of ``W`` (I, H) that the symbols ``x`` (B,) name."""
    return W[x]


def lookup_backward(W: Array, x: Array, du: Array) -> Array:
    """dW (I, H): every row of ``du`` is added where its symbol looked."""
    dW = np.zeros_like(W)
    np.add.at(dW, x, du)
    return dW


def product_forward(x: Array, W: Array) -> Array:
    """u = x W, (B, H)."""
    return x @ W


def product_backward_left(du: Array, W: Array) -> Array:
    """dx = du Wᵀ, (B, I)."""
    return du @ W.T


def product_backward_right(x: Array, du: Array) -> Array:
    """dW = xᵀ du, (I, H): the sum over the batch of outer products."""
    return x.T @ du


def add_forward(u: Array, r: Array, b: Array) -> Array:
    """z = u + r + b, (B, H). Backward, ``u`` and ``r`` both receive dz itself."""
    return u + r + b


def add_backward_bias(dz: Array) -> Array:
    """db = Σ dz over the batch, for the bias was added to every row, (H,)."""
    db: Array = dz.sum(axis=0)  # (H,)
    return db


def affine_forward(h: Array, W: Array, b: Array) -> Array:
    """y = h W + b, (B, V). Backward as the product's and the bias's."""
    return h @ W + b


def fork_backward(a: Array, f: Array) -> Array:
    """dh = a + f: a value that was used twice receives the sum of both gradients, (B, H)."""
    return a + f


def tanh_forward(z: Array) -> Array:
    """h = tanh(z)."""
    return np.tanh(z)


def tanh_backward(dh: Array, h: Array) -> Array:
    """dz = dh (1 - h²)."""
    dz: Array = dh * (1 - h * h)
    return dz


def relu_forward(z: Array) -> Array:
    """h = max(0, z). Of a complex number the real part decides."""
    return np.where(z.real > 0, z, np.zeros_like(z))


def relu_backward(dh: Array, h: Array) -> Array:
    """dz = dh where h > 0, else 0."""
    return dh * (h > 0)


def softmax_forward(y: Array) -> Array:
    """p = exp(y) / Σ exp(y), (B, V). A row's largest is subtracted first: nothing overflows."""
    e: Array = np.exp(y - y.real.max(axis=1, keepdims=True))  # (B, V)
    e /= e.sum(axis=1, keepdims=True)
    return e


def cross_entropy_forward(y: Array, target: Array) -> Array:
    """ln Σ exp(y) - y[target], (B,): -ln p[target] in nats, finite even where p underflows.

    A row's largest is subtracted from both: beside it the logarithm would lose its digits.
    """
    y = y.astype(np.result_type(y.dtype, np.float64))  # logits of ±3e38 differ by more than float32
    y -= y.real.max(axis=1, keepdims=True)  # (B, V)
    loss: Array = np.log(np.exp(y).sum(axis=1))  # (B,)
    loss -= y[np.arange(len(target)), target]
    return loss


def softmax_cross_entropy_backward(p: Array, target: Array, count: Array) -> Array:
    """dy = (p - 1[target]) / count, (B, V): softmax and cross-entropy undone in one step."""
    dy = p.copy()
    dy[np.arange(len(target)), target] -= 1
    return dy / count


def mean_forward(count: Array, *losses: Array) -> Array:
    """The sum of all ``losses``, each (B,), over ``count``; a number."""
    return np.asarray(sum(loss.sum() for loss in losses) / count)


def sum_over_time(contributions: Iterable[Array]) -> Array:
    """Σ_t, one at a time, so that they never all have to exist at once."""
    remaining = iter(contributions)
    total = next(remaining).copy()
    for contribution in remaining:
        total += contribution
    return total


def norm_forward(*gradients: Array) -> Array:
    """The length of all gradients taken as one vector: sqrt(Σ g²), a number."""
    norm: Array = np.sqrt(sum(np.sum(g.astype(np.float64) ** 2) for g in gradients))
    return norm


def clip_value_forward(gradient: Array, bound: Array, norm: Array) -> Array:
    """Every element brought into -bound..bound, unless the ``norm`` says they are not finite."""
    if not norm < np.inf:
        return gradient
    return np.clip(gradient, -float(bound), float(bound))


def clip_scale_forward(norm: Array, limit: Array) -> Array:
    """min(1, limit / norm): Pascanu, Mikolov & Bengio (2013), algorithm 1.

    A norm that is not finite gives 1: such gradients must not be applied, only seen.
    """
    return np.asarray(limit / norm if limit < norm < np.inf else 1.0)


def scale_forward(gradient: Array, scale: Array) -> Array:
    """The gradient, shortened."""
    clipped: Array = gradient * scale.astype(gradient.dtype)
    return clipped


def descend(W: Array, rate: Array, dW: Array) -> Array:
    """W - rate dW: plain gradient descent.

    Here and below a constant becomes a Python float, which takes the dtype of the arrays.
    """
    updated: Array = W - float(rate) * dW
    return updated


def momentum_forward(mu: Array, v: Array, dW: Array) -> Array:
    """v <- mu v + dW."""
    return np.asarray(float(mu) * v + dW)


def add_square(s: Array, dW: Array) -> Array:
    """s <- s + dW²."""
    return np.asarray(s + dW * dW)


def average(beta: Array, m: Array, dW: Array) -> Array:
    """m <- beta m + (1 - beta) dW: the running mean."""
    return np.asarray(float(beta) * m + (1.0 - float(beta)) * dW)


def average_square(beta: Array, v: Array, dW: Array) -> Array:
    """v <- beta v + (1 - beta) dW²: the running mean of the squares."""
    return average(beta, v, dW * dW)


def scaled_step(W: Array, rate: Array, dW: Array, s: Array, epsilon: Array) -> Array:
    """W - rate dW / (√s + epsilon): Adagrad's step, and RMSprop's."""
    return np.asarray(W - float(rate) * dW / (np.sqrt(s) + float(epsilon)))


def adam_step(
    W: Array, rate: Array, m: Array, beta1: Array, k: Array, v: Array, beta2: Array, epsilon: Array
) -> Array:
    """W - rate m̂ / (√v̂ + epsilon): both means were started at 0, which the powers correct."""
    m_hat = m / (1.0 - float(beta1) ** float(k))
    v_hat = v / (1.0 - float(beta2) ** float(k))
    return scaled_step(W, rate, m_hat, v_hat, epsilon)


def adamw_step(W: Array, rate: Array, *means: Array) -> Array:
    """Adam's step from W - rate decay W; the decay is the last of the arguments."""
    *rest, decay = means
    return adam_step(W - float(rate) * float(decay) * W, rate, *rest)


OF_ROWS: Mapping[Callable[..., Array], tuple[bool, ...]] = {
    product_backward_right: (True, True),
    lookup_backward: (False, True, True),
    add_backward_bias: (True,),
}
"""Operations that sum over the rows of those operands that are marked, (B, ·).

Over several time steps, their sum is the same operation on the rows of all steps, (T*B, ·).
"""
