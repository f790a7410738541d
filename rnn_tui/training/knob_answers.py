"""What a session answers to those who turn its knobs."""

from __future__ import annotations

import msgspec

from rnn_tui.runs.settings import FIELDS
from rnn_tui.training.knob_messages import KnobsListed, KnobState, ListKnobs, Turn, Undo
from rnn_tui.training.knobs import KNOBS
from rnn_tui.training.protocol import Done, SetLearningRate
from rnn_tui.training.session import Session


def list_knobs(session: Session, _client: int, _request: ListKnobs) -> KnobsListed:
    """Every knob as it is now."""
    states = (
        KnobState(
            name,
            knob.title,
            msgspec.json.encode(knob.value(session.trainer)).decode(),
            knob.does,
            FIELDS[name].allowed,
        )
        for name, knob in KNOBS.items()
    )
    undo = session.turning.to_undo()
    return KnobsListed(tuple(states), undo[-1] if undo else -1)


def turn(session: Session, client: int, request: Turn) -> Done:
    """Turn it. Raises ValueError for what cannot be."""
    try:
        value = msgspec.json.decode(request.value)
    except msgspec.DecodeError as error:
        raise ValueError(f"the value of {request.name} is not JSON: {error}") from None
    turned = session.turn(request.name, value, session.watchers.name(client))
    return Done(str(turned), changed=turned.before != turned.after)


def set_learning_rate(session: Session, client: int, request: SetLearningRate) -> Done:
    """The same for the one knob that has keys of its own."""
    return Done(str(session.turn("learning_rate", request.value, session.watchers.name(client))))


def undo(session: Session, client: int, _request: Undo) -> Done:
    """Go back. Raises ValueError where no knob was turned."""
    return Done(session.undo(session.watchers.name(client)))
