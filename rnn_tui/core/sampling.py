"""Sampling: exact temperature, top-k and top-p in float64, and a stream of drawn symbols.

Everything is done on z = logits minus the largest logit, which is 0 at the most probable symbol
and negative elsewhere, so that no temperature can make it overflow; only then is it divided. The
weights exp(z) are never normalised to draw: a uniform number times their sum is looked up in their
cumulative sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import index
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Floats, State
from rnn_tui.core.reading import LOWEST, Reader, diverged, quiet

Temperature: TypeAlias = float | Callable[[], float]
"""A number, or a function that is asked before every draw, so that it may change meanwhile."""

_LN_2 = math.log(2.0)
_ROUNDING = float(np.finfo(np.float64).eps)


def distribution(
    logits: npt.ArrayLike, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0
) -> Floats:
    """Return the probabilities (V,) that a symbol is drawn with, in float64, their sum 1.

    p_i = exp(y_i / temperature) / sum_j exp(y_j / temperature) over the allowed symbols j.
    Temperature 0 allows the largest logit only (the first of equals), infinity makes all allowed
    symbols equal. ``top_k`` allows the k largest logits (0: all; Fan, Lewis and Dauphin 2018).
    ``top_p`` then allows the most probable symbols until their sum reaches it (1: all; Holtzman et
    al. 2020). A logit of -inf is a symbol that is never drawn. Raises ValueError for logits (V,)
    with NaN, +inf or nothing but -inf, and for a setting out of range.
    """
    check_sampling(temperature, top_k, top_p)
    z = np.array(logits, dtype=np.float64)  # (V,)
    if z.ndim != 1 or not z.size:
        raise ValueError(f"logits must be a vector of at least one number, not of shape {z.shape}")
    w = np.empty_like(z)  # (V,)
    with np.errstate(over="ignore", under="ignore"):
        _weigh(z, w, temperature, top_k, top_p)
        w /= w.sum()
    return w


def draw(probabilities: Array, uniform: float) -> int:
    """Return the symbol that ``uniform``, a number in [0, 1), falls on in ``probabilities`` (V,).

    The probabilities need not sum to 1. A symbol of probability 0 is never returned. Raises
    ValueError for a ``uniform`` outside [0, 1), or if no probability is positive and finite.
    """
    if not 0.0 <= uniform < 1.0:
        raise ValueError(f"the uniform number must be at least 0 and below 1, not {uniform}")
    cumulative = np.cumsum(probabilities, dtype=np.float64)  # (V,)
    if not (cumulative.size and 0.0 < cumulative[-1] < math.inf):
        raise ValueError("nothing to draw from: the probabilities have no positive, finite sum")
    return _look_up(cumulative, uniform)


def check_sampling(temperature: float, top_k: int = 0, top_p: float = 1.0) -> None:
    """Raise ValueError, in words for a user, unless the three settings can be sampled with."""
    if not temperature >= 0.0:
        raise ValueError(f"temperature must be 0 or positive, not {temperature}")
    if top_k < 0:
        raise ValueError(f"top-k must be 0 (all symbols) or positive, not {top_k}")
    if not 0.0 < top_p <= 1.0:
        raise ValueError(f"top-p must be above 0 and at most 1 (all symbols), not {top_p}")


class Drawn(NamedTuple):
    """One drawn symbol, its probability, and the entropy in bits of what it was drawn from."""

    symbol: int
    probability: float
    entropy_bits: float


class Drawing:
    """The buffers that a symbol is drawn with, for V symbols: ``weigh`` first, then draw or take.

    Every stream draws with these, so that the same logits, settings and uniform number give the
    same symbol wherever a text is written.
    """

    def __init__(self, V: int) -> None:
        self._z, self._w, self._cumulative = np.zeros(V), np.zeros(V), np.zeros(V)  # (V,)

    def weigh(self, logits: Array, temperature: float, top_k: int = 0, top_p: float = 1.0) -> None:
        """Take logits (V,) and settings, which were checked. Raises ValueError as they diverge."""
        np.copyto(self._z, logits)
        _weigh(self._z, self._w, temperature, top_k, top_p)
        np.add.accumulate(self._w, out=self._cumulative)  # half the time of cumsum

    def draw(self, uniform: float) -> Drawn:
        """Return the symbol that ``uniform``, in [0, 1), falls on."""
        return self.take(_look_up(self._cumulative, uniform))

    def take(self, symbol: int) -> Drawn:
        """Return a given symbol, as if it had been drawn."""
        total = self._cumulative.item(-1)
        # ln p_i = z_i - ln(total), so the entropy needs one product and no logarithm of zeros.
        nats = math.log(total) - float(self._w.dot(self._z)) / total
        return Drawn(symbol, self._w.item(symbol) / total, max(0.0, nats / _LN_2))

    @property
    def distribution(self) -> Floats:
        """The probabilities (V,) of the last logits; before the first, NaN."""
        with np.errstate(invalid="ignore"):
            probabilities: Floats = self._w / self._w.sum()
        return probabilities


class Stream:
    """An endless iterator of ``Drawn``: the prompt is fed first, then each own draw.

    ``state`` is one (1, H) a layer and is copied, as are ``params``: the stream belongs to the
    network as it is now, even while that is trained on. ``prompt`` holds symbols; without any, the
    first symbol is drawn from the readout of ``state`` itself. ``temperature`` is a number or a
    function asked before each draw. The consumer stops when it has enough; ``generate(params,
    stream.state, [last symbol], rng)`` goes on from there. Raises ValueError at once for settings,
    a state or a prompt that do not fit, and while drawing if the logits are not finite.
    """

    def __init__(
        self,
        params: Mapping[str, Array],
        state: State,
        prompt: Iterable[int],
        rng: np.random.Generator,
        temperature: Temperature = 1.0,
        *,
        top_k: int = 0,
        top_p: float = 1.0,
        cell: str = "tanh",
    ) -> None:
        self._network = Reader(params, cell)
        self._network.enter(state)
        self._pending: Sequence[int] = _checked_prompt(prompt, self._network)
        self._rng, self._top_k, self._top_p = rng, top_k, top_p
        self._ask = temperature if callable(temperature) else lambda: temperature
        self._temperature = self._ask()
        check_sampling(self._temperature, top_k, top_p)
        self._drawing = Drawing(self._network.logits.size)

    @property
    def state(self) -> State:
        """The state, one (1, H) a layer, after all that was fed: not yet the last draw."""
        return self._network.state

    @property
    def distribution(self) -> Floats:
        """The probabilities (V,) that the last symbol was drawn with; before the first, NaN."""
        return self._drawing.distribution

    @property
    def logits(self) -> Array:
        """The logits (V,) that the last symbol was drawn from: until the next draw."""
        return self._network.logits

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Drawn:
        temperature = self._ask()
        if temperature != self._temperature:
            check_sampling(temperature)
            self._temperature = temperature
        return self._draw(temperature)

    # A float32 network that diverged overflows: _weigh says so, NumPy need not warn as well.
    @quiet
    def _draw(self, temperature: float) -> Drawn:
        for symbol in self._pending:
            self._network.feed(symbol)
        self._drawing.weigh(self._network.logits, temperature, self._top_k, self._top_p)
        drawn = self._drawing.draw(self._rng.random())
        self._pending = (drawn.symbol,)
        return drawn


generate = Stream
"""The name of it where it is called: ``for drawn in generate(params, state, prompt, rng)``."""


def _checked_prompt(prompt: Iterable[int], network: Reader) -> list[int]:
    symbols = [index(symbol) for symbol in prompt]
    for symbol in symbols:
        network.check(symbol)
    return symbols


def _look_up(cumulative: Floats, uniform: float) -> int:
    """The first symbol whose cumulative weight lies above ``uniform`` times the total.

    Above, not at: a symbol of weight 0 has the cumulative weight of the one before it. And for a
    uniform below 1 the product stays below the total, so there always is such a symbol.
    """
    return int(cumulative.searchsorted(uniform * cumulative.item(-1), "right"))


def _weigh(z: Floats, w: Floats, temperature: float, top_k: int, top_p: float) -> None:
    """Turn logits ``z`` (V,) into z / temperature, shifted, and put exp of it into ``w`` (V,).

    Symbols that are not allowed get the weight 0. Every z that is left is a finite number.
    """
    top = z.item(z.argmax())  # a NaN counts as the largest; three times as fast as max
    if not -math.inf < top < math.inf:
        raise diverged(top)
    z -= top
    if 0 < top_k < z.size:
        z[~_largest(z, top_k)] = -math.inf
    order = z.copy() if top_p < 1.0 else z  # divided, what differs can become equal
    _divide(z, temperature)
    np.maximum(z, LOWEST, out=z)
    np.exp(z, out=w)
    if top_p < 1.0:
        left = np.flatnonzero(w)  # (n,) few of V, mostly
        order = order[left]
        w[left[~_largest(order, _nucleus(order, w[left], top_p))]] = 0.0


def _largest(z: Floats, k: int) -> npt.NDArray[np.bool_]:
    """Where the k largest of ``z`` (n,) are; of equals the first. 1 <= k <= n."""
    least = np.partition(z, z.size - k)[z.size - k]
    kept: npt.NDArray[np.bool_] = z >= least  # (n,)
    surplus = int(np.count_nonzero(kept)) - k
    if surplus:
        kept[np.flatnonzero(z == least)[-surplus:]] = False
    return kept


def _nucleus(z: Floats, w: Floats, top_p: float) -> int:
    """How many symbols, taken in the order of ``z`` (n,), make up ``top_p`` of the weights ``w``.

    The sums are those of the stable order, which takes ten times as long to find as the sorted
    weights alone. Sums of the same n numbers in another order differ by less than n roundings of
    the total: only where that could matter the stable order is asked.
    """
    cumulative = np.sort(w)[::-1]  # (n,)
    np.add.accumulate(cumulative, out=cumulative)
    total = cumulative.item(-1)
    slack = 4.0 * w.size * _ROUNDING * total
    first, last = cumulative.searchsorted([top_p * total - slack, top_p * total + slack])
    if first != last:
        cumulative = np.cumsum(w[np.argsort(-z, kind="stable")])
        first = cumulative.searchsorted(top_p * cumulative[-1])
    return int(first) + 1


def _divide(z: Floats, temperature: float) -> None:
    """Z / temperature in place, with its limits at 0 (one symbol) and infinity (all equal)."""
    if temperature == 0.0:
        first = z.argmax()
        z.fill(-math.inf)
        z[first] = 0.0
    elif temperature == math.inf:
        z[z > -math.inf] = 0.0
    elif temperature != 1.0:
        z /= temperature
