"""A network that reads one stream: one symbol at a time, or a text in blocks, and its surprise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Floats, Params, State
from rnn_tui.core.cells import CELLS
from rnn_tui.core.checks import checked_symbols
from rnn_tui.core.model import Workspace
from rnn_tui.core.parameters import architecture_of, dtype_of, zero_state

# exp(z) is exactly 0 below -746: cut there, -inf becomes a number and 0 times it is 0, not NaN.
LOWEST = -1e4

_BLOCK_NUMBERS = 2**20
_LONGEST_BLOCK = 256

quiet = np.errstate(over="ignore", under="ignore", invalid="ignore")
"""For functions whose numbers may leave the range of floats; around a body it costs twice."""


class Reading(NamedTuple):
    """What one symbol leaves behind; both are new arrays."""

    state: State
    """One (1, H) a layer, after the symbol."""
    logits: Array
    """(V,) for the symbol that follows."""


class Block(NamedTuple):
    """What T symbols in a row leave behind; all are new arrays."""

    states: State
    """One (T, H) a layer: row t after symbol t."""
    logits: Array
    """(T, V): row t *before* symbol t was read, which it is to be scored with."""


class Scores(NamedTuple):
    """How T symbols fare under the network, at temperature 1."""

    surprise: Floats
    """(T,) bits: -log2 of the symbol's probability."""
    entropy: Floats
    """(T,) bits: the surprise that was to be expected."""
    rank: npt.NDArray[np.intp]
    """(T,) place by probability from 1; among equals the first comes first."""


