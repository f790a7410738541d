"""What a trace says about each time step, found once for a trace, and when the walk finds it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.core.trace import Trace
from rnn_tui.stepping.view import View
from rnn_tui.text.visible import visible_symbol
from rnn_tui.tui.renderables.numbers import round_up, tick_step

Array = npt.NDArray[Any]

NEVER: Final = 2**31
"""The index at which something is known that the walk does not compute."""
_DECADES: Final = 12
_LEAST_SHARE: Final = 1e-3  # of a loss: finer differences are not shown
_NICE: Final = (1, 1.5, 2, 3, 5, 7)


class TimeFacts(NamedTuple):
    """Column ``t - 1`` stands for time step t; ``known`` is the index that makes a number."""

    inputs: tuple[str, ...]
    """A label for each symbol, one cell wide."""
    targets: tuple[str, ...]
    losses: Array  # (T,), nats per character
    losses_known: Array  # (T,)
    norms: Array  # (L, T), of the gradient of h_t
    norms_known: Array  # (L, T)

    @property
    def steps(self) -> int:
        """T."""
        return len(self.losses)

    @property
    def loss_scale(self) -> tuple[float, float]:
        """What the lowest and the highest bar stand for: from 0, unless all losses are alike."""
        finite = self.losses[np.isfinite(self.losses)]
        low, high = float(finite.min(initial=np.inf)), float(finite.max(initial=0.0))
        if not finite.size or low <= high / 2:
            return 0.0, round_up(high, _NICE)
        step = max(tick_step(low, high, 4), round_up(high * _LEAST_SHARE))
        first = math.floor(low / step + 1e-9)
        return first * step, max(math.ceil(high / step - 1e-9), first + 1) * step

    @property
    def decades(self) -> tuple[int, int]:
        """The powers of ten between which the norms of all layers lie, but for tiny ones."""
        positive = self.norms[np.isfinite(self.norms) & (self.norms > 0)]
        if not positive.size:
            return -1, 0
        high = int(np.ceil(np.log10(positive.max()) - 1e-9))
        low = int(np.floor(np.log10(positive.min()) + 1e-9))
        return max(min(low, high - 1), high - _DECADES), high


def time_facts(view: View) -> TimeFacts:
    """Everything that the strip shows; row 0 of a batch gives the symbols."""
    trace = view.trace
    hidden = trace.places.hidden
    place = {at: (layer, t) for t, row in enumerate(hidden) for layer, at in enumerate(row)}
    shape = len(hidden[0]), len(hidden)
    losses, losses_known = np.full(shape[1], np.nan), np.full(shape[1], NEVER)
    norms, norms_known = np.full(shape, np.nan), np.full(shape, NEVER)
    for operation in trace:
        of = operation.gradient_of
        if operation.phase == "loss" and operation.t:
            losses[operation.t - 1] = operation.value.mean()
            losses_known[operation.t - 1] = operation.index
        elif of is not None and of.operand is None and of.operation in place:
            norms[place[of.operation]] = _norm(operation.value)
            norms_known[place[of.operation]] = operation.index
    names = ("x", "target")
    inputs, targets = (_symbols(view, trace, name, shape[1]) for name in names)
    return TimeFacts(inputs, targets, losses, losses_known, norms, norms_known)


def _norm(values: Array) -> float:
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(values))


def _symbols(view: View, trace: Trace, name: str, steps: int) -> tuple[str, ...]:
    """The trace is asked, for an edit changes its symbols and not the window's."""
    values = [trace.givens[f"{name}_{t}"] for t in range(1, steps + 1)]
    return tuple(symbol_of(view, value[0]) if value.ndim == 1 else "#" for value in values)


def symbol_of(view: View, number: float) -> str:
    """The label of a symbol of the vocabulary, one cell wide."""
    symbols = view.window.vocabulary.symbols
    return visible_symbol(symbols[int(number)]) if 0 <= number < len(symbols) else "?"


def bars(values: Array, low: float, high: float, glyphs: str) -> list[str]:
    """One of the glyphs for each value: the second is ``low``, the last ``high``."""
    finite = np.isfinite(values)
    share = (np.where(finite, values, low) - low) / (high - low or 1.0)
    levels = np.ceil(share.clip(0, 1) * (len(glyphs) - 1)).clip(1).astype(int).tolist()
    return [
        glyphs[level] if known else "×"
        for level, known in zip(levels, finite.tolist(), strict=True)
    ]


def log_bars(values: Array, decades: tuple[int, int], glyphs: str) -> list[str]:
    """Bars on a logarithmic scale; the first glyph, a blank, stands for zero."""
    low, high = decades
    with np.errstate(all="ignore"):
        logs = np.where(values > 0, np.log10(values), low)
    logs = np.where(np.isnan(values) | np.isinf(values), np.nan, logs)
    found = bars(logs, low, high, glyphs)
    zero: Sequence[bool] = (values == 0).tolist()
    return [glyphs[0] if nothing else glyph for glyph, nothing in zip(found, zero, strict=True)]
