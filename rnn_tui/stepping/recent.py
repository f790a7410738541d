"""A state that the trainer of a running run has kept in memory, got from its server."""

from __future__ import annotations

import asyncio

from rnn_tui.runs.checkpoint import Checkpoint, list_checkpoints
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError, RunError
from rnn_tui.runs.tensors import from_bytes
from rnn_tui.training.client import Asks, RefusedError, ServerGoneError, SocketClient
from rnn_tui.training.ring_messages import RecentPart, RecentState

LARGEST = 1 << 30
"""Bytes of a state that are asked for; a larger one is made again from a checkpoint."""


ANSWER_SECONDS = 5.0
"""How long a trainer may take; a checkpoint does as well, only later."""


async def remembered(directory: RunDirectory, at: int) -> Checkpoint | None:
    """What ``recent_state`` gives, by whoever trains the run; None where nobody does, or answers.

    Raises StorageError where the run's folder cannot be read.
    """
    if directory.holder() is None:
        return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            client = await SocketClient.connect(directory, seconds=0.0)
            try:
                return await recent_state(client, at, _nearest(directory, at))
            finally:
                await client.close()
    except (ServerGoneError, TimeoutError):
        return None


def _nearest(directory: RunDirectory, at: int) -> int:
    """The step of the newest checkpoint from before step ``at``; -1 where there is none."""
    try:
        steps = list_checkpoints(directory.checkpoints)
    except RunError:
        return -1
    return max((step for step in steps if step < at), default=-1)


async def recent_state(client: Asks, at: int, nearest: int = -1) -> Checkpoint | None:
    """The newest state that is kept from before step ``at``, for ``replay.replaying``.

    None where the trainer keeps none, or no longer, or none from after step ``nearest``, or is
    gone: then the replay begins with a checkpoint.
    """
    data, step, size = bytearray(), -1, 1
    try:
        while len(data) < size:
            part = await client.ask(RecentState(at, step, len(data)))
            if not isinstance(part, RecentPart) or not part.data or part.size > LARGEST:
                return None
            if part.step <= nearest:
                return None
            step, size = part.step, part.size
            data += part.data
        found = from_bytes(bytes(data), "the trainer's state")
    except (RefusedError, ServerGoneError, CheckpointError):
        return None
    return found if found.step == step < at else None
