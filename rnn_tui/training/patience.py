"""A disk that was full may have space again: then training goes on, and nobody need come for it."""

from __future__ import annotations

import errno
from collections.abc import Callable

from rnn_tui.runs.errors import RunError, StorageError

RETRY_SECONDS = 5.0
"""Between two tries to write what a full disk refused."""

PASSING = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Refusals that end when somebody frees some space. Other faults of a disk are never retried."""


class Patience:
    """When to try again; ``clock``: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: float | None = None

    def begin(self, error: RunError, at_work: bool) -> None:
        """Something could not be written down; ``at_work``: nobody had paused training."""
        passing = isinstance(error, StorageError) and error.code in PASSING
        waited = at_work or self.waiting
        self._since = self._clock() if passing and waited else None

    @property
    def waiting(self) -> bool:
        """Whether it will be tried again."""
        return self._since is not None

    @property
    def over(self) -> bool:
        """Whether it is time to try again."""
        return self._since is not None and self._clock() - self._since >= RETRY_SECONDS

    def end(self) -> None:
        """There is nothing to wait for."""
        self._since = None
