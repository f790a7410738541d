"""Where a window comes from: a text and fresh weights, those of a run, or those of a file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from rnn_tui.core.arrays import Array, Params
from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture, architecture_of, parameter_shapes, zero_state
from rnn_tui.core.trace import Update
from rnn_tui.runs.configuration import RunConfig, merge
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.pytorch import from_pytorch
from rnn_tui.runs.tensor_file import read_tensors
from rnn_tui.stepping.defaults import DEFAULTS, FILE_STEPS, LONGEST
from rnn_tui.stepping.window import Window, make_window
from rnn_tui.text.corpus import Errors, SymbolKind, load_paths
from rnn_tui.text.errors import CorpusError
from rnn_tui.text.visible import visible_line
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.trainer import initialization_stream, make_run_optimizer

LARGEST_TRACE: Final = 8 << 30
"""Bytes that the arrays of a walk may take."""

_MOST_MISSING = 10


@dataclass(frozen=True)
class StepText:
    """A text to walk through: at least two symbols, at most T + 1."""

    symbols: str | bytes
    """What is walked through."""
    whole: str | bytes
    """The text that it is the beginning of: a vocabulary of somebody else is that of all of it."""
    kind: SymbolKind
    title: str


def step_config(given: Mapping[str, object]) -> RunConfig:
    """The settings of a walk; None is not given. ConfigError for what is not allowed."""
    return merge(DEFAULTS, given)


def string_text(words: str, kind: SymbolKind, steps: int | None = None) -> StepText:
    """The text is these words themselves; ``steps`` is T at most. CorpusError if that cannot be."""
    try:
        data = words.encode()
    except UnicodeEncodeError:  # bytes of the command line that are not UTF-8
        data = words.encode("utf-8", "surrogateescape")
        if kind == "character":
            raise CorpusError("TEXT is not UTF-8: write it so, or use --symbols byte") from None
    text = words if kind == "character" else data
    if steps is None and len(text) > LONGEST + 1:
        raise CorpusError(
            f"TEXT has {len(text):,} symbols, and {LONGEST + 1} are walked through at most: "
            "shorten it, or give --window for its beginning"
        )
    shown = words.encode("utf-8", "backslashreplace").decode()
    return _beginning(text, kind, f"“{shown}”", steps or LONGEST)


def file_text(
    path: str,
    kind: SymbolKind,
    steps: int | None = None,
    errors: Errors = "strict",
    stdin: BinaryIO | None = None,
) -> StepText:
    """The text is the beginning of a file, a folder's files, or ``-`` (stdin). CorpusError."""
    corpus = load_paths([path], errors=errors, symbols=kind, stdin=stdin)
    text = corpus.text if kind == "byte" else corpus.characters
    return _beginning(text, kind, corpus.name, steps or FILE_STEPS)


def _beginning(text: str | bytes, kind: SymbolKind, name: str, steps: int) -> StepText:
    if len(text) < 2:
        raise CorpusError("TEXT has fewer than two symbols: there is nothing to predict")
    part = text[: steps + 1]
    whole = "" if len(part) == len(text) else f", its first {len(part)} symbols"
    return StepText(part, text, kind, name + whole)


def text_window(text: StepText, config: RunConfig, vocabulary: str = "") -> Window:
    """Fresh weights, drawn as a run with this configuration draws them.

    The vocabulary is that of the part that is walked through, or the symbols of ``vocabulary``.
    """
    symbols = Vocabulary.of(vocabulary or text.symbols, text.kind)
    V = len(symbols)
    architecture = Architecture(V, config.hidden, config.layers, V, config.cell)
    _require_memory(architecture, len(text.symbols) - 1)
    stream = initialization_stream(config.seed)
    _, params = initialize(architecture, config.initialization, stream, np.dtype(config.dtype))
    title = f"{text.title} · fresh weights, seed {config.seed}"
    return _window(text, params, symbols, config, title, "--vocabulary")


def weights_window(
    text: StepText, file: str | Path, config: RunConfig, vocabulary: str = ""
) -> Window:
    """The weights of a PyTorch network in a safetensors file; see ``pytorch`` for the mapping.

    ``vocabulary`` holds its symbols in the order of their numbers; without it they are the sorted
    symbols of the whole text, if they are as many. ConfigError if they are not, or the file is not
    of such a network.
    """
    try:
        params = from_pytorch(read_tensors(Path(file)).arrays)
    except ConfigError as error:
        prefix = "" if str(file) in str(error) else f"{file}: "
        raise ConfigError(f"{prefix}{error}") from error
    order = _order(text, len(params["b_y"]), vocabulary)
    symbols = Vocabulary(text.kind, tuple(sorted(order)))
    title = f"{text.title} · weights of {Path(file).name}"
    require_memory(params, config.cell, len(text.symbols) - 1)
    return _window(text, _reordered(params, order), symbols, config, title)


