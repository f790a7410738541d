"""Work that may take a while, apart from taking over what it found."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from rnn_tui.core.trace import finished


@dataclass(frozen=True)
class Task:
    """Something that may take a while. ``apply`` belongs to where the walk is shown.

    ``work`` yields its progress, 0..1, reads the walk without changing it, and returns what
    ``apply`` turns into words for people. Nothing has happened unless ``apply`` was called.
    """

    title: str
    work: Generator[float, None, Any]
    apply: Callable[[Any], str]

    def run(self) -> str:
        """Do all of it here and now."""
        return self.apply(finished(self.work))


Answer = str | Task
"""What a command says at once, or what will say it."""
