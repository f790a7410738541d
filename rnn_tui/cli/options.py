"""The options of a run, made from the one table of its settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import click

from rnn_tui.cli.completion import Completion, complete_corpus
from rnn_tui.runs.configuration import (
    FIELDS,
    Field,
    RunConfig,
    check_memory,
    from_environment,
    load_user_file,
    merge,
)
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.places import config_file, runs_folder
from rnn_tui.text.corpus import Corpus, load_builtin, load_paths
from rnn_tui.text.split import require_length

Command = TypeVar("Command", bound=Callable[..., Any])

SECTIONS = {
    "Text": ("corpus", "pattern", "symbols", "errors", "held_out"),
    "Network": ("cell", "hidden", "layers", "initialization", "dtype"),
    "Learning": (
        *("batch", "window", "optimizer", "learning_rate", "schedule", "warmup", "decay_steps"),
        *("clip", "clip_value", "momentum", "weight_decay", "seed"),
    ),
    "Run": (
        *("steps", "threads", "evaluate_every", "checkpoint_every", "keep_every"),
        *("name", "runs", "config", "help"),
    ),
}
"""Under which heading an option of a run stands in the help."""

OF_ONE_OPTIMIZER = {"momentum": "momentum", "weight_decay": "adamw"}
"""Settings that only one optimiser knows. In a file or the environment they may wait for it."""

COMPLETIONS: dict[str, Completion] = {"corpus": complete_corpus}
"""What a shell offers for an option that is neither a number nor one of a few words."""


class RunCommand(click.Command):
    """A command with the options of a run; its help shows them in sections."""

    sections: ClassVar[Mapping[str, tuple[str, ...]]] = SECTIONS

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every option, under the heading of its section; the last one takes what has none."""
        left = {str(parameter.name): parameter for parameter in self.get_params(ctx)}
        for heading, names in self.sections.items():
            last = heading == list(self.sections)[-1]
            found = [left.pop(name) for name in (left.copy() if last else names)]
            options = [option for option in found if isinstance(option, click.Option)]
            records = [record for option in options if (record := option.get_help_record(ctx))]
            with formatter.section(heading):
                formatter.write_dl(records)


def setting_option(field: Field) -> click.Option:
    """The option of the command line for a setting; None where it is not given."""
    kind: Any = click.Choice(field.choices) if field.choices else field.type
    shown = field.default if field.default != "" else None
    text = field.help if shown is None else f"{field.help}  [{shown}]"
    metavar = None if field.choices else {int: "N", float: "X"}.get(field.type, "TEXT")
    return click.Option(
        [field.option],
        type=kind,
        default=None,
        help=text,
        metavar=metavar,
        shell_complete=COMPLETIONS.get(field.name),
    )


runs_option = click.option(
    "--runs", "runs", metavar="DIR", default=None, help="where runs are kept  (also RNN_TUI_RUNS)"
)


calm_option = click.option(
    "--calm",
    is_flag=True,
    help="for slow lines: pictures every few seconds, few bytes, no blinking  (also RNN_TUI_CALM)",
)


def run_options(command: Command) -> Command:
    """Add the TEXT arguments and every option of a run to a command's function."""
    return run_options_without(frozenset())(command)


def run_options_without(names: frozenset[str]) -> Callable[[Command], Command]:
    """Add the TEXT arguments and the options of a run but for the settings of these names."""

    def add(command: Command) -> Command:
        return _with_options(command, names | {"text"})

    return add


def _with_options(command: Command, without: frozenset[str]) -> Command:
    add_config = click.option(
        "--config",
        metavar="FILE",
        default=None,
        help="read settings from a TOML file  (also RNN_TUI_CONFIG)",
    )
    command = runs_option(add_config(command))
    for field in reversed(list(FIELDS.values())):
        if field.name not in without:
            attach_option(command, setting_option(field))
    return click.argument("text", nargs=-1, metavar="[TEXT ...]", type=click.Path())(command)


def attach_option(function: Any, parameter: click.Parameter) -> None:
    """Add a parameter to the function of a command, as a decorator of click does."""
    if not hasattr(function, "__click_params__"):
        function.__click_params__ = []
    function.__click_params__.append(parameter)


def configuration(text: tuple[str, ...], config: str | None, **options: Any) -> RunConfig:
    """The configuration that file, environment and command line make together."""
    if "" in text:
        raise ConfigError("a TEXT is empty: name a file, a folder, or - for standard input")
    if text and options.get("corpus") is not None:
        raise ConfigError("a TEXT and --corpus are two texts: leave one of them out")
    file = config or config_file(os.environ)
    paths = tuple("-" if path == "-" else str(Path(path).absolute()) for path in text)
    found = merge(
        load_user_file(file).settings if file else {},
        _naming_one_text(from_environment(os.environ)),
        _naming_one_text({**options, "text": paths or None}),
    )
    require_used(found, options)
    return found


def require_used(config: RunConfig, given: Mapping[str, object]) -> None:
    """ConfigError for an option of the command line that the optimiser does not know."""
    for name, optimizer in OF_ONE_OPTIMIZER.items():
        if given.get(name) is not None and config.optimizer != optimizer:
            raise ConfigError(
                f"{FIELDS[name].option} does nothing with the optimizer {config.optimizer}: "
                f"leave it out, or use --optimizer {optimizer}"
            )


def _naming_one_text(layer: dict[str, Any]) -> dict[str, Any]:
    """A corpus that is named wins over the files that a lower layer names."""
    if layer.get("corpus") is not None and layer.get("text") is None:
        return {**layer, "text": ()}
    return layer


def load_text(config: RunConfig) -> Corpus:
    """The text of a run, read once and checked to be long enough. Raises CorpusError."""
    if config.text:
        corpus = load_paths(
            config.text,
            pattern=config.pattern or None,
            errors=config.errors,
            symbols=config.symbols,
            stdin=getattr(sys.stdin, "buffer", None),
        )
    else:
        corpus = load_builtin(config.corpus, symbols=config.symbols)
    require_length(corpus.length, config.batch, config.window, config.held_out)
    symbols = corpus.text if config.symbols == "byte" else corpus.characters
    check_memory(config, len(set(symbols)))
    return corpus


def new_run(
    text: tuple[str, ...], config: str | None, runs: str | None, **options: Any
) -> RunDirectory:
    """Check everything, read the text, make the run's directory."""
    settings = configuration(text, config, **options)
    corpus = load_text(settings)
    return create(runs_folder(runs, os.environ, config), settings.name, settings, corpus)
