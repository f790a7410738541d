"""The optimisers as the textbook writes them: every moment and every parameter one operation.

Written apart from the fast ``optim``, which the tests hold against it. W is a parameter, dW its
gradient after clipping, η the learning rate, k the number of this update counted from 1. The
sources of the formulas are named in ``optim``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array, Params
from rnn_tui.core.ops import (
    adam_step,
    adamw_step,
    add_square,
    average,
    average_square,
    descend,
    momentum_forward,
    scaled_step,
)
from rnn_tui.core.optim import make_optimizer
from rnn_tui.core.record import Given, Operation, Recorder, Source, read_only


@dataclass(frozen=True, eq=False)
class Update:
    """The update that follows a window: which optimiser, and what it remembers.

    ``moments`` are by their name in ``optim`` and then by parameter (those left out are zeros, as
    before the first update); ``steps`` is how many updates were made before this one. Raises
    ValueError for an optimiser or option that does not exist or is out of range.
    """

    optimizer: str = "sgd"
    learning_rate: float = 0.1
    options: Mapping[str, float] = field(default_factory=dict)
    moments: Mapping[str, Params] = field(default_factory=dict)
    steps: int = 0

    def __post_init__(self) -> None:
        made = make_optimizer(self.optimizer, 0, np.float64, **self.options)
        object.__setattr__(self, "options", made.options)
        if not 0 <= self.learning_rate < np.inf:
            raise ValueError(f"the learning rate must be 0 or positive, not {self.learning_rate}")
        if self.steps < 0:
            raise ValueError(f"the number of updates must be 0 or positive, not {self.steps}")
        unknown = [name for name in self.moments if name not in made.moments]
        if unknown:
            raise ValueError(f"{self.optimizer} has no moment {unknown[0]!r}")


class Line(NamedTuple):
    """One line of an optimiser: what it changes, how, from what. ``{W}`` is the parameter's name.

    The operands are W, dW, the symbols of moments (once changed, that is their new value) and of
    constants; they come in the order of the function's arguments.
    """

    moment: str | None
    """The moment that it changes, by its name in ``optim``; None: the parameter itself."""
    formula: str
    operands: tuple[str, ...]
    function: Callable[..., Array]


CONSTANTS = {
    "momentum": "μ",
    "decay": "ρ",
    "beta1": "β1",
    "beta2": "β2",
    "epsilon": "ε",
    "weight_decay": "λ",
}
"""How the formulas call the options of ``optim``."""

_SCALED = Line(None, "{W} ← {W} − η d{W} / (√s + ε)", ("W", "η", "dW", "s", "ε"), scaled_step)
_MEAN = Line("mean", "m ← β1 m + (1 − β1) d{W}", ("β1", "m", "dW"), average)
_SQUARES = Line("squares", "v ← β2 v + (1 − β2) d{W}²", ("β2", "v", "dW"), average_square)
_ADAM = "η (m / (1 − β1^k)) / (√(v / (1 − β2^k)) + ε)"
_ADAM_OPERANDS = ("W", "η", "m", "β1", "k", "v", "β2", "ε")

LINES: dict[str, tuple[Line, ...]] = {
    "sgd": (Line(None, "{W} ← {W} − η d{W}", ("W", "η", "dW"), descend),),
    "momentum": (
        Line("velocity", "v ← μ v + d{W}", ("μ", "v", "dW"), momentum_forward),
        Line(None, "{W} ← {W} − η v", ("W", "η", "v"), descend),
    ),
    "adagrad": (Line("squares", "s ← s + d{W}²", ("s", "dW"), add_square), _SCALED),
    "rmsprop": (
        Line("squares", "s ← ρ s + (1 − ρ) d{W}²", ("ρ", "s", "dW"), average_square),
        _SCALED,
    ),
    "adam": (_MEAN, _SQUARES, Line(None, "{W} ← {W} − " + _ADAM, _ADAM_OPERANDS, adam_step)),
    "adamw": (
        _MEAN,
        _SQUARES,
        Line(None, "{W} ← {W} − η λ {W} − " + _ADAM, (*_ADAM_OPERANDS, "λ"), adamw_step),
    ),
}


def given_for_update(update: Update, params: Mapping[str, Array]) -> dict[str, Given]:
    """The constants of the optimiser and its moments, such as ``mean.layer0.W_xh``."""
    constants = {"η": update.learning_rate, "k": update.steps + 1}
    constants |= {CONSTANTS[name]: value for name, value in update.options.items()}
    values = {name: np.asarray(value, np.float64) for name, value in constants.items()}
    for line in LINES[update.optimizer]:
        if line.moment:
            values |= _moments(line.moment, update.moments.get(line.moment, {}), params)
    return {name: Given(name, read_only(value)) for name, value in values.items()}


def record_update(
    recorder: Recorder,
    optimizer: str,
    given: Mapping[str, Given],
    gradients: Mapping[str, Operation],
) -> Iterator[tuple[str, Operation]]:
    """Do the lines of the optimiser for one parameter after the other: (its name, its update)."""
    for name, gradient in gradients.items():
        layer = int(name.partition(".")[0].removeprefix("layer")) if "." in name else None
        op, W = recorder.at("update", layer=layer), name.rpartition(".")[2]
        known: dict[str, Source] = {"W": given[name], "dW": gradient}
        for line in LINES[optimizer]:
            symbol = line.formula.partition(" ")[0].format(W="W")
            if line.moment:
                known[symbol] = given[f"{line.moment}.{name}"]
            operands = {
                {"W": W, "dW": f"d{W}"}.get(o, o): known[o] if o in known else given[o]
                for o in line.operands
            }
            title = f"update {line.moment} of {W}" if line.moment else f"update {W}"
            known[symbol] = done = op(title, line.formula.format(W=W), line.function, operands)
        yield name, done


def _moments(moment: str, found: Params, params: Mapping[str, Array]) -> dict[str, Array]:
    values = {}
    unknown = [name for name in found if name not in params]
    if unknown:
        raise ValueError(f"moment {moment} is that of a parameter {unknown[0]!r}, which is unknown")
    for name, W in params.items():
        value = np.array(found[name], W.dtype) if name in found else np.zeros_like(W)
        if value.shape != W.shape:
            raise ValueError(f"moment {moment} of {name} has shape {value.shape}, not {W.shape}")
        values[f"{moment}.{name}"] = value
    return values
