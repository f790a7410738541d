"""Work that may take a while, apart from taking over what it found."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from rnn_tui.core.trace import finished

Progress = TypeVar("Progress")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Task:
    """Something that may take a while. ``apply`` belongs to where the walk is shown.

    ``work`` yields its progress, 0..1, reads the walk without changing it, and returns what
    ``apply`` turns into words for people. Nothing has happened unless ``apply`` was called. Numbers
    that are not finite are shown as such, without warnings.
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


Answer = str | Task
"""What a command says at once, or what will say it."""
