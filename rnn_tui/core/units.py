"""What every unit does on a text: activations in blocks, their correlations, where they are on.

A unit's number is ``layer * H + place in the layer``, so that U = L H. All of it goes once over
the text and keeps no more of it than a block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Floats, State
from rnn_tui.core.cells import CELLS
from rnn_tui.core.cells.inputs import DenseInput, Input, SymbolInput
from rnn_tui.core.checks import checked_state, checked_symbols, whole_number
from rnn_tui.core.parameters import architecture_of, dtype_of, zero_state

WARM_UP = 512
"""How many symbols a stream that begins in the middle of a text reads before it counts."""
STREAM = 32_768
"""A text is cut into streams of at least so many symbols, so that shorter ones are exact."""
STREAMS = 32
"""Measured at H = 128: 1 reads 490,000 symbols a second, 32 1,870,000, 64 2,030,000."""

_ROWS = 2048
_NUMBERS = 2**20  # in a block at most: 8 MB

_quiet = np.errstate(all="ignore")  # a network that has diverged has no r; that is all


class Block(NamedTuple):
    """Some symbols of a text, and what the units were after reading each."""

    positions: npt.NDArray[np.intp]
    """(n,) places in the text; with several streams, blocks are not in the text's order."""
    values: Array
    """(n, L*H) in the network's dtype."""


def activations(
    params: Mapping[str, Array],
    symbols: Array,
    cell: str = "tanh",
    state: State | None = None,
    streams: int | None = None,
) -> Iterator[Block]:
    """Every unit after every one of ``symbols (N,)``, read from ``state`` (one (1, H) a layer).

    Each position comes once. With one stream this is exactly what the network does. With several
    the text is cut into as many equal parts that are read side by side; all but the first begin
    from zeros and read up to ``WARM_UP`` symbols before their part, so that they differ by what
    the network still remembers from further back. By default there is one stream for every
    ``STREAM`` symbols, at most ``STREAMS``. Raises ``ValueError`` for symbols or a state that do
    not fit.
    """
    architecture = architecture_of(params, cell)
    begin = zero_state(architecture, 1, dtype_of(params)) if state is None else state
    checked_state(begin, architecture, 1)
    x = np.asarray(symbols)
    if not x.size:
        return
    checked_symbols(x, architecture.inputs, "symbols")
    wanted = len(x) // STREAM if streams is None else whole_number(streams, "streams", 1)
    limit = STREAMS if streams is None else len(x)
    plan = _Plan.of(len(x), max(1, min(wanted, limit)), architecture.layers * architecture.hidden)
    reader = _Reader(params, cell, plan)
    for first in range(-plan.warm_up, plan.length, plan.T):
        if first == 0:
            reader.begin(begin)
        block = reader.read(x, first)
        if first >= 0:
            yield block


