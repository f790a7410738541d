"""What single units respond to: how well they track simple properties, and where they are on."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Floats, Params, State
from rnn_tui.core.parameters import Architecture, architecture_of
from rnn_tui.core.units import Block, Correlation, Peaks, activations
from rnn_tui.sampling.properties import PROPERTIES, Characters
from rnn_tui.text.vocabulary import Vocabulary

_COUNTING = 0.2
"""About the share of the time that goes into the properties, before the network reads."""


class Network(Protocol):
    """What is looked into."""

    @property
    def params(self) -> Params:
        """The parameters by name."""

    @property
    def cell(self) -> str:
        """The name of its cell."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The symbols that it reads."""


class Watched(NamedTuple):
    """One unit of one layer, numbered from 0; ``sign`` -1 where it is on when it is negative."""

    layer: int
    unit: int
    sign: int = 1


@dataclass(frozen=True)
class Detector:
    """How well one unit tracks one property."""

    layer: int
    unit: int
    tracks: str
    """The name of the property."""
    r: float
    """Pearson's correlation, -1 to 1."""
    layers: int = 1
    """How many the network has."""

    @property
    def watched(self) -> Watched:
        """The unit, on where the property holds."""
        return Watched(self.layer, self.unit, -1 if self.r < 0 else 1)

    @property
    def title(self) -> str:
        """Such as "unit 37: inside quotes, r = 0.91"; the layer where there are several."""
        layer = f"layer {self.layer} " if self.layers > 1 else ""
        return f"{layer}unit {self.unit}: {self.tracks}, r = {self.r:.2f}".replace("-", "−")


