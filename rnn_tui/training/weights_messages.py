"""The messages by which a client gets a copy of the present weights, while training goes on.

``TakeWeights`` has the server copy all weights at one moment, between two steps; ``NextWeights``
asks for that copy in parts that keep every frame small. The server keeps one copy a client, until
its last part was asked for, the client takes another one, or it leaves.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from rnn_tui.training.message import ArrayData, Message


class TakeWeights(Message, frozen=True):
    """Copy the weights as they are now, in the place of this client's earlier copy."""


class NextWeights(Message, frozen=True):
    """Elements of the copy from ``start`` on: all parameters of ``Welcome`` in order, each in C
    order. Refused where this client's copy is not, or no longer, of ``step``."""

    step: int
    start: Annotated[int, Meta(ge=0, le=2**62)] = 0


class WeightsTaken(Message, frozen=True):
    """The answer to ``TakeWeights``: a copy is there, of the weights after ``step`` updates."""

    step: int
    size: int


class WeightsPart(Message, frozen=True):
    """The answer to ``NextWeights``: some elements (n,), n > 0 unless there are no more."""

    values: ArrayData
