"""A step of the past: which one is meant, and its window, made again beside the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.metrics import MetricsReader

if TYPE_CHECKING:
    from rnn_tui.runs.checkpoint import Checkpoint
    from rnn_tui.stepping.window import Window

SLICE_SECONDS = 0.1
"""Between two looks whether somebody still waits for it."""


async def replayed(
    directory: RunDirectory,
    at: int | None,
    tell: Callable[[float], None],
    recent: Checkpoint | None = None,
) -> Window:
    """The window of step ``at``, or of the next step; ``tell`` may raise to give it up.

    ``recent`` is a state that the trainer remembers, for ``replay.replaying``.

    The run is not touched, whoever trains it. Raises RunError.
    """
    from rnn_tui.stepping.replay import replaying  # not before: it loads the network

    work = replaying(directory.path, at, recent=recent)
    while True:
        found = await asyncio.to_thread(_go_on, work)
        if not isinstance(found, float):
            return found
        tell(found)


def _go_on(work: Generator[float, None, Window]) -> float | Window:
    """Work for a moment: how far it is, or what came of it."""
    until = time.monotonic() + SLICE_SECONDS
    try:
        while (progress := next(work)) >= 0 and time.monotonic() < until:
            pass
    except StopIteration as end:
        window: Window = end.value
        return window
    return float(progress)


def worst_step(directory: RunDirectory, first: int, last: int) -> int:
    """The step with the highest loss of several. Raises RunError."""
    if first >= last:
        return first
    with MetricsReader(directory.metrics_file) as log:
        return log.worst_step(first, last) or first
