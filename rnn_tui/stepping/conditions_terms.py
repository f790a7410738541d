"""What a condition is built of: terms that know their type, their text and their value."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.clipping import gradient_norm
from rnn_tui.core.record import Operation

Type = Literal["number", "array", "truth", "word"]

SATURATED = 0.99
"""A unit counts as saturated beyond this."""

RESULT = "value"
"""The name that stands for the result, whatever it is called."""

SCALARS = frozenset({"loss", "norm", "scale"})
"""Results that are one number; of a loss with several rows, their mean."""

NUMBERS: dict[str, Callable[[Operation], float]] = {
    "t": lambda operation: operation.t,
    "layer": lambda operation: math.nan if operation.layer is None else operation.layer,
    "index": lambda operation: operation.index,
    "op": lambda operation: operation.index + 1,
}
"""Where an operation stands: ``index`` counts from 0 as in JSON, ``op`` from 1 as on the screen."""

WORDS: dict[str, Callable[[Operation], str]] = {
    "phase": lambda operation: operation.phase,
    "kind": lambda operation: operation.name,
}

FUNCTIONS: dict[str, tuple[Type, Callable[[Array], Any]]] = {
    "norm": ("number", lambda x: gradient_norm(x.reshape(-1))),
    "max": ("number", np.max),
    "min": ("number", np.min),
    "mean": ("number", np.mean),
    "sum": ("number", np.sum),
    "std": ("number", np.std),
    "size": ("number", np.size),
    "saturated": ("number", lambda x: np.mean(np.abs(x) > SATURATED)),
    "any_nonfinite": ("truth", lambda x: not np.isfinite(x).all()),
    "abs": ("array", np.abs),
}
"""The functions of an array, by name, with the type of what they give. ``abs`` keeps the type."""

COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

CALCULATES: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_TIME = re.compile(r"(_t|_T|_\d+|_\{t[^}]*\})?(\^(t|\d+|\(\d+\)))*(\[.*)?$")


@lru_cache(maxsize=4096)
def timeless(symbol: str) -> str:
    """A symbol of a formula without its time: ``h_{t-1}`` and ``h_t^(0)`` are both ``h``."""
    return _TIME.sub("", symbol, count=1)


class Comparison(NamedTuple):
    """One comparison, as it came out: the threshold beside the actual value."""

    text: str
    """What was asked about: ``norm(dh)``."""
    actual: float | str | bool
    symbol: str
    threshold: float | str | bool
    threshold_text: str
    """How the condition writes the threshold."""
    holds: bool
    fixed: bool = True
    """Whether the threshold is a constant."""


class Absent(Exception):  # noqa: N818 - not an error: the operation has no array of this name
    """An operation neither makes nor reads an array that is asked about."""


@dataclass(eq=False)
class Scope:
    """One operation, its arrays read when they are asked for, and what was compared so far."""

    operation: Operation
    whole: bool = False
    """Whether to look at every comparison, also where the answer is already known."""
    comparisons: list[Comparison] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def array(self, name: str) -> Array:
        """The result if it has this name, else the first operand that has. Raises Absent."""
        if name not in self._arrays:
            self._arrays[name] = np.asarray(self._find(name), np.float64)
        return self._arrays[name]

    def _find(self, name: str) -> Array:
        if name in (RESULT, timeless(self.operation.symbol)):
            return self.operation.value
        for operand in self.operation.operands:
            if timeless(operand) == name:
                return self.operation.operands[operand]
        raise Absent(name)


@dataclass(frozen=True)
class Term:
    """A part of a condition. ``column`` counts from 1 and plays no part in equality."""

    column: int = field(compare=False)

    @property
    def level(self) -> int:
        """How tightly it binds: 1 or, 2 and, 3 not, 4 comparison, 5 sum, 6 product, 7 sign."""
        return 8

    @property
    def type(self) -> Type:
        """What its value is."""
        return "number"

    @property
    def parts(self) -> tuple[Term, ...]:
        """The terms that it is made of."""
        return ()

    @property
    def text(self) -> str:
        """The canonical text, which parses to the same term."""
        raise NotImplementedError

    def value(self, scope: Scope) -> Any:
        """A number, an array or a word. Raises Absent."""
        raise NotImplementedError

    def truth(self, scope: Scope) -> bool | None:
        """Whether it holds; None where the operation has not what it asks about."""
        raise NotImplementedError

    @cached_property
    def arrays(self) -> frozenset[str]:
        """The names of all arrays in it."""
        return frozenset().union(*(part.arrays for part in self.parts))

    @cached_property
    def made(self) -> frozenset[str]:
        """Those of them that operations make."""
        return frozenset().union(*(part.made for part in self.parts))

    @property
    def constant(self) -> bool:
        """Whether its value is the same at every operation."""
        return bool(self.parts) and all(part.constant for part in self.parts)

    def inside(self, level: int) -> str:
        """Its text within a term that binds with ``level``."""
        return f"({self.text})" if self.level < level else self.text


def number_text(number: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(number)).removesuffix(".0").replace("-", "−")