class _Plan(NamedTuple):
    """How a text is cut: ``streams`` parts of ``length`` symbols, T of each at a time."""

    streams: int
    length: int
    T: int
    warm_up: int

    @classmethod
    def of(cls, N: int, streams: int, units: int) -> _Plan:
        length = -(-N // streams)
        streams = -(-N // length)
        T = max(1, min(_ROWS, _NUMBERS // units) // streams)
        if streams == 1:
            return cls(1, length, min(T, length), 0)
        T = min(T, WARM_UP, length)
        return cls(streams, length, T, min(WARM_UP, length) // T * T)


class _Reader:
    """The layers of a network over T symbols of every stream at a time; the state is carried."""

    def __init__(self, params: Mapping[str, Array], cell: str, plan: _Plan) -> None:
        architecture = architecture_of(params, cell)
        T, B, H = plan.T, plan.streams, architecture.hidden
        dtype: np.dtype[Any] = dtype_of(params)
        kind, layers = CELLS[cell], range(architecture.layers)
        names = list(kind.layer_shapes(1, 1))
        self._plan = plan
        self._weights = [{name: params[f"layer{i}.{name}"] for name in names} for i in layers]
        self._layers = [kind.layer(T, B, H, dtype) for _ in layers]
        self._input = SymbolInput(T * B, H, dtype)

    def begin(self, state: State) -> None:
        """Let the first stream go on from ``state``, whatever it has read so far."""
        for layer, h in zip(self._layers, state, strict=True):
            layer.hidden[-1, 0] = h[0]

    @_quiet
    def read(self, symbols: Array, first: int) -> Block:
        """Read the symbols ``first`` to ``first + T`` of every stream's part."""
        plan = self._plan
        offsets = np.arange(first, first + plan.T)[:, None]  # (T, 1)
        positions = np.arange(plan.streams) * plan.length + offsets  # (T, B)
        inside = (positions >= 0) & (positions < len(symbols))
        self._input.x[:] = symbols[np.where(inside, positions, 0)].reshape(-1)
        self._forward()
        counted = (inside & (offsets < plan.length)).reshape(-1)  # (T*B,)
        values = np.concatenate([layer.outputs for layer in self._layers], axis=1)  # (T*B, L*H)
        if counted.all():
            return Block(positions.reshape(-1), values)
        return Block(positions.reshape(-1)[counted], values[counted])

    def _forward(self) -> None:
        x: Input = self._input
        for layer, weights in zip(self._layers, self._weights, strict=True):
            layer.hidden[0] = layer.hidden[-1]
            layer.forward(weights, x)
            x = DenseInput(layer.outputs)


class Correlation:
    """Pearson's r between U units and P properties, from blocks of their values, in one pass.

    Keeps means and centred sums, and joins those of a block to them as in Chan, Golub and LeVeque
    (1979), so that a large mean takes no digits from a small variance.
    """

    def __init__(self, units: int, properties: int) -> None:
        self.count = 0
        self._x, self._y = _Moments(units), _Moments(properties)
        self._products = np.zeros((properties, units))  # (P, U) Σ (y - mean y)(x - mean x)

    @_quiet
    def add(self, units: Array, properties: Array) -> None:
        """Take in n more moments: ``units (n, U)`` and ``properties (n, P)``."""
        n, total = len(units), self.count + len(units)
        if not n:
            return
        x, x_step = self._x.add(units, self.count)
        y, y_step = self._y.add(properties, self.count)
        self._products += np.dot(y.T, x)  # (P, U)
        self._products += np.outer(y_step, x_step) * (self.count * n / total)
        self.count = total

    @_quiet
    def result(self) -> Floats:
        """r (P, U), in [-1, 1]; NaN where a unit or a property never changed or is not finite."""
        scale = np.outer(self._y.spread(), self._x.spread())  # (P, U)
        r = np.where(scale > 0, self._products / scale, np.nan)
        return np.clip(np.where(np.isfinite(scale), r, np.nan), -1, 1)


class _Moments:
    """Mean, centred sum of squares, least and largest of columns."""

    def __init__(self, columns: int) -> None:
        self.mean, self._squares = np.zeros(columns), np.zeros(columns)
        self._least, self._largest = np.full(columns, np.inf), np.full(columns, -np.inf)

    def add(self, values: Array, count: int) -> tuple[Floats, Floats]:
        """Take in ``values (n, columns)`` after ``count``: them centred, and their mean's step."""
        n = len(values)
        wide = values.astype(np.float64)  # (n, columns), a copy
        np.minimum(self._least, wide.min(axis=0), out=self._least)
        np.maximum(self._largest, wide.max(axis=0), out=self._largest)
        mean = wide.mean(axis=0)
        wide -= mean
        step = mean - self.mean if count else np.zeros_like(mean)
        self._squares += np.einsum("ij,ij->j", wide, wide) + step**2 * (count * n / (count + n))
        self.mean = self.mean + step * (n / (count + n)) if count else mean
        return wide, step

    def spread(self) -> Floats:
        """Root of the centred sum of squares; exactly 0 for what was always the same."""
        return np.where(self._least == self._largest, 0, np.sqrt(self._squares))


class Peak(NamedTuple):
    """A place where a score is high."""

    position: int
    score: float


class Peaks:
    """The highest ``count`` scores that stand at least ``apart`` positions from each other.

    They are those that one finds who takes the highest (of equal ones the first), crosses out
    everything nearer than ``apart`` to it, and begins anew. Each taken one crosses out at most
    2 ``apart`` - 1 positions, so it is enough to keep ``count`` times as many candidates: memory
    does not grow with the text, and blocks may come in any order.
    """

    def __init__(self, count: int, apart: int = 1) -> None:
        self._count = whole_number(count, "the number of places", 1)
        self._apart = whole_number(apart, "the distance between places", 1)
        self._kept = self._count * (2 * self._apart - 1)
        self._positions, self._scores = np.zeros(0, np.intp), np.zeros(0)

    def add(self, positions: Array, scores: Array) -> None:
        """Take in scores (n,) at positions (n,); those that are not finite are left out."""
        wanted = np.isfinite(scores)
        if len(self._scores) == self._kept:
            wanted &= scores >= self._scores[-1]
        if not wanted.any():
            return
        joined = np.concatenate([self._positions, positions[wanted]])
        values = np.concatenate([self._scores, scores[wanted]])
        order = np.lexsort((joined, -values))[: self._kept]
        self._positions, self._scores = joined[order], values[order]

    def result(self) -> tuple[Peak, ...]:
        """The places, highest first."""
        taken: list[Peak] = []
        for position, score in zip(self._positions.tolist(), self._scores.tolist(), strict=True):
            if all(abs(position - other.position) >= self._apart for other in taken):
                taken.append(Peak(position, score))
            if len(taken) == self._count:
                break
        return tuple(taken)
