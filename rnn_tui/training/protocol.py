"""What travels between a run's server and whoever watches it.

A client asks, the server answers, in order, one answer a request. A message is a frozen struct,
encoded as MessagePack and checked when it is decoded (``frames``). Nothing is ever unpickled.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from rnn_tui.training.knob_messages import KnobsListed, ListKnobs, Turn, Undo
from rnn_tui.training.message import ArrayData, Message
from rnn_tui.training.ring_messages import RecentPart, RecentState
from rnn_tui.training.weights_messages import NextWeights, TakeWeights, WeightsPart, WeightsTaken
from rnn_tui.training.window_messages import NextArray, NextWindow, WindowHead, WindowPart

VERSION = 5
"""Raised whenever a message changes its meaning: both ends must be equal."""

MOST_VIEWS = 64
"""Views in one request."""

MOST_NAME = 100
"""Characters in which a client says who it is."""

MOST_SERIES = 20_000
"""Series that a client can know of."""

Phase: TypeAlias = Literal["training", "paused", "finished", "stopped", "read-only"]
RunKind: TypeAlias = Literal["trained", "monitored"]
ViewKind: TypeAlias = Literal["hidden", "weights", "gradients"]


class Hello(Message, frozen=True):
    """The first request. An owner's departure ends the run, unless it said ``LeaveRunning``.

    ``who`` is for people: it stands in the log beside what this client did.
    """

    version: int
    owner: bool = False
    who: Annotated[str, Meta(max_length=MOST_NAME)] = ""


class View(msgspec.Struct, frozen=True):
    """What one visible pane wants: an array, at the size that it has on the screen.

    ``name`` is a parameter's, or the layer's number for the hidden state. What does not fit into
    ``rows`` x ``columns`` is pooled by largest magnitude, or cut off behind ``first_row`` and
    ``first_column`` when ``pooled`` is false. Time is never pooled, only cut.
    """

    kind: ViewKind
    name: str
    rows: int
    columns: int
    first_row: int = 0
    first_column: int = 0
    pooled: bool = True


NO_EVENT = 2**62
"""Behind every event that there can be."""

Place: TypeAlias = Annotated[int, Meta(ge=-1, le=2**62)]
"""A place in the metrics log, which holds integers of 64 bits."""


class Poll(Message, frozen=True):
    """Everything new since the last answer, and the latest of what ``views`` names."""

    after_step: Place = -1
    after_held_out: Place = -1
    after_event: Place = 0
    references: int = 0
    views: Annotated[tuple[View, ...], Meta(max_length=MOST_VIEWS)] = ()
    sample: int = 0
    sample_after: int = 0
    after_series: Annotated[tuple[tuple[str, Place], ...], Meta(max_length=MOST_SERIES)] = ()


class Pause(Message, frozen=True):
    """Stop after the step that is being made."""


class Resume(Message, frozen=True):
    """Go on training."""


class StepOnce(Message, frozen=True):
    """Make one training step and stay paused."""


class SetLearningRate(Message, frozen=True):
    """From the next step on. Refused unless finite and positive."""

    value: float


class StartSample(Message, frozen=True):
    """Begin a text on a copy of the present weights; it replaces this client's earlier one."""

    prompt: str
    temperature: float
    length: int = 400
    seed: int | None = None
    automatic: bool = False


class SetTemperature(Message, frozen=True):
    """For the rest of the text that is being sampled for this client."""

    value: float


class StopSample(Message, frozen=True):
    """End the text that is being sampled for this client."""


class Save(Message, frozen=True):
    """Write a checkpoint now."""


class Stop(Message, frozen=True):
    """Save and end the server."""


class LeaveRunning(Message, frozen=True):
    """The run goes on when its owner leaves."""


class ParameterInfo(msgspec.Struct, frozen=True, array_like=True):
    """Name and shape of one parameter; ``axes`` says what each axis counts where that is known."""

    name: str
    shape: tuple[int, ...]
    axes: tuple[str, ...] = ()


class Welcome(Message, frozen=True):
    """What does not change while a run is served."""

    version: int
    name: str
    text: str
    symbol_kind: Literal["character", "byte"]
    symbols: tuple[str, ...]
    characters: int
    cell: str
    hidden: int
    layers: int
    batch: int
    window: int
    optimizer: str
    clip: float
    dtype: str
    steps: int
    parameters: tuple[ParameterInfo, ...]
    kind: RunKind = "trained"  # monitored: by another program, with no text and no network here
    threads: int = 0  # that its products are computed on; 0: not known


