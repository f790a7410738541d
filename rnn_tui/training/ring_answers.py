"""What a session answers to those who want one of its recent states."""

from __future__ import annotations

from rnn_tui.training.ring_messages import RecentPart, RecentState
from rnn_tui.training.session import Session

MOST_BYTES = 2**21
"""Bytes in one answer: about a millisecond of the trainer."""


def recent_state(session: Session, _client: int, request: RecentState) -> RecentPart:
    """The next bytes of a state. Raises ValueError where it is not kept."""
    ring = session.ring
    step = request.step if request.step >= 0 else ring.before(request.at)
    data = ring.data(step)
    part = data[request.start : request.start + MOST_BYTES]
    if request.start + MOST_BYTES >= len(data):
        ring.all_sent()
    return RecentPart(step, len(data), part)
