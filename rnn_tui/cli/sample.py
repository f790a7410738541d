"""``sample``: texts by a network, in the app or as lines of output, or the score of one."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

import click

from rnn_tui.cli.app import require_terminal, take_keys_from_terminal
from rnn_tui.cli.completion import completes_run
from rnn_tui.cli.options import RunCommand, runs_option
from rnn_tui.cli.stored import has_to_be_made_again, made_again
from rnn_tui.runs.directory import RunDirectory, open_run
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.listing import list_runs
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.corpus import load_paths
from rnn_tui.text.visible import visible_line
from rnn_tui.training.starting import ONE_THREAD

if TYPE_CHECKING:
    from rnn_tui.sampling.settings import Settings
    from rnn_tui.sampling.sources import StoredSource
    from rnn_tui.sampling.weights import Weights

LONGEST_PROMPT: Final = 2**24
"""Bytes of a prompt that comes through standard input."""

SETTINGS: Final = ("temperature", "top_k", "top_p", "seed", "length", "stop_at")
"""Options that are settings of the sampler, read as on its screen."""

_ONLY_DRAWN: Final = ("prompt", "count", *SETTINGS)
_ONLY_LINES: Final = ("score", "json_", "count")
_OPTIONS: Final = {"length": "-n", "stop_at": "--stop", "json_": "--json"}
"""How an option is called where it is not called as its value is."""


class SampleCommand(RunCommand):
    """Its help has sections of its own."""

    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "Text": ("prompt", "length", "stop_at", "count", "score"),
        "Drawing": ("temperature", "top_k", "top_p", "seed"),
        "Run and output": ("at", "screen", "json_", "runs", "help"),
    }


@click.command(cls=SampleCommand)
@click.argument("run", required=False, shell_complete=completes_run())
@click.option("--prompt", metavar="TEXT", help="begin with this text; - is standard input")
@click.option("-n", "--length", metavar="N", help="characters to draw  [500]")
@click.option("--stop", "stop_at", metavar="TEXT", help=r"end behind this text; \n is a new line")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="so many texts  [1]")
@click.option(
    "--score",
    metavar="FILE",
    type=click.Path(),
    help="draw nothing: tell the bits of a text; - is standard input",
)
@click.option(
    "--temperature", metavar="X", help="0: the likeliest each time; inf: all alike  [0.8]"
)
@click.option("--top-k", metavar="K", help="only the K likeliest  [0: all]")
@click.option("--top-p", metavar="P", help="only the likeliest that make up P  [1: all]")
@click.option("--seed", metavar="N", help="another seed, another text  [0]")
@click.option(
    "--at",
    type=click.IntRange(min=0),
    metavar="STEP",
    help="the network after this step of training  [the last]",
)
@click.option("--screen", is_flag=True, help="look into it, branch and compare, in the app")
@click.option("--json", "json_", is_flag=True, help="a line for each character, as JSON")
@runs_option
def sample(
    run: str | None,
    at: int | None,
    screen: bool,
    runs: str | None,
    **options: Any,
) -> int:
    """Write a text with the network of RUN, or of the newest run, as it comes.

    While the run is being trained, which goes on, its weights of now are used; else those of its
    last checkpoint. The same weights, options and seed write the same text, here and on the
    screen. The prompt stands in front of it, without what the network has never seen. In a pipe
    nothing is added and nothing replaced; --count puts a line of ---- between two texts.

    --json gives symbol, probability, entropy_bits (both of what it was drawn from), surprise_bits
    and rank (both of the network itself), text (from 1), step and drawn (false in the prompt).
    --score tells bits, bits per character and perplexity; with --json every character is a line,
    and the last line is {"total": ...}.
    """
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is loaded
    _check(screen, options)
    settings = _settings(options)
    directory = _run(run, runs)
    source = _source(directory, at)
    weights = asyncio.run(_newest(source))
    if source.trouble:
        words = f"its trainer gave no weights, the last checkpoint is read: {source.trouble}"
        click.echo(f"rnn-tui: {visible_line(f'{directory.name}: {words}')}", err=True)
    if screen:
        return _open(directory, source, weights, settings, options["prompt"])
    if sys.stderr.isatty():
        click.echo(visible_line(weights.title), err=True)
    try:
        _write(weights, settings, options)
    except ValueError as error:
        raise ConfigError(str(error)) from error  # the network has diverged
    return 0


def _check(screen: bool, options: Mapping[str, Any]) -> None:
    if screen:
        _refuse(_ONLY_LINES, options, "--screen")
        require_terminal("rnn-tui sample without --screen", reads_text=options["prompt"] == "-")
    if options["score"] is not None:
        _refuse(_ONLY_DRAWN, options, "--score, which draws nothing")


def _refuse(names: Sequence[str], options: Mapping[str, Any], beside: str) -> None:
    for name in names:
        if options[name] not in (None, False):
            option = _OPTIONS.get(name, f"--{name.replace('_', '-')}")
            raise ConfigError(f"{option} does not go with {beside}: leave it out")


def _settings(options: Mapping[str, Any]) -> Settings:
    from rnn_tui.sampling.settings import SettingError, Settings

    settings = Settings(length=500)
    try:
        for name in SETTINGS:
            if options[name] is not None:
                settings = settings.changed(name, options[name])
    except SettingError as error:
        raise ConfigError(str(error)) from error
    return settings


def _run(run: str | None, runs: str | None) -> RunDirectory:
    folder = runs_folder(runs, os.environ)
    if run is not None:
        return open_run(folder, run)
    for summary in list_runs(folder):
        if summary.state == "training" or summary.step:
            return RunDirectory(summary.path)
    raise ConfigError(f"no run in {folder} has learned anything: rnn-tui train makes one")


def _source(directory: RunDirectory, at: int | None) -> StoredSource:
    """Of now, or of a step: made again where that has no checkpoint, and an earlier one has."""
    from rnn_tui.sampling.sources import StoredSource

    source = StoredSource(directory, at)
    if at is None or not has_to_be_made_again(directory, at):
        return source
    return StoredSource(directory, at, made_again(directory, at))


async def _newest(source: StoredSource) -> Weights:
    return await source.newest()


def _write(weights: Weights, settings: Settings, options: Mapping[str, Any]) -> None:
    """Lines of output."""
    from rnn_tui.cli import sampled

    if options["score"] is not None:
        sampled.write_score(weights, _scored_text(weights, options["score"]), options["json_"])
        return
    prompt = _prompt(options["prompt"])
    _tell_missing(weights, prompt)
    write = sampled.write_json if options["json_"] else sampled.write_texts
    write(weights, settings, prompt, options["count"] or 1)


def _open(
    directory: RunDirectory,
    source: StoredSource,
    weights: Weights,
    settings: Settings,
    prompt: str | None,
) -> int:
    """The app; it has begun to write where there is a prompt."""
    from rnn_tui.sampling.errors import SamplerError
    from rnn_tui.sampling.sampler import Sampler
    from rnn_tui.tui.housekeeping import Housekeeping

    sampler = Sampler(weights, settings)
    try:
        if prompt is not None:
            sampler.message = sampler.write(_prompt(prompt)).run()
    except SamplerError as error:
        raise ConfigError(str(error)) from error
    if prompt == "-":
        take_keys_from_terminal()
    Housekeeping.hold()  # nothing is collected before the first frame
    from rnn_tui.tui.sampling_app import open_sampler

    return open_sampler(sampler, source, directory.log_file)


def _prompt(prompt: str | None) -> str:
    if prompt != "-":
        return prompt or ""
    data = sys.stdin.buffer.read(LONGEST_PROMPT + 1)
    if len(data) > LONGEST_PROMPT:
        raise ConfigError(f"the prompt is longer than {LONGEST_PROMPT:,} bytes: give its end alone")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"the prompt is not UTF-8 at byte {error.start:,}: convert it") from error


def _tell_missing(weights: Weights, prompt: str) -> None:
    from rnn_tui.cli.sampled import named
    from rnn_tui.sampling.prompt import prompt_symbols

    missing = prompt_symbols(weights.vocabulary, prompt).missing
    if missing:
        words = f"left out of the prompt, the network has never seen it: {named(missing)}"
        click.echo(f"rnn-tui: {visible_line(words)}", err=True)


def _scored_text(weights: Weights, file: str) -> str | bytes:
    kind = weights.vocabulary.kind
    corpus = load_paths([file], symbols=kind, stdin=getattr(sys.stdin, "buffer", None))
    return corpus.text if kind == "byte" else corpus.characters
