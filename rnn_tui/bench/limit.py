"""The least time that one training step can take here, from speeds measured in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from rnn_tui.bench.grid import Shape

SECONDS: Final = 0.5
"""How long the speeds are measured each time."""

PRODUCT_SIZES: Final = (256, 384, 512, 768, 1024)
"""Square products in float32; the fastest counts."""

VECTOR_SIZES: Final = (1 << 12, 1 << 14, 1 << 16, 1 << 18)
"""Elements of an array for tanh and exp, from the first cache to beyond the second."""

COPY_SIZE: Final = 1 << 24
"""Float32 elements that are copied: 64 MiB, more than a core keeps in its caches."""

Clock = Callable[[], float]


@dataclass(frozen=True)
class Speeds:
    """What one core does at best: floating-point operations, elements and bytes per second."""

    product: float
    tanh: float
    exp: float
    copy: float

    def or_better(self, other: Speeds) -> Speeds:
        """The better of two measurements: noise only ever makes them worse."""
        return Speeds(
            product=max(self.product, other.product),
            tanh=max(self.tanh, other.tanh),
            exp=max(self.exp, other.exp),
            copy=max(self.copy, other.copy),
        )

    @property
    def line(self) -> str:
        """All of it for people."""
        return (
            f"limit: {self.product / 1e9:.1f} GFLOP/s in products · {1e9 / self.tanh:.2f} ns a "
            f"tanh · {1e9 / self.exp:.2f} ns an exp · {self.copy / 1e9:.1f} GB/s in copies"
        )


def step_seconds(shape: Shape, speeds: Speeds) -> float:
    """The least time of one whole training step (forward, backward, clipping, Adam) in float32.

    With T steps in time, B streams, H units and V symbols, one layer:

        arithmetic = 2 * 3 T B (H H + H V) / product + T B H / tanh + T B V / exp
        traffic    = 4 bytes * (8 N + 2 T B H) / copy
        limit      = the larger of the two

    Three products of each size: forward, and backward the gradients of the input and of the
    matrix, each T B (H H + H V) multiply-adds of two operations. What W_xh gives is looked up, not
    multiplied. Traffic is what must at least be read and written once in a step: the N weights,
    their gradients, and both moments of Adam, hence 8 N numbers, and the hidden states. All other
    arithmetic (biases, softmax but for its exp, clipping, Adam) counts as nothing.
    """
    H, V, TB = shape.hidden, shape.vocabulary, shape.characters
    products = 6 * TB * (H * H + H * V) / speeds.product
    arithmetic = products + TB * H / speeds.tanh + TB * V / speeds.exp
    traffic = 4 * (8 * shape.weights + 2 * TB * H) / speeds.copy
    return max(arithmetic, traffic)


def measure_speeds(seconds: float = SECONDS, clock: Clock = time.perf_counter) -> Speeds:
    """The best of many short pieces of work of each kind, in turns for about ``seconds``."""
    kinds = {
        "product": list(_products()),
        "tanh": list(_vectors(np.tanh)),
        "exp": list(_vectors(np.exp)),
        "copy": [_copy()],
    }
    best = dict.fromkeys(kinds, 0.0)
    end, rounds = clock() + seconds, 0
    while rounds < 2 or clock() < end:  # the first round only warms up
        for kind, works in kinds.items():
            for amount, work in works:
                best[kind] = max(best[kind], amount / _seconds(work, clock))
        rounds += 1
    return Speeds(**best)


Work = tuple[float, Callable[[], object]]
"""An amount, and what does so much."""


def _products() -> Iterator[Work]:
    rng = np.random.default_rng(0)
    for size in PRODUCT_SIZES:
        a, b = rng.standard_normal((2, size, size), np.float32)
        out = np.empty_like(a)
        yield 2.0 * size**3, partial(np.dot, a, b, out)


def _vectors(function: np.ufunc) -> Iterator[Work]:
    for size in VECTOR_SIZES:
        values = np.random.default_rng(0).standard_normal(size, np.float32)
        out = np.empty_like(values)
        times = max(1, VECTOR_SIZES[-1] // size)

        yield float(size * times), partial(_repeat, partial(function, values, out), times)


def _repeat(work: Callable[[], object], times: int) -> None:
    for _ in range(times):
        work()


def _copy() -> Work:
    """A copy reads as many bytes as it writes."""
    source = np.ones(COPY_SIZE, np.float32)
    target = np.ones_like(source)
    return 2.0 * source.nbytes, lambda: np.copyto(target, source)


def _seconds(work: Callable[[], object], clock: Clock) -> float:
    start = clock()
    work()
    return max(clock() - start, 1e-9)