class Status(msgspec.Struct, frozen=True):
    """The latest state of the run. Losses in nats per character; ``seconds`` of training.

    ``clip`` is the limit of the gradient's norm that is in force; 0: none.
    """

    phase: Phase
    step: int
    epoch: int
    loss: float
    smoothed_loss: float
    held_out: float
    gradient_norm: float
    clipped_share: float
    learning_rate: float
    characters_per_second: float
    seconds: float
    saved_step: int
    not_finite: int
    message: str = ""
    clip: float = 0.0


class Rows(msgspec.Struct, frozen=True):
    """Columns of the metrics log: one entry a training step, in order, each sent once."""

    steps: ArrayData
    loss: ArrayData
    gradient_norm: ArrayData


class SpanColumns(msgspec.Struct, frozen=True):
    """A metric over neighbouring steps together, for a past that is too long to be sent.

    ``first``, ``last``: the steps (n,); ``low``, ``high``, ``mean`` of the finite values, NaN where
    there is none; ``odd``: how many are not finite, ``finite``: how many are.
    """

    first: ArrayData
    last: ArrayData
    low: ArrayData
    high: ArrayData
    mean: ArrayData
    odd: ArrayData
    finite: ArrayData


class Spans(msgspec.Struct, frozen=True):
    """Both metrics of a trained run, instead of rows; what follows the last span is still to come.

    A span never crosses a multiple of ``width`` steps, which is a power of two.
    """

    width: int
    loss: SpanColumns
    gradient_norm: SpanColumns


class SeriesPart(msgspec.Struct, frozen=True):
    """More values (n,) of a series of a monitored run; of a long past first its spans."""

    name: str
    steps: ArrayData
    values: ArrayData
    spans: SpanColumns | None = None


class HeldOut(msgspec.Struct, frozen=True, array_like=True):
    """A measurement on the held-out text, in nats per character."""

    step: int
    loss: float


class Event(msgspec.Struct, frozen=True, array_like=True):
    """Something that happened at a step, as ``rnn_tui.runs.rows.Event`` describes it."""

    id: int
    step: int
    kind: str
    detail: str
    name: str = ""
    before: str = ""
    after: str = ""
    who: str = ""


class ReferenceLine(msgspec.Struct, frozen=True, array_like=True):
    """A loss that a simple model reaches on the same text, in nats per character."""

    name: str
    nats: float


class ViewData(msgspec.Struct, frozen=True):
    """The answer to a ``View``.

    ``values`` is float64 ``(rows, columns)``; ``shape`` that of the whole array; every row stands
    for ``row_stride`` of its rows from ``first_row`` on, every column for ``column_stride``.
    ``largest`` is the greatest finite magnitude of the whole array. ``symbols`` are the inputs at
    the columns of a hidden state.
    """

    view: View
    values: ArrayData
    shape: tuple[int, int]
    first_row: int
    first_column: int
    row_stride: int
    column_stride: int
    largest: float
    not_finite: int
    symbols: tuple[int, ...] = ()


class SampleText(msgspec.Struct, frozen=True):
    """What was sampled since ``start`` characters, by the weights of step ``weights_step``."""

    stream: int
    automatic: bool
    prompt: str
    missing: str
    temperature: float
    weights_step: int
    start: int
    text: str
    finished: bool


class Update(Message, frozen=True):
    """The answer to a ``Poll``. ``more`` says that further rows are waiting.

    ``parameters`` are those of a monitored run where they have changed.
    """

    status: Status
    rows: Rows
    held_out: tuple[HeldOut, ...]
    events: tuple[Event, ...]
    references: tuple[ReferenceLine, ...]
    views: tuple[ViewData, ...]
    sample: SampleText | None
    more: bool
    spans: Spans | None = None
    series: tuple[SeriesPart, ...] = ()
    parameters: tuple[ParameterInfo, ...] | None = None


class Done(Message, frozen=True):
    """A command was carried out; ``detail`` says more where there is more to say.

    ``changed`` is false when it was so already: somebody else had paused before.
    """

    detail: str = ""
    changed: bool = True


class Failed(Message, frozen=True):
    """A request could not be carried out, and why, in one line for people."""

    reason: str


Request: TypeAlias = (
    Hello
    | Poll
    | Pause
    | Resume
    | StepOnce
    | SetLearningRate
    | StartSample
    | SetTemperature
    | StopSample
    | Save
    | Stop
    | LeaveRunning
    | NextWindow
    | NextArray
    | TakeWeights
    | NextWeights
    | ListKnobs
    | Turn
    | Undo
    | RecentState
)
Response: TypeAlias = (
    Welcome
    | Update
    | Done
    | Failed
    | WindowHead
    | WindowPart
    | WeightsTaken
    | WeightsPart
    | KnobsListed
    | RecentPart
)
