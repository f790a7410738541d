"""Weights for the sampler: the newest of its run, those of a step, those of another run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from rnn_tui.runs.errors import RunError
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.weights import Weights
from rnn_tui.training.client import RefusedError, ServerGoneError

if TYPE_CHECKING:
    from rnn_tui.tui.screens.sampler import SamplerScreen

Result = TypeVar("Result")

REFUSALS = (SamplerError, RefusedError, ServerGoneError, RunError, TimeoutError)
"""Why there are no weights, or no text of the run: each is a line for people."""


async def renew(screen: SamplerScreen) -> None:
    """Take the newest weights; without them those of before do."""
    try:
        use(screen, await screen.source.newest())
    except REFUSALS as error:
        reason = str(error) or "the trainer does not answer"
        screen.notify(f"{reason}: the weights of before are used", markup=False)
    else:
        if screen.source.trouble:
            screen.notify(f"the last checkpoint is used: {screen.source.trouble}", markup=False)


def use(screen: SamplerScreen, weights: Weights) -> None:
    """Write with these from now on; the same ones again are not kept twice."""
    before = screen.sampler.weights
    if (weights.name, weights.step) != (before.name, before.step):
        screen.sampler.weights = weights


async def files(screen: SamplerScreen, read: Callable[[], Result]) -> Result | None:
    """What is read in a thread; None, after it was said why, where it cannot be."""
    try:
        return await asyncio.to_thread(read)
    except REFUSALS as error:
        screen.say(str(error), trouble=True)
        return None