class Reader:
    """A network on one stream, on the cells' own fast path: no random numbers.

    ``params`` are copied, unless they are read-only: a reader belongs to the network as it is now,
    even while that is trained on. It begins in a state of zeros. The bits of what it gives depend
    on state and symbol alone, so that going back to a kept state is exact. Raises ValueError for a
    network that writes other symbols than it reads.
    """

    def __init__(self, params: Mapping[str, Array], cell: str = "tanh") -> None:
        self.architecture = architecture_of(params, cell)
        self._cell, self.dtype = CELLS[cell], dtype_of(params)
        H, V = self.architecture.hidden, self.architecture.outputs
        if self.architecture.inputs != V:
            raise ValueError(
                f"the network reads {self.architecture.inputs} symbols but writes {V}:"
                " it cannot be fed its own draws"
            )
        self._params = {
            name: value.copy() if value.flags.writeable else value for name, value in params.items()
        }
        own = [self._weights_of(layer) for layer in range(self.architecture.layers)]
        self._layers = [self._cell.single(weights) for weights in own]
        self._W_xh = own[0]["W_xh"]
        self._upper = [
            (layer.forward, below.h, weights["W_xh"], np.zeros((1, H), self.dtype))
            for layer, below, weights in zip(self._layers[1:], self._layers, own[1:], strict=False)
        ]
        self._W_hy, self._b_y = self._params["W_hy"], self._params["b_y"]
        self._y = np.zeros((1, V), self.dtype)  # (1, V)
        self.logits: Array = self._y[0]  # (V,)
        self._last: State | None = None
        self.enter(zero_state(self.architecture, 1, self.dtype))

    @property
    def state(self) -> State:
        """A copy of the state: one (1, H) a layer."""
        return tuple([layer.h.copy() for layer in self._layers])

    def check(self, symbol: int) -> None:
        """Raise ValueError unless the network knows this symbol."""
        if not 0 <= symbol < self.logits.size:
            raise ValueError(f"symbol {symbol} is not one of 0..{self.logits.size - 1}")

    def feed(self, symbol: int) -> None:
        """One step on ``symbol``, which was checked: leaves the new ``state`` and ``logits``."""
        self._last = None
        self._layers[0].forward(self._W_xh[symbol])  # x W_xh is a row of it
        for forward, below, W_xh, x in self._upper:
            below.dot(W_xh, x)  # (1, H)
            forward(x[0])
        self._read_out()

    @quiet
    def enter(self, state: State) -> None:
        """Go to a state, one (1, H) a layer, and leave the ``logits`` of its readout."""
        expected = ((1, self.architecture.hidden),) * self.architecture.layers
        found = tuple(np.shape(h) for h in state)
        if found != expected:
            raise ValueError(f"the state of one stream has the shapes {expected}, not {found}")
        for layer, given in zip(self._layers, state, strict=True):
            layer.h[...] = given
        self._read_out()
        self._last = None

    def start(self, state: State) -> Reading:
        """``state`` itself and the logits of its readout: for the first symbol of a text."""
        self._go_to(state)
        return self._taken()

    @quiet
    def read(self, state: State, symbol: int) -> Reading:
        """One symbol, from ``state``. Raises ValueError for a symbol that there is not."""
        self.check(symbol)
        self._go_to(state)
        self.feed(symbol)
        return self._taken()

    def read_all(self, state: State, symbols: Array) -> Iterator[Block]:
        """A whole text of symbols (n,) from ``state``, in blocks: memory does not grow with n.

        The numbers agree with those of ``read`` up to rounding: products of many rows at once are
        added up in another order. Raises ValueError at once for symbols that there are not.
        """
        if not len(symbols):
            return iter(())
        known = checked_symbols(symbols, self.logits.size, "the symbols")
        length = max(1, min(_LONGEST_BLOCK, _BLOCK_NUMBERS // self.logits.size))
        return self._blocks(self.start(state), known, length)

    def _blocks(self, reading: Reading, symbols: Array, length: int) -> Iterator[Block]:
        state, before = reading
        for start in range(0, len(symbols), length):
            part = symbols[start : start + length, None]  # (T, 1)
            if start == 0 or len(part) < length:
                workspace = Workspace(self.architecture, len(part), 1, self.dtype)
            after = workspace.forward(self._params, part, state)[:, 0]  # (T, V)
            logits = np.concatenate([before[None], after[:-1]])  # (T, V)
            state, before = workspace.final_state(), after[-1].copy()
            yield Block(tuple(h[1:, 0].copy() for h in workspace.hidden), logits)

    def _weights_of(self, layer: int) -> Params:
        names = self._cell.layer_shapes(1, 1)
        return {name: self._params[f"layer{layer}.{name}"] for name in names}

    def _go_to(self, state: State) -> None:
        if state is not self._last:
            self.enter(state)

    def _taken(self) -> Reading:
        self._last = _read_only(self.state)
        return Reading(self._last, _read_only((self.logits.copy(),))[0])

    def _read_out(self) -> None:
        self._layers[-1].h.dot(self._W_hy, self._y)  # (1, V)
        np.add(self.logits, self._b_y, self.logits)


@quiet
def scores(logits: npt.ArrayLike, symbols: npt.ArrayLike) -> Scores:
    """Score symbols (T,) with the logits (T, V) that came before each, in float64.

    surprise_t = ln(sum_i exp(z_i)) - z_symbol and entropy_t = ln(sum_i exp(z_i)) - sum_i p_i z_i,
    in bits, z being the logits less their largest. Raises ValueError for rows with NaN, with
    +inf or of -inf alone, which are those of a network that has diverged.
    """
    z = np.array(logits, dtype=np.float64)  # (T, V)
    x = np.asarray(symbols, dtype=np.intp)[:, None]  # (T, 1)
    top = z.max(axis=1, keepdims=True)  # (T, 1)
    if not np.isfinite(top).all():
        raise diverged(float(top[~np.isfinite(top)][0]))
    own = np.take_along_axis(z, x, axis=1)  # (T, 1)
    earlier = np.arange(z.shape[1]) < x  # (T, V)
    rank = 1 + np.count_nonzero((z > own) | ((z == own) & earlier), axis=1)  # (T,)
    z -= top
    own -= top
    np.maximum(z, LOWEST, out=z)
    w = np.exp(z)  # (T, V)
    total = w.sum(axis=1)  # (T,)
    expected = np.einsum("tv,tv->t", w, z) / total  # (T,)
    bits = np.log(total)[:, None] - np.concatenate([own, expected[:, None]], axis=1)  # (T, 2)
    bits = np.maximum(bits / math.log(2.0), 0.0)
    return Scores(bits[:, 0], bits[:, 1], rank)


@quiet
def surprise_and_rank(logits: npt.ArrayLike, symbol: int) -> tuple[float, int]:
    """What ``scores`` gives for one symbol and its logits (V,), the same bits at a third of it."""
    z = np.array(logits, dtype=np.float64)  # (V,)
    top, own = z.item(z.argmax()), z.item(symbol)
    if not -math.inf < top < math.inf:
        raise diverged(top)
    earlier = int(np.count_nonzero(z[:symbol] == own))
    rank = 1 + int(np.count_nonzero(z > own)) + earlier
    z -= top
    np.maximum(z, LOWEST, out=z)
    bits = (np.log(np.exp(z, out=z).sum()) - (own - top)) / math.log(2.0)
    return max(0.0, float(bits)), rank


def entropy_bits(probabilities: npt.ArrayLike) -> float:
    """-sum_i p_i log2 p_i over probabilities (V,) of sum 1."""
    p = np.asarray(probabilities, dtype=np.float64)  # (V,)
    p = p[p > 0.0]
    return max(0.0, -float(np.dot(p, np.log2(p))))


def diverged(top: float) -> ValueError:
    """What is wrong when the largest logit is not a number that can be sampled from."""
    return ValueError(f"cannot sample: the largest logit is {top}, the network has diverged")


def _read_only(arrays: State) -> State:
    for array in arrays:
        array.flags.writeable = False
    return arrays
