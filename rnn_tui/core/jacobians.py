"""Products of the Jacobians of a recurrent layer: how much a change of its state grows or fades.

For h_t = f(u_t + h_{t-1} W_hh + b_h) a small change of the state travels as a row vector:
dh_{s+k} = dh_s J with J = W_hh diag(f'_{s+1}) ... W_hh diag(f'_{s+k}).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array, Floats

STARTS = 16
"""At most so many time steps s are looked at, evenly spread over the window."""

MOST_MULTIPLICATIONS = 7e10
"""With large windows there are fewer starts, but one at least: about so many are spent."""

KRYLOV = (16, 6)
"""Dimensions of the Krylov space in which the largest singular value is sought: while there is
little to start from (the first few lags, where many singular values are nearly the largest), and
from then on."""

SHORT = 4
"""Lags up to this take the larger of the two."""


class JacobianNorms(NamedTuple):
    """The spectral norm of the product against the lag."""

    mean: Floats
    """(T,) the geometric mean over the starts s that have k steps after them, k = 0..T-1."""
    starts: tuple[int, ...]
    """The time steps s, from 1."""


def spectral_radius(W_hh: Array) -> float:
    """The largest |eigenvalue| of ``W_hh`` (H, H); NaN if it has elements that are not finite.

    Where no unit saturates, a change of the state grows or fades by about this factor a step, in
    the long run (Pascanu, Mikolov & Bengio 2013, section 2.1).
    """
    if not np.isfinite(W_hh).all():
        return float("nan")
    with np.errstate(all="ignore"):
        largest = float(np.abs(W_hh).max())
        if largest == 0:
            return 0.0
        scaled = np.asarray(W_hh, np.float64) / largest  # squares neither overflow nor vanish
        return float(np.abs(np.linalg.eigvals(scaled)).max() * largest)


def spread_starts(T: int, H: int) -> tuple[int, ...]:
    """The time steps s, from 1 to at most T, from which products are followed."""
    affordable = int(2 * MOST_MULTIPLICATIONS / (T * H**3)) - 1  # n starts: (n + 1) / 2 * T * H³
    count = min(T, STARTS, max(1, affordable))
    return tuple(1 + i * T // count for i in range(count))


def product_norms(W_hh: Array, slope: Array) -> Generator[float, None, JacobianNorms]:
    """The spectral norms of the products, from ``W_hh`` (H, H) and f' (T, H) of h_1..h_T.

    Yields progress from 0 to 1. Every product is made in full, from ``starts``, in float32 with
    its size kept apart, so that nothing over- or underflows; the largest singular value of each
    is found by a few Lanczos steps from that of the product before: good to three digits.
    """
    T, H = slope.shape
    starts = spread_starts(T, H)
    with np.errstate(all="ignore"):
        product, slopes = _Product(W_hh, len(starts)), slope.astype(np.float32)
    logs = np.full((len(starts), T), np.nan)  # (S, T) ln of the norm; NaN beyond the window, too
    logs[:, 0] = 0
    for k in range(1, T):
        alive = sum(s + k <= T for s in starts)
        with np.errstate(all="ignore"):
            here = np.stack([slopes[s + k - 1] for s in starts[:alive]])  # (S, H)
            logs[:alive, k] = product.extend(here)
        yield k / T
    return JacobianNorms(_geometric_mean(logs, starts), starts)


class _Product:
    """The products J (S, H, H) from each start, scaled so that their largest element is 1."""

    def __init__(self, W_hh: Array, count: int) -> None:
        H = len(W_hh)
        largest = float(np.abs(W_hh).max())
        self._size = largest if largest > 0 else 1.0
        self._W = (W_hh / self._size).astype(np.float32)  # (H, H)
        self._J = np.broadcast_to(np.eye(H, dtype=np.float32), (count, H, H))
        self._lag = 0
        self._log = np.zeros(count)  # (S,) ln of what J was divided by
        rng = np.random.default_rng(0)  # where Lanczos begins: any direction, always the same
        self._v = rng.standard_normal((count, H)).astype(np.float32)

    def extend(self, slope: Array) -> Floats:
        """Multiply by W_hh diag(``slope`` (S, H)); ln of the norms (S,). Later starts end here."""
        count, H = slope.shape
        self._lag += 1
        J = self._J[:count].reshape(count * H, H) @ self._W
        J = J.reshape(count, H, H) * slope[:, None, :]  # (S, H, H)
        largest = np.maximum(J.max(axis=(1, 2)), -J.min(axis=(1, 2)))  # (S,)
        usable = np.isfinite(largest) & (largest > 0)
        self._log = self._log[:count] + np.log(largest.astype(np.float64) * self._size)
        self._log[~np.isfinite(largest)] = np.nan
        J *= np.where(usable, 1 / largest, 0)[:, None, None]
        J[~usable] = 0
        self._J = J
        sigma, self._v = _largest_singular(J, self._v[:count], KRYLOV[self._lag > SHORT])
        return np.where(usable, self._log + np.log(sigma), self._log)


def _largest_singular(J: Array, v: Array, dimensions: int) -> tuple[Array, Array]:
    """The largest singular values (S,) of J (S, H, H) and their left vectors (S, H), near ``v``.

    From the Krylov space of J Jᵀ and ``v``, every vector of it made orthogonal to those before.
    """
    J_T = J.transpose(0, 2, 1)
    basis: list[Array] = []
    w = v[:, None, :]  # (S, 1, H)
    for _ in range(min(dimensions, v.shape[1])):
        if basis:
            w = w @ J @ J_T
            Q = np.concatenate(basis, axis=1)  # (S, j, H)
            w = w - w @ Q.transpose(0, 2, 1) @ Q
        w = w / np.maximum(np.linalg.norm(w, axis=2, keepdims=True), np.finfo(np.float32).tiny)
        basis.append(w)
    Q, _ = np.linalg.qr(np.concatenate(basis, axis=1).transpose(0, 2, 1))  # (S, H, j)
    Y = Q.transpose(0, 2, 1) @ J  # (S, j, H)
    values, vectors = np.linalg.eigh((Y @ Y.transpose(0, 2, 1)).astype(np.float64))
    best = vectors[:, :, -1:].astype(np.float32)  # (S, j, 1)
    return np.sqrt(np.maximum(values[:, -1], 0)), (Q @ best)[:, :, 0]


def _geometric_mean(logs: Floats, starts: tuple[int, ...]) -> Floats:
    T = logs.shape[1]
    alive = [sum(s + k <= T for s in starts) for k in range(T)]
    with np.errstate(all="ignore"):
        return np.exp([logs[:n, k].mean() for k, n in enumerate(alive)])  # (T,)
