"""``bench``: what this machine makes of the network, as a table."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click
from click.core import ParameterSource

from rnn_tui.cli.table import print_table
from rnn_tui.runs.errors import RunError
from rnn_tui.text.visible import visible_line
from rnn_tui.training.starting import ONE_THREAD

if TYPE_CHECKING:
    from rnn_tui.bench.machine import Machine
    from rnn_tui.bench.sample import Sizes

THREADS: Final = 1
"""Of matrix products: more cost more than they bring where one stream is sampled."""


_OF_SCREEN: Final = ("hidden", "batch", "window", "seconds", "json_")

Option: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]


def _a_number(_: click.Context, __: click.Parameter, seconds: float) -> float:
    """A range of click lets NaN pass."""
    if math.isnan(seconds):
        raise click.BadParameter("it must be a number of seconds.")
    return seconds


def _size(name: str, most: int, default: str, help_: str, least: int = 1) -> Option:
    """An option of one shape instead of the grid."""
    given = click.IntRange(least, most)
    return click.option(name, type=given, metavar="N", help=f"{help_} ({default})")


@click.group(invoke_without_command=True)
@_size("--hidden", 8192, "one shape, not the grid: else 128", "hidden units")
@_size("--batch", 4096, "one shape, not the grid: else 32", "streams of text read side by side")
@_size("--window", 4096, "one shape, not the grid: else 64", "time steps before each update")
@_size("--vocabulary", 65_536, "65", "distinct symbols", 2)
@click.option(
    "--seconds",
    type=click.FloatRange(0, 3600, min_open=True),
    callback=_a_number,
    default=6.0,
    show_default=True,
    metavar="X",
    help="how long to measure each shape, about",
)
@click.option(
    "--peers/--no-peers",
    default=True,
    show_default=True,
    help="beside PyTorch and JAX, where they are installed, and a plain loop in NumPy",
)
@click.option("--plot", is_flag=True, help="the share of the limit as a picture, too")
@click.option(
    "--screen",
    is_flag=True,
    help="instead: the app in a terminal while a network of --hidden 256 is trained, for a minute",
)
@click.option("--json", "json_", is_flag=True, help="everything as one line of JSON")
@click.pass_context
def bench(ctx: click.Context, /, **given: Any) -> None:
    """Measure how fast networks are trained on this machine, in characters per second.

    Whole training steps in float32 (forward, backward, clipping, Adam) of a grid of networks: H
    hidden units, B streams of text, T time steps. The limit is the time of the products of
    matrices, of tanh and of exp alone, at the best speeds measured in the same run.

    Everything that is compared takes turns in one run, with one thread and on one core where the
    system can keep it there; the middle one of several rounds counts. Leave the machine alone
    meanwhile. The commands measure other things.
    """
    told = {n for n in given if ctx.get_parameter_source(n) is ParameterSource.COMMANDLINE}
    screen = given.pop("screen")
    if ctx.invoked_subcommand is not None and told:
        raise click.UsageError(
            f"write the options of {ctx.invoked_subcommand} behind {ctx.invoked_subcommand}"
        )
    if screen:
        _bench_screen(told, **given)
        return
    os.environ.update(dict.fromkeys(ONE_THREAD, str(THREADS)))  # before NumPy is loaded
    if ctx.invoked_subcommand is None:
        _bench_training(**given)


def _bench_screen(told: set[str], **given: Any) -> None:
    from rnn_tui.cli.bench_screen import show_screen

    if other := sorted(told - {"screen", *_OF_SCREEN}):
        raise click.UsageError(f"--{other[0]} has nothing to do with --screen")
    given["seconds"] = given["seconds"] if "seconds" in told else None
    with _stopped_in_one_line():
        show_screen(**{name: given[name] for name in _OF_SCREEN})


@contextmanager
def _stopped_in_one_line() -> Iterator[None]:
    """What Ctrl-C leaves: what was measured so far would be compared with nothing."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("stopped: nothing was measured to its end", err=True)
        raise click.Abort from None


def _bench_training(
    hidden: int | None,
    batch: int | None,
    window: int | None,
    vocabulary: int | None,
    seconds: float,
    peers: bool,
    plot: bool,
    json_: bool,
) -> None:
    from rnn_tui.bench.grid import GRID, VOCABULARY, Shape
    from rnn_tui.cli.bench_network import facts, measure, print_found

    V = vocabulary or VOCABULARY
    one = Shape(hidden or 128, batch or 32, window or 64, V)
    shapes = (one,) if hidden or batch or window else tuple(replace(s, vocabulary=V) for s in GRID)
    with _stopped_in_one_line():
        found = measure(shapes, seconds, peers)
    if json_:
        click.echo(json.dumps(facts(found), allow_nan=False))
    else:
        print_found(found, plot)


