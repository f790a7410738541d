"""The settings of a run: their names, types, limits and descriptions, in one place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.names import check_name, clipped

PREFIX = "RNN_TUI_"
"""What the name of an environment variable starts with."""


class RunConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that decides what a run does, and that a user may set.

    Build one with ``merge`` or ``load_toml``: these check every value; the constructor does not.
    """

    text: Annotated[
        tuple[str, ...], Meta(description="files and folders the text was read from")
    ] = ()
    corpus: Annotated[str, Meta(description="built-in text to train on where no file is given")] = (
        "python-docs"
    )
    pattern: Annotated[
        str, Meta(description="which files of a folder to read, such as *.txt; empty: all text")
    ] = ""
    symbols: Annotated[Literal["character", "byte"], Meta(description="what one symbol is")] = (
        "character"
    )
    errors: Annotated[
        Literal["strict", "replace"], Meta(description="what to do where a file is not UTF-8")
    ] = "strict"
    held_out: Annotated[
        float, Meta(ge=0, le=0.5, description="share of the text, at its end, kept for evaluation")
    ] = 0.1

    cell: Annotated[Literal["tanh", "relu"], Meta(description="activation of the hidden units")] = (
        "tanh"
    )
    hidden: Annotated[int, Meta(ge=1, le=8192, description="hidden units in each layer")] = 128
    layers: Annotated[int, Meta(ge=1, le=16, description="layers, one on top of the other")] = 1
    initialization: Annotated[
        Literal["uniform", "xavier", "orthogonal", "identity", "normal"],
        Meta(description="how the first weights are drawn"),
    ] = "uniform"
    dtype: Annotated[
        Literal["float32", "float64"], Meta(description="precision of the arithmetic")
    ] = "float32"

    batch: Annotated[int, Meta(ge=1, le=4096, description="streams of text read side by side")] = 32
    window: Annotated[
        int, Meta(ge=1, le=4096, description="time steps before each update (truncated BPTT)")
    ] = 64
    optimizer: Annotated[
        Literal["sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw"],
        Meta(description="rule of the update"),
    ] = "adam"
    learning_rate: Annotated[
        float, Meta(gt=0, le=100, description="step size of the update, before the schedule")
    ] = 3e-3
    schedule: Annotated[
        Literal["constant", "step", "cosine"],
        Meta(description="how the learning rate changes with the steps"),
    ] = "constant"
    warmup: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000_000_000,
            description="steps over which the learning rate rises from 0",
        ),
    ] = 0
    decay_steps: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000_000_000,
            description="steps of a stair, or of the cosine; 0: a quarter of the run, or all of it",
        ),
    ] = 0
    clip: Annotated[
        float, Meta(ge=0, le=1_000_000, description="greatest norm of the gradient; 0: no limit")
    ] = 1.0
    clip_value: Annotated[
        float, Meta(ge=0, le=1_000_000, description="greatest element of the gradient; 0: no limit")
    ] = 0.0
    momentum: Annotated[
        float, Meta(ge=0, lt=1, description="share of the velocity kept (momentum only)")
    ] = 0.9
    weight_decay: Annotated[
        float, Meta(ge=0, le=1, description="pull of the weights towards 0 (adamw only)")
    ] = 0.01
    seed: Annotated[
        int, Meta(ge=0, le=2**63 - 1, description="start of all random streams of the run")
    ] = 1
    steps: Annotated[
        int, Meta(ge=0, le=1_000_000_000_000, description="updates to make; 0: until stopped")
    ] = 0

    threads: Annotated[
        int,
        Meta(
            ge=0, le=1024, description="threads of the products; 0: measured, with a core to spare"
        ),
    ] = 0

    evaluate_every: Annotated[
        int,
        Meta(
            ge=0, le=1_000_000_000_000, description="steps between held-out evaluations; 0: never"
        ),
    ] = 200
    checkpoint_every: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000_000_000,
            description="steps between checkpoints, at least once a minute; 0: only at the end",
        ),
    ] = 1000
    keep_every: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000_000_000,
            description="steps between checkpoints that are kept for good; 0: the last and best",
        ),
    ] = 0
    name: Annotated[str, Meta(description="name of the run; empty: a free one is chosen")] = ""


@dataclass(frozen=True)
class Field:
    """One setting: what a command line, a file and a help text need to know of it."""

    name: str
    type: type  # int, float, str or tuple (of str)
    default: int | float | str | tuple[str, ...]
    help: str
    allowed: str  # in words: "a whole number from 1 to 16"
    choices: tuple[str, ...]  # of a setting that takes one of a few words; else empty
    annotation: Any  # what msgspec checks

    @property
    def option(self) -> str:
        """The option of the command line, such as ``--learning-rate``."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable, such as ``RNN_TUI_LEARNING_RATE``."""
        return PREFIX + self.name.upper()

    def converted(self, value: object, said: str, *, strict: bool = True) -> Any:
        """Return ``value`` checked and of the field's type.

        ``said`` names the place that a ConfigError speaks of; not ``strict``: texts are read as
        numbers.
        """
        try:
            result = msgspec.convert(value, self.annotation, strict=strict)
        except (msgspec.ValidationError, OverflowError, UnicodeError):
            result = None
        if result is None or (isinstance(result, str) and _UNWRITABLE.search(result)):
            raise ConfigError(f"{said} = {clipped(value)} is not allowed: {self.allowed}")
        if self.name == "name" and result:
            check_name(result)
        return result


_UNWRITABLE = re.compile("[\ud800-\udfff\0]")  # no file can hold these


def _field(name: str, default: Any, hint: Any) -> Field:
    kind, meta = hint.__origin__, hint.__metadata__[0]
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    plain = str if choices else (get_origin(kind) or kind)
    allowed = "one of " + ", ".join(choices) if choices else _allowed(plain, meta)
    return Field(name, plain, default, meta.description, allowed, choices, hint)


def _allowed(plain: type, meta: Meta) -> str:
    """Return in words what a number or a text may be."""
    if plain is str:
        return "a text"
    if plain is tuple:
        return "a list of texts"
    noun = "a whole number" if plain is int else "a number"
    low = f"above {meta.gt:,}" if meta.gt is not None else f"at least {meta.ge:,}"
    high = f"below {meta.lt:,}" if meta.lt is not None else f"at most {meta.le:,}"
    return f"{noun}, {low} and {high}"


def _fields() -> dict[str, Field]:
    hints = get_type_hints(RunConfig, include_extras=True)
    return {
        info.name: _field(info.name, info.default, hints[info.name])
        for info in msgspec.structs.fields(RunConfig)
    }


FIELDS: Mapping[str, Field] = _fields()
"""Every setting by its name, in the order of ``RunConfig``."""


def find_field(name: str, said: str) -> Field:
    """Return the field called ``name``; ConfigError naming the closest one if there is none."""
    if name in FIELDS:
        return FIELDS[name]
    near = difflib.get_close_matches(name, FIELDS, 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else f"settings are {', '.join(FIELDS)}"
    raise ConfigError(f"{said} is not a setting: {hint}")
