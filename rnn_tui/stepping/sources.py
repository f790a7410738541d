"""Where a window comes from: a text and fresh weights, those of a run, or those of a file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import numpy as np

from rnn_tui.core.arrays import Array, Params
from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture, architecture_of, parameter_shapes, zero_state
from rnn_tui.core.trace import Update
from rnn_tui.runs.checkpoint import Checkpoint
from rnn_tui.runs.configuration import RunConfig, merge
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.exchange import StoredNetwork, read_network, warning
from rnn_tui.runs.network_symbols import in_ascending_order, require_known, symbol_order
from rnn_tui.stepping.defaults import DEFAULTS, FILE_STEPS, LONGEST
from rnn_tui.stepping.window import Window, make_window
from rnn_tui.text.corpus import Errors, SymbolKind, load_paths
from rnn_tui.text.errors import CorpusError
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.making import initialization_stream, make_run_optimizer

LARGEST_TRACE: Final = 8 << 30
"""Bytes that the arrays of a walk may take."""


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
    text: StepText,
    file: str | Path,
    config: RunConfig,
    vocabulary: str = "",
    cell: str | None = None,
) -> Window:
    """The weights of a PyTorch network in a safetensors file; see ``pytorch`` for the mapping.

    ``vocabulary`` holds its symbols in the order of their numbers; without it they are what the
    file notes, or the sorted symbols of the whole text, if they are as many. ``cell`` None is that
    of the file, if it notes one, else that of ``config``. ConfigError if symbols and network do not
    fit, or the file is not of such a network.
    """
    network = read_network(Path(file))
    config = _with_cell(config, network, cell)
    noted = network.noted_symbols(text.kind)
    order = symbol_order(network.V, text.kind, vocabulary, text.whole, noted)
    symbols = Vocabulary(text.kind, tuple(sorted(order)))
    title = f"{text.title} · weights of {Path(file).name}{warning(network.params)}"
    require_memory(network.params, config.cell, len(text.symbols) - 1)
    return _window(text, in_ascending_order(network.params, order), symbols, config, title)


def _with_cell(config: RunConfig, network: StoredNetwork, cell: str | None) -> RunConfig:
    """The cell that was asked for, else that of the file, else the usual one."""
    if cell is not None or network.note is None:
        return config
    return msgspec.structs.replace(config, cell=network.note.cell)


def checkpoint_window(
    text: StepText,
    run: RunDirectory,
    at: int | None = None,
    tell: Callable[[float], None] = lambda _: None,
    recent: Checkpoint | None = None,
) -> Window:
    """The weights, optimiser and vocabulary of a run at a step, and a state of zeros.

    ``at``, ``tell``, ``recent`` are those of ``replay.run_window``, which says what it raises.
    """
    from rnn_tui.stepping.replay import run_window

    trained = run_window(run.path, at, tell=tell, recent=recent)
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
    require_known(text.symbols, vocabulary, whose, "leave them out of TEXT")
    numbers = vocabulary.encode(text.symbols).astype(np.intp)[:, np.newaxis]  # (T + 1, 1)
    return numbers[:-1], numbers[1:]


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
