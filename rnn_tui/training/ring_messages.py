"""The messages by which a client gets a recent state of the trainer, which its server remembers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from rnn_tui.training.message import Message


class RecentState(Message, frozen=True):
    """The newest state that is kept from before step ``at``, as the bytes of a checkpoint.

    The bytes come from ``start`` on; ``step`` says of which state, when its first part has said
    so. Refused where nothing is kept from before ``at``, or that state is kept no longer.
    """

    at: Annotated[int, Meta(ge=1, le=2**62)]
    step: Annotated[int, Meta(ge=-1, le=2**62)] = -1
    start: Annotated[int, Meta(ge=0, le=2**62)] = 0


class RecentPart(Message, frozen=True):
    """The answer: some of the ``size`` bytes of the state after ``step`` steps."""

    step: int
    size: int
    data: bytes
