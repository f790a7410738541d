"""Weights for the sampler: the newest of its run, those of a step, those of another run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from rnn_tui.runs.errors import RunError
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.weights import Weights
from rnn_tui.text.visible import visible_line
from rnn_tui.training.client import RefusedError, ServerGoneError

if TYPE_CHECKING:
    from rnn_tui.tui.screens.sampler import SamplerScreen

Result = TypeVar("Result")

REFUSALS = (SamplerError, RefusedError, ServerGoneError, RunError, TimeoutError)
"""Why there are no weights, or no text of the run: each is a line for people."""


async def renew(screen: SamplerScreen) -> Weights | None:
    """The newest weights; None, after it was said why, where those of before have to do."""
    try:
        taken = await screen.source.newest()
    except REFUSALS as error:
        reason = visible_line(str(error) or "the trainer does not answer")
        screen.notify(f"{reason}: the weights of before are used", markup=False)
        return None
    if screen.source.trouble:
        trouble = visible_line(screen.source.trouble)
        screen.notify(f"the last checkpoint is used: {trouble}", markup=False)
    return taken


def use(screen: SamplerScreen, weights: Weights | None) -> None:
    """Write with these from now on; the same ones again, or none, change nothing."""
    before = screen.sampler.weights
    if weights is not None and (weights.name, weights.step) != (before.name, before.step):
        screen.sampler.weights = weights


async def files(screen: SamplerScreen, read: Callable[[], Result]) -> Result | None:
    """What is read in a thread; None, after it was said why, where it cannot be."""
    try:
        return await asyncio.to_thread(read)
    except REFUSALS as error:
        screen.say(str(error), trouble=True)
        return None
