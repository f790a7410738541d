"""What a session answers to those who want the present weights."""

from __future__ import annotations

from rnn_tui.training.session import Session
from rnn_tui.training.weights_messages import NextWeights, TakeWeights, WeightsPart, WeightsTaken
from rnn_tui.training.wire import pack

MOST_ELEMENTS = 2**18
"""Elements in one answer: at most 2 MB, and about a millisecond of the trainer."""


def take_weights(session: Session, client: int, _request: TakeWeights) -> WeightsTaken:
    """Copy them once: training does not wait for the client to fetch them."""
    trainer = session.trainer
    copy = session.copies.take(client, trainer.step_number, trainer.flat)
    return WeightsTaken(copy.step, copy.flat.size)


def next_weights(session: Session, client: int, request: NextWeights) -> WeightsPart:
    """The next elements of a client's copy. Raises ValueError where it has none of that step."""
    part = session.copies.part(client, request.step, request.start, MOST_ELEMENTS)
    return WeightsPart(pack(part))
