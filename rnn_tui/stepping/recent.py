"""A state that the trainer of a running run has kept in memory, got from its server."""

from __future__ import annotations

from rnn_tui.runs.checkpoint import Checkpoint
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.tensors import from_bytes
from rnn_tui.training.client import Asks, RefusedError, ServerGoneError
from rnn_tui.training.ring_messages import RecentPart, RecentState

LARGEST = 1 << 30
"""Bytes of a state that are asked for; a larger one is made again from a checkpoint."""


async def recent_state(client: Asks, at: int) -> Checkpoint | None:
    """The newest state that is kept from before step ``at``, for ``replay.replaying``.

    None where the trainer keeps none, or no longer, or is gone: then the replay begins with a
    checkpoint.
    """
    data, step, size = bytearray(), -1, 1
    try:
        while len(data) < size:
            part = await client.ask(RecentState(at, step, len(data)))
            if not isinstance(part, RecentPart) or not part.data or part.size > LARGEST:
                return None
            step, size = part.step, part.size
            data += part.data
        found = from_bytes(bytes(data), "the trainer's state")
    except (RefusedError, ServerGoneError, CheckpointError):
        return None
    return found if found.step == step < at else None
