"""The messages by which a client gets the window that the next training step will use.

One ``NextWindow`` for all that is no array, then ``NextArray`` for each array, in parts that keep
every frame small. All are refused while training goes on, and every answer names its step, so that
a client notices when somebody made a step in between: then it asks for everything again.

The arrays are called ``inputs`` and ``targets`` (T, B); ``state.layer0`` (B, H) and so on, as the
step will take it, that is zeros where the text begins again; each parameter by its name; and each
moment of the optimiser by its own and the parameter's name, ``mean.layer0.W_xh``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from rnn_tui.training.message import ArrayData, Message

MOST_MOMENTS = 8
"""Moments that an optimiser may have."""


class NextWindow(Message, frozen=True):
    """What is the next training step going to use?"""


class NextArray(Message, frozen=True):
    """One of its arrays, from element ``start`` in C order on."""

    name: str
    start: Annotated[int, Meta(ge=0, le=2**62)] = 0


class WindowHead(Message, frozen=True):
    """The answer to ``NextWindow``. Names as in the configuration.

    ``step`` is the number that the step will have, from 1; ``position`` where in its stream each
    row begins; ``window`` its time steps; ``updates`` how many the optimiser has made before.
    """

    step: int
    epoch: int
    position: int
    reset: bool
    window: int
    cell: str
    dtype: Literal["float32", "float64"]
    clip: float
    clip_value: float
    optimizer: str
    options: dict[str, float]
    moments: Annotated[tuple[str, ...], Meta(max_length=MOST_MOMENTS)]
    updates: int
    learning_rate: float


class WindowPart(Message, frozen=True):
    """The answer to ``NextArray``: some elements (n,), n > 0 unless there are no more."""

    step: int
    values: ArrayData