@dataclass(frozen=True, eq=False)
class Ranking:
    """The correlation of every unit with every property over a text."""

    properties: tuple[str, ...]
    r: Floats
    """(P, L*H); NaN where a unit or a property was the same all along."""
    layers: int
    count: int
    """How many symbols of the text were read."""

    @cached_property
    def detectors(self) -> tuple[Detector, ...]:
        """The best property of each unit, the strongest correlation first."""
        return self._best(self._of(unit) for unit in range(self.r.shape[1]))

    @cached_property
    def by_property(self) -> tuple[Detector, ...]:
        """The best unit of each property, the strongest correlation first."""
        return self._best(self.of_property(name) for name in self.properties)

    def of_property(self, name: str) -> tuple[Detector, ...]:
        """All units, those that track this property best first."""
        row = self.properties.index(name)
        return self._sorted((row, unit) for unit in range(self.r.shape[1]))

    def _of(self, column: int) -> tuple[Detector, ...]:
        return self._sorted((row, column) for row in range(len(self.properties)))

    def _best(self, ranked: Iterator[tuple[Detector, ...]]) -> tuple[Detector, ...]:
        return _strongest_first(detectors[0] for detectors in ranked if detectors)

    def _sorted(self, places: Iterator[tuple[int, int]]) -> tuple[Detector, ...]:
        known = (place for place in places if np.isfinite(self.r[place]))
        return _strongest_first(self._detector(row, column) for row, column in known)

    def _detector(self, row: int, column: int) -> Detector:
        layer, unit = divmod(column, self.r.shape[1] // self.layers)
        r = float(self.r[row, column])
        return Detector(layer, unit, self.properties[row], r, self.layers)


class Place(NamedTuple):
    """A character of a text at which units are on, with what stands around it; from data."""

    position: int
    """Which character of the text it is."""
    score: float
    """The mean of the units' activations, each with its sign."""
    before: str
    character: str
    after: str


def rank_units(
    network: Network,
    text: str | bytes,
    properties: Sequence[str] = tuple(PROPERTIES),
    streams: int | None = None,
) -> Generator[float, None, Ranking]:
    """Yields progress from 0 to 1 and returns how every unit goes with every property.

    The unit's value is that after it read the character, the property's too. Characters that the
    vocabulary lacks are not read, but count for the properties of the others. For ``streams`` see
    ``core.units.activations``. Memory: about 120 bytes for each character of the text.
    """
    yield 0.0
    read = _Read.of(text, network.vocabulary)
    columns = yield from _columns(read.text, properties)
    sizes = architecture_of(network.params, network.cell)
    correlation = Correlation(sizes.layers * sizes.hidden, len(properties))
    done = 0
    for block in activations(network.params, read.symbols, network.cell, streams=streams):
        at = read.at[block.positions]
        correlation.add(block.values, np.stack([column[at] for column in columns], axis=1))
        done += len(at)
        yield _COUNTING + (1 - _COUNTING) * done / len(read.symbols)
    return Ranking(tuple(properties), correlation.result(), sizes.layers, correlation.count)


def places(
    network: Network,
    text: str | bytes,
    units: Sequence[Watched],
    count: int = 20,
    apart: int = 40,
    around: int = 40,
    streams: int | None = None,
) -> Generator[float, None, tuple[Place, ...]]:
    """Yields progress from 0 to 1 and returns where ``units`` are most on, highest first.

    At most ``count`` places, ``apart`` symbols or more from each other, each with ``around``
    characters on both sides. Several units are on together where the mean of their activations is
    high. Memory: about 30 bytes for each character of the text. Raises ``ValueError`` for units
    that the network does not have.
    """
    yield 0.0
    read = _Read.of(text, network.vocabulary)
    sizes = architecture_of(network.params, network.cell)
    peaks, done = Peaks(count, apart), 0
    weights = _weights(sizes, units)
    for block in activations(network.params, read.symbols, network.cell, streams=streams):
        peaks.add(block.positions, _scores(block, weights))
        done += len(block.positions)
        yield done / len(read.symbols)
    return tuple(read.place(position, score, around) for position, score in peaks.result())


def scores(
    network: Network,
    symbols: npt.ArrayLike,
    units: Sequence[Watched],
    state: State | None = None,
) -> Floats:
    """(n,) how much ``units`` are on after each of ``symbols (n,)``, for colouring a text.

    The same number as that of a place, and exact: one stream, from ``state`` or from zeros.
    """
    x = np.asarray(symbols)
    weights = _weights(architecture_of(network.params, network.cell), units)
    blocks = activations(network.params, x, network.cell, state, streams=1)
    return np.concatenate([np.zeros(0), *(_scores(block, weights) for block in blocks)])


def score_of(state: State, units: Sequence[Watched]) -> float:
    """How much ``units`` are on in one ``state``, one (1, H) a layer."""
    return sum(sign * float(state[layer][0, unit]) for layer, unit, sign in units) / len(units)


class _Weights(NamedTuple):
    """Which columns of a block are looked at, and what each counts."""

    columns: list[int]
    shares: Floats  # (len(columns),)


def _weights(sizes: Architecture, units: Sequence[Watched]) -> _Weights:
    if not units:
        raise ValueError("name at least one unit")
    for layer, unit, _ in units:
        if not (0 <= layer < sizes.layers and 0 <= unit < sizes.hidden):
            raise ValueError(
                f"there is no unit {unit} in layer {layer}: "
                f"layers are 0 to {sizes.layers - 1}, units 0 to {sizes.hidden - 1}"
            )
    columns = [layer * sizes.hidden + unit for layer, unit, _ in units]
    return _Weights(columns, np.array([sign / len(units) for _, _, sign in units]))


def _scores(block: Block, weights: _Weights) -> Floats:
    with np.errstate(all="ignore"):  # of a network that has diverged
        scores: Floats = block.values[:, weights.columns].astype(np.float64) @ weights.shares
    return scores


def _strongest_first(detectors: Iterator[Detector]) -> tuple[Detector, ...]:
    return tuple(sorted(detectors, key=lambda detector: -abs(detector.r)))


def _columns(text: str, properties: Sequence[str]) -> Generator[float, None, list[Array]]:
    """Yields progress and returns the properties, each (N,) in as few bytes as it takes."""
    characters, columns = Characters(text), []
    for done, name in enumerate(properties, start=1):
        column = PROPERTIES[name].of(characters)
        columns.append(column.astype(np.int32) if column.dtype.kind == "i" else column)
        yield _COUNTING * done / len(properties)
    return columns


class _Read(NamedTuple):
    """What a network reads of a text."""

    text: str
    symbols: Array  # (n,)
    at: Array  # (n,) which character each symbol is, or is a byte of

    @classmethod
    def of(cls, text: str | bytes, vocabulary: Vocabulary) -> _Read:
        """All symbols that the vocabulary has; bytes that are not UTF-8 become lone surrogates."""
        if vocabulary.kind == "byte" or isinstance(text, bytes):
            data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
            text = data.decode("utf-8", "surrogateescape")
        codes = Characters(text).codes  # (N,)
        at = np.arange(len(codes), dtype=np.min_scalar_type(len(codes)))
        if vocabulary.kind == "byte":
            at, codes = np.repeat(at, _byte_lengths(codes)), np.frombuffer(data, np.uint8)
        known = np.array([ord(symbol) for symbol in vocabulary.symbols], np.uint32)
        symbols = np.searchsorted(known, codes).clip(max=len(known) - 1)
        found = known[symbols] == codes
        return cls(text, symbols[found].astype(vocabulary.dtype), at[found])

    def place(self, position: int, score: float, around: int) -> Place:
        """The place of one symbol."""
        at = int(self.at[position])  # a small unsigned dtype would wrap around
        before, after = self.text[max(0, at - around) : at], self.text[at + 1 : at + 1 + around]
        return Place(at, score, before, self.text[at], after)


def _byte_lengths(codes: Array) -> Array:
    """(N,) how many bytes each character has in UTF-8; one that stands for a byte has one."""
    lengths: Array = 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000)
    lengths[(codes >= 0xDC80) & (codes <= 0xDCFF)] = 1
    return lengths