def checkpoint_window(
    text: StepText,
    run: RunDirectory,
    at: int | None = None,
    tell: Callable[[float], None] = lambda _: None,
) -> Window:
    """The weights, optimiser and vocabulary of a run at a step, and a state of zeros.

    ``at`` and ``tell`` are those of ``replay.run_window``, which says what it raises.
    """
    from rnn_tui.stepping.replay import run_window

    trained = run_window(run.path, at, tell=tell)
    inputs, targets = _encoded(text, trained.vocabulary)
    require_memory(trained.params, trained.cell, len(inputs))
    return replace(
        trained,
        inputs=inputs,
        targets=targets,
        state=tuple(np.zeros_like(h[:1]) for h in trained.state),  # (1, H) a layer
        title=f"{text.title} · weights of {trained.title}",
        row=None,
        rows=1,
    )


def fresh_update(config: RunConfig) -> Update:
    """The first update of a configuration's optimiser: all moments are zero."""
    optimizer = make_run_optimizer(config, 0, np.dtype(config.dtype))
    return Update(optimizer.name, config.learning_rate, optimizer.options)


def _window(
    text: StepText,
    params: Params,
    vocabulary: Vocabulary,
    config: RunConfig,
    title: str,
    whose: str = "the network's vocabulary",
) -> Window:
    inputs, targets = _encoded(text, vocabulary, whose)
    dtype = np.dtype(config.dtype)
    return make_window(
        params,
        inputs,
        targets,
        zero_state(architecture_of(params, config.cell), 1, dtype),
        vocabulary,
        title,
        dtype=dtype,
        cell=config.cell,
        clip=config.clip,
        clip_value=config.clip_value,
        update=fresh_update(config),
    )


def _encoded(
    text: StepText, vocabulary: Vocabulary, whose: str = "the network's vocabulary"
) -> tuple[Array, Array]:
    """Inputs and targets (T, 1), each target the symbol after its input.

    Raises ConfigError for symbols that are not in the vocabulary, which is called ``whose``.
    """
    present = Vocabulary.of(text.symbols, vocabulary.kind).symbols
    known = set(vocabulary.symbols)
    missing = [symbol for symbol in present if symbol not in known]
    if missing:
        named = " ".join(_label(symbol, text.kind) for symbol in missing[:_MOST_MISSING])
        more = f" and {len(missing) - _MOST_MISSING} more" if len(missing) > _MOST_MISSING else ""
        raise ConfigError(f"{whose} has no {named}{more}: leave them out of TEXT")
    numbers = vocabulary.encode(text.symbols).astype(np.intp)[:, np.newaxis]  # (T + 1, 1)
    return numbers[:-1], numbers[1:]


def _label(symbol: str, kind: SymbolKind) -> str:
    if kind == "byte" and not " " < symbol <= "~":
        return f"\\x{ord(symbol):02x}"
    return f"“{visible_line(symbol)}”"


def _order(text: StepText, V: int, vocabulary: str) -> tuple[str, ...]:
    """The symbols of a network in the order of its own numbers."""
    if vocabulary:
        order = tuple(vocabulary if text.kind == "character" else vocabulary.encode().decode("l1"))
        if len(set(order)) != len(order):
            twice = next(s for s in order if order.count(s) > 1)
            raise ConfigError(f"--vocabulary has {_label(twice, text.kind)} twice")
        if len(order) != V:
            raise ConfigError(f"--vocabulary has {len(order)} symbols, and the network {V}")
        return order
    if text.kind == "byte" and V == 256:
        return tuple(map(chr, range(256)))
    order = Vocabulary.of(text.whole, text.kind).symbols
    if len(order) != V:
        raise ConfigError(
            f"the network has {V} symbols, and the text {len(order)}: "
            "give --vocabulary, the symbols in the order of the network's numbers"
        )
    return order


def _reordered(params: Params, order: tuple[str, ...]) -> Params:
    """The same network with its symbols numbered in ascending order, as a vocabulary is."""
    ascending = sorted(range(len(order)), key=order.__getitem__)
    changed = {
        "layer0.W_xh": params["layer0.W_xh"][ascending],  # (V, H)
        "W_hy": params["W_hy"][:, ascending],  # (H, V)
        "b_y": params["b_y"][ascending],  # (V,)
    }
    return {name: changed.get(name, value) for name, value in params.items()}


def require_memory(params: Params, cell: str, T: int) -> None:
    """Raise ConfigError where a walk of T steps would keep more than any memory should hold."""
    _require_memory(architecture_of(params, cell), T)


def _require_memory(architecture: Architecture, T: int) -> None:
    """The same before there are parameters.

    Kept are about 8 arrays (H,) a layer and 4 (V,) for each time step, and of each parameter
    itself, its sum, its clipped gradient, two moments and what an update makes of them.
    """
    weights = sum(math.prod(shape) for shape in parameter_shapes(architecture).values())
    kept = 8 * architecture.layers * architecture.hidden + 4 * architecture.outputs
    needed = 8 * (T * kept + 12 * weights)
    if needed > LARGEST_TRACE:
        raise ConfigError(
            f"this walk needs about {needed / 2**30:.1f} GiB, the limit is "
            f"{LARGEST_TRACE >> 30}: take fewer units, layers or time steps"
        )
