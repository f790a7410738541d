"""Keep the process on one core while it measures, where the system can do that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_core() -> Iterator[int | None]:
    """The number of the core; None where a process cannot be kept on one, such as on macOS.

    Of those allowed the second, since the first one mostly serves the devices. Threads that are
    started meanwhile stay there, too.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    allowed = os.sched_getaffinity(0)
    core = sorted(allowed)[min(1, len(allowed) - 1)]
    try:
        os.sched_setaffinity(0, {core})
    except OSError:  # a container may forbid it
        yield None
        return
    try:
        yield core
    finally:
        os.sched_setaffinity(0, allowed)
