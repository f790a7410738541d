"""What a sentence may ask about the stop that it explains: symbols, norms, shares. All cheap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.digits import written
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.window import Window

SATURATED = 0.99
"""A unit is called saturated where |h| is larger: the slope of tanh is below 0.02 there."""


@dataclass(frozen=True, eq=False)
class Stop:
    """An operation in its trace. Symbols have numbers in place of characters without ``window``."""

    operation: Operation
    trace: Trace
    window: Window | None

    @property
    def t(self) -> int:
        """The time step."""
        return self.operation.t

    @property
    def value(self) -> Array:
        """The result; only of operations that store it."""
        return self.operation.value

    @property
    def rows(self) -> int:
        """B, the rows of the batch."""
        return len(self.trace.givens["target_1"])

    @property
    def steps(self) -> int:
        """T, the time steps of the window."""
        return round(float(self.trace.givens["T·B"].real)) // self.rows

    @property
    def all_steps(self) -> str:
        """The time steps in words."""
        return f"all {self.steps} steps" if self.steps > 1 else "the only step"

    @property
    def outputs(self) -> int:
        """V, the symbols that there are to predict."""
        return len(self.trace.givens["b_y"])

    def operand(self, name: str) -> Array:
        """What the operation read under this name."""
        return self.operation.operands[name]

    def given(self, name: str) -> bool:
        """Whether an operand was given from outside, as the state before the first step is."""
        return self.operation.operands.origin(name) is None

    def length(self, name: str | None = None) -> float:
        """The norm of an operand, or of the result."""
        return float(np.linalg.norm(self.value if name is None else self.operand(name)))

    def norm(self, name: str | None = None) -> str:
        """The norm of an operand, or of the result, in three digits."""
        return number(self.length(name))

    def source(self, name: str) -> str:
        """The name of the operation that made an operand; empty if it was given."""
        origin = self.operation.operands.origin(name)
        return "" if origin is None else self.trace[origin].name

    @property
    def held(self) -> int:
        """How many elements of the h_t that it reads an edit holds."""
        origin = self.operation.operands.origin("h_t")
        held = None if origin is None else self.trace[origin].held
        return 0 if held is None else int(np.count_nonzero(held))

    def target(self) -> Array:
        """The symbols (B,) that come next."""
        return self.trace.givens[f"target_{self.t}"]

    def at_target(self, p: Array) -> float:
        """What the probabilities (B, V) give to the symbols that come next, on average."""
        target = self.target()
        return float(np.mean(p[np.arange(len(target)), target].real))

    def symbol(self, symbol: int) -> str:
        """One symbol as a reader knows it: “e” in quotes, or its number without a window."""
        if self.window is None:
            return f"symbol {symbol}"
        return symbol_label(self.window, symbol)

    def symbols(self, symbols: Array) -> str:
        """The symbol of the only row, or how many there are."""
        return self.symbol(int(symbols[0])) if len(symbols) == 1 else f"{len(symbols)} symbols"


def number(value: float | Array) -> str:
    """Three digits of a number; of a complex one the real part."""
    return written(np.asarray(value).real.item(), ".3g")


def share(part: float | Array) -> str:
    """A part of 1 in per cent: "41%", "0.3%", "99.97%"."""
    percent = 100 * np.asarray(part).real.item()
    if 99 < percent < 100:
        return f"{percent:.2f}%"
    return f"{written(percent, '.2g' if percent < 10 else '.0f')}%"


def saturated(h: Array) -> str:
    """How many of the units of ``h`` (B, H) are saturated, as a sentence."""
    units = np.count_nonzero(np.abs(h) > SATURATED) / h.size
    return f"{share(units)} of the units are saturated." if units else "No unit is saturated."