@bench.command(short_help="Characters per second of sampling one text.")
@click.option(
    *("--hidden", "hidden"),
    type=click.IntRange(1, 4096),
    default=128,
    show_default=True,
    metavar="N",
    help="hidden units in each layer",
)
@click.option(
    "--vocabulary",
    type=click.IntRange(2, 65_536),
    default=100,
    show_default=True,
    metavar="N",
    help="distinct symbols",
)
@click.option(
    "--layers",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    metavar="N",
    help="layers",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, 3600, min_open=True),
    callback=_a_number,
    default=10.0,
    show_default=True,
    metavar="X",
    help="how long to measure, about",
)
@click.option(
    "--memory",
    is_flag=True,
    help="instead: the peak memory of a text of 10,000 characters and of one of a million",
)
@click.option("--json", "json_", is_flag=True, help="everything as one line of JSON")
def sample(
    hidden: int, vocabulary: int, layers: int, seconds: float, memory: bool, json_: bool
) -> None:
    """Sample one text from a fresh network in float32: characters a second.

    "text stream" is what rnn-tui sample writes with, "engine" what the screen keeps of every
    character; "bare loop" is a plain NumPy loop in the manner of min-char-rnn, with the same
    weights, to compare with. The ratio is that to the bare loop.
    """
    from rnn_tui.bench.machine import this_machine
    from rnn_tui.bench.sample import Sizes

    machine, sizes = this_machine(THREADS), Sizes(hidden, vocabulary, layers)
    part, print_found = ("memory", _print_peaks) if memory else ("sampling", _print_rates)
    found = _peaks(sizes) if memory else _rates(sizes, seconds)
    if json_:
        facts = {"machine": asdict(machine), "network": asdict(sizes), part: found}
        click.echo(json.dumps(facts, allow_nan=False))
    else:
        _print_machine(machine, sizes)
        print_found(found)


def _rates(sizes: Sizes, seconds: float) -> list[dict[str, Any]]:
    """Every contender beside the bare loop; whole characters, so that the ratio is theirs."""
    from rnn_tui.bench.sample import BARE, sampling_rates

    rates = sampling_rates(sizes, seconds)
    shown = {rate.name: round(rate.median) for rate in rates}
    return [
        {
            "name": rate.name,
            "characters_per_second": shown[rate.name],
            "ratio": shown[rate.name] / max(shown[BARE], 1),
            "rounds": [round(value) for value in rate.rounds],
        }
        for rate in rates
    ]


def _peaks(sizes: Sizes) -> list[dict[str, Any]]:
    """The peak memory of a short and of a long text."""
    from rnn_tui.bench.memory import memory_peaks

    try:
        return [peak._asdict() for peak in memory_peaks(sizes)]
    except (OSError, ValueError) as error:
        raise RunError(str(error)) from error


def _print_machine(machine: Machine, sizes: Sizes) -> None:
    click.echo(visible_line(machine.line))
    click.echo(
        f"H {sizes.hidden:,} · V {sizes.vocabulary:,} · "
        f"{sizes.layers} layer{'s' * (sizes.layers != 1)} · float32\n"
    )


def _print_rates(found: Sequence[dict[str, Any]]) -> None:
    rows = [
        (one["name"], f"{one['characters_per_second']:,}", f"{one['ratio']:.2f}") for one in found
    ]
    print_table(("sampling", "characters/s", "ratio"), rows, {"characters/s", "ratio"})


def _print_peaks(found: Sequence[dict[str, Any]]) -> None:
    rows = [(f"{one['characters']:,}", f"{one['bytes'] / 2**20:.1f} MiB") for one in found]
    print_table(("characters", "peak memory"), rows, {"characters", "peak memory"})


@bench.command(short_help="What watching your own training loop costs it.")
@click.option(
    "--calls",
    type=click.IntRange(1, 1_000_000),
    default=10_000,
    show_default=True,
    metavar="N",
    help="how often each is called; the largest array an eighth as often",
)
@click.option("--json", "json_", is_flag=True, help="everything as one line of JSON")
def monitor(calls: int, json_: bool) -> None:
    """Time the calls of rnn_tui.Monitor in a loop that multiplies matrices with NumPy.

    They are written to a folder for temporary files meanwhile, as a run is.
    """
    from rnn_tui.bench.machine import this_machine
    from rnn_tui.bench.monitor import call_costs

    machine = this_machine(THREADS)
    with TemporaryDirectory() as folder:
        costs = call_costs(Path(folder), calls)
    if json_:
        facts = {"machine": asdict(machine), "monitor": [cost._asdict() for cost in costs]}
        click.echo(json.dumps(facts, allow_nan=False))
        return
    click.echo(visible_line(machine.line) + "\n")
    headings = ("call", "calls", "median", "99 of 100", "slowest")
    rows = [
        (name, f"{count:,}", *(f"{seconds * 1e6:,.1f} µs" for seconds in taken))
        for name, count, *taken in costs
    ]
    print_table(headings, rows, headings[1:])
