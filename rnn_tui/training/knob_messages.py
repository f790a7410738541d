"""The messages by which a client turns the knobs of a run, and turns them back."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from rnn_tui.training.message import Message

Text = Annotated[str, Meta(max_length=200)]


class ListKnobs(Message, frozen=True):
    """Which knobs are there, and what are they turned to?"""


class Turn(Message, frozen=True):
    """Turn a knob, from the next step on; ``value`` is JSON. Refused for what cannot be."""

    name: Text
    value: Text


class Undo(Message, frozen=True):
    """Go back to before the last knob was turned, with weights, place in the text and all."""


class KnobState(msgspec.Struct, frozen=True, array_like=True):
    """A knob: the setting that it turns, what that is called, its value as JSON, what it does."""

    name: str
    title: str
    value: str
    does: str
    allowed: str


class KnobsListed(Message, frozen=True):
    """The answer to ``ListKnobs``. ``undo``: the step to which the run would go back; -1: none."""

    knobs: tuple[KnobState, ...]
    undo: int
