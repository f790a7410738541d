"""Where one has been: back and forth between the places one jumped from, as in a browser."""

from __future__ import annotations


class Visited:
    """The places of the jumps so far. A jump from the middle forgets what lay ahead of it."""

    def __init__(self) -> None:
        self._behind: list[int] = []
        self._ahead: list[int] = []

    def jumped(self, left: int) -> None:
        """A jump was made, away from ``left``."""
        self._behind.append(left)
        self._ahead.clear()

    def back(self, here: int) -> int | None:
        """The place before; None if there is none."""
        if not self._behind:
            return None
        self._ahead.append(here)
        return self._behind.pop()

    def ahead(self, here: int) -> int | None:
        """The place that ``back`` left; None if there is none."""
        if not self._ahead:
            return None
        self._behind.append(here)
        return self._ahead.pop()
