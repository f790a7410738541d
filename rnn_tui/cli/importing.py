"""``import``: a new run that begins with the network of a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from rnn_tui.cli.options import (
    SECTIONS,
    RunCommand,
    configuration,
    load_text,
    run_options_without,
)
from rnn_tui.runs.configuration import RunConfig, check_memory
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.hints import command
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.visible import visible_line
from rnn_tui.training.starting import ONE_THREAD

if TYPE_CHECKING:
    from rnn_tui.core.arrays import Params
    from rnn_tui.runs.exchange import StoredNetwork
    from rnn_tui.text.corpus import Corpus
    from rnn_tui.text.vocabulary import Vocabulary

OF_THE_FILE = frozenset({"hidden", "layers", "initialization"})
"""Settings that the file decides."""


class ImportCommand(RunCommand):
    """Its help has the sections of a run, without what the file decides."""

    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **SECTIONS,
        "Network": ("vocabulary", "cell", "dtype"),
    }


@click.command("import", cls=ImportCommand)
@click.argument("file", type=click.Path())
@click.option(
    "--vocabulary",
    metavar="SYMBOLS",
    help="the symbols in the order of the network's numbers  [as the file says, or those of TEXT]",
)
@run_options_without(OF_THE_FILE)
def import_(
    file: str,
    text: tuple[str, ...],
    config: str | None,
    runs: str | None,
    vocabulary: str | None,
    **options: Any,
) -> None:
    """Make a run of the network in FILE, to be trained on with TEXT, sampled and stepped through.

    FILE is a state dict of nn.RNN and nn.Linear in the safetensors format, as rnn-tui export or
    safetensors.torch.save_file(model.state_dict(), FILE) write it; see rnn-tui step --help. Its
    optimiser begins anew. Symbols that TEXT lacks stay in the vocabulary.
    """
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is loaded
    from rnn_tui.runs.exchange import read_network

    network = read_network(Path(file))
    settings = configuration(text, config, **{**options, **_decided(network, options)})
    corpus = load_text(settings)
    check_memory(settings, network.V)
    symbols, params = _fitted(network, corpus, settings, vocabulary or "")
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    directory = _made(
        runs_folder(runs, os.environ, config), settings, corpus, symbols, params, (file, digest)
    )
    _tell(directory, settings, len(symbols))
    _warn(params)


def _decided(network: StoredNetwork, options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the file decides, and those that it knows where the user does not say."""
    known: dict[str, Any] = {"dtype": network.precision}
    if network.note is not None:
        known |= {"cell": network.note.cell, "symbols": network.note.symbols}
    said = {name: value for name, value in options.items() if value is not None}
    asked = {name: said.get(name, value) for name, value in known.items()}
    return {**asked, "hidden": network.hidden, "layers": network.layers}


def _fitted(
    network: StoredNetwork, corpus: Corpus, settings: RunConfig, given: str
) -> tuple[Vocabulary, Params]:
    """Symbols and weights as the run has them. ConfigError where they do not fit the text."""
    import numpy as np

    from rnn_tui.runs.exchange import not_finite
    from rnn_tui.runs.network_symbols import in_ascending_order, require_known, symbol_order
    from rnn_tui.text.vocabulary import Vocabulary

    kind = settings.symbols
    noted = "" if given else network.noted_symbols(kind)
    order = symbol_order(network.V, kind, given, corpus.text, noted)
    symbols = Vocabulary(kind, tuple(sorted(order)))
    require_known(corpus.text, symbols, "the network's vocabulary", "name a TEXT without them")
    ordered = in_ascending_order(network.params, order)
    with np.errstate(over="ignore"):  # what is too large is told
        params = {name: value.astype(settings.dtype) for name, value in ordered.items()}
    odd = not_finite(params)
    if odd:
        raise ConfigError(
            f"not every weight is a finite {settings.dtype} ({odd}): nothing could be learned "
            "from them (rnn-tui step TEXT --weights FILE shows them)"
        )
    return symbols, params


def _made(
    folder: Path,
    settings: RunConfig,
    corpus: Corpus,
    symbols: Vocabulary,
    params: Params,
    origin: tuple[str, str],
) -> RunDirectory:
    from rnn_tui.runs.checkpoint import save_checkpoint
    from rnn_tui.runs.facts import FirstWeights
    from rnn_tui.training.imported import first_checkpoint

    file, digest = origin
    checkpoint = first_checkpoint(settings, symbols, corpus, params)
    first = FirstWeights(
        name=Path(file).name,
        sha256=digest,
        vocabulary="".join(symbols.symbols),
        save=lambda checkpoints: save_checkpoint(checkpoints, checkpoint),
    )
    return create(folder, settings.name, settings, corpus, first)


def _warn(params: Params) -> None:
    """Nothing is trained before somebody says so: now is the time to tell what may go wrong."""
    from rnn_tui.runs.exchange import unusual

    if poor := unusual(params):
        click.echo(f"rnn-tui: training may go wrong from such weights: {poor}", err=True)


def _tell(directory: RunDirectory, settings: RunConfig, V: int) -> None:
    layers = f"{settings.layers} layer{'s' if settings.layers > 1 else ''}"
    network = f"{layers} of {settings.hidden:,} {settings.cell} units, {settings.dtype}"
    click.echo(f"run {visible_line(directory.name)}: {network}, {V:,} symbols")
    click.echo(f"train it with: {command('resume', directory)}")
    click.echo(f"look at it with: {command('sample', directory)}")
