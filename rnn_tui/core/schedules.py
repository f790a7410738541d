"""Learning-rate schedules: pure functions of the step, so that a resumed run needs no state.

``at(step)`` is the learning rate of the update that follows ``step`` updates already made: the
first update of a run is ``at(0)``.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """What all schedules share: ``base``, the learning rate that they start from or rise to.

    ``dataclasses.replace(schedule, base=...)`` is the same schedule at another height.
    Raises ValueError for a number out of range.
    """

    name: ClassVar[str]
    base: float

    def __post_init__(self) -> None:
        _require(0.0 <= self.base < math.inf, "the learning rate", "0 or positive", self.base)

    def at(self, step: int) -> float:
        """Return the learning rate of the update that follows ``step`` updates."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """The same learning rate throughout: at(s) = base."""

    name = "constant"

    def at(self, step: int) -> float:  # noqa: ARG002 (the one schedule that does not depend on it)
        """Return the base learning rate."""
        return self.base


@dataclass(frozen=True, kw_only=True)
class StepDecay(Schedule):
    """Stairs: at(s) = base factor^floor(s / every), so ``factor`` acts after ``every`` updates."""

    name = "step"
    every: int = 1000
    factor: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        _require(self.every >= 1, "every", "at least 1", self.every)
        _require(0.0 < self.factor <= 1.0, "factor", "above 0 and at most 1", self.factor)

    def at(self, step: int) -> float:
        """Return the learning rate of the stair that ``step`` stands on."""
        return float(self.base * self.factor ** (max(step, 0) // self.every))


@dataclass(frozen=True, kw_only=True)
class Cosine(Schedule):
    """Half a cosine from ``base`` down to ``floor``, after a linear warm-up.

    Source: Loshchilov and Hutter 2017 (SGDR), equation 5, one period without restart. The warm-up
    is base (s + 1) / warmup for the first ``warmup`` updates, so that no update is made at 0. The
    floor is reached after ``total`` updates, warm-up included, and kept from there on.
    """

    name = "cosine"
    total: int = 10_000
    warmup: int = 0
    floor: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _require(self.warmup >= 0, "warmup", "0 or positive", self.warmup)
        _require(self.total > self.warmup, "total", f"more than warmup ({self.warmup})", self.total)
        _require(0.0 <= self.floor <= self.base, "floor", f"within 0..{self.base}", self.floor)

    def at(self, step: int) -> float:
        """Return the learning rate on the ramp, on the cosine, or at the floor."""
        step = max(step, 0)
        if step < self.warmup:
            return self.base * (step + 1) / self.warmup
        progress = min(1.0, (step - self.warmup) / (self.total - self.warmup))
        weight = 0.5 * (1.0 + math.cos(math.pi * progress))
        return self.floor + (self.base - self.floor) * weight


SCHEDULES: dict[str, type[Schedule]] = {kind.name: kind for kind in (Constant, StepDecay, Cosine)}


def make_schedule(name: str, base: float, **options: float) -> Schedule:
    """Return the schedule called ``name`` around the learning rate ``base``.

    Raises ValueError for an unknown name or option; the message lists those there are.
    """
    if name not in SCHEDULES:
        raise ValueError(f"no schedule is called {name!r}; choose one of {', '.join(SCHEDULES)}")
    kind = SCHEDULES[name]
    known = [field.name for field in dataclasses.fields(kind) if field.name != "base"]
    for option in options:
        if option not in known:
            words = ", ".join(known) or "none"
            raise ValueError(f"the {name} schedule has no option {option!r}; its options: {words}")
    return kind(base=base, **options)


def _require(fits: bool, what: str, words: str, value: float) -> None:
    if not fits:
        raise ValueError(f"{what} must be {words}, not {value}")
