"""Long work as a generator of its progress: whoever draws from it decides when to stop."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np

Progress = TypeVar("Progress")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Task:
    """Something that may take a while, apart from taking over what it found.

    ``work`` yields its progress, 0..1, changes nothing that others read, and returns what
    ``apply`` takes over and turns into words for people. Nothing has happened unless ``apply`` was
    called. Numbers that are not finite are shown as such, without warnings.
    """

    title: str
    work: Generator[float, None, Any]
    apply: Callable[[Any], str]

    def __post_init__(self) -> None:
        """Have the work done quietly."""
        object.__setattr__(self, "work", quietly(self.work))

    def run(self) -> str:
        """Do all of it here and now."""
        return self.apply(finished(self.work))


Answer: TypeAlias = str | Task
"""What a command says at once, or what will say it."""


def finished(run: Generator[float, None, Result]) -> Result:
    """What long work returns in the end, without looking at its progress."""
    while True:
        try:
            next(run)
        except StopIteration as end:
            result: Result = end.value
            return result


def quietly(work: Generator[Progress, None, Result]) -> Generator[Progress, None, Result]:
    """The same work without NumPy's warnings, which would be written across the screen."""
    while True:
        with np.errstate(all="ignore"):  # not around a yield, where it would last for others
            try:
                progress = next(work)
            except StopIteration as end:
                result: Result = end.value
                return result
        yield progress
