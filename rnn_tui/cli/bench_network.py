"""What training came to, for people and for programs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from rnn_tui.cli.table import print_table
from rnn_tui.text.visible import visible_line

if TYPE_CHECKING:
    from rnn_tui.bench.grid import Shape
    from rnn_tui.bench.limit import Speeds
    from rnn_tui.bench.machine import Machine
    from rnn_tui.bench.network import Measured

SHAPE: Final = ("H", "B", "T")
NOTHING: Final = "–"
FRAGILE: Final = frozenset({"torch", "jax"})
KERNELS: Final = "OPENBLAS_CORETYPE"
BAR_CELLS: Final = 50
OVERHEAD: Final = 3.0
"""Seconds that a shape takes beside its turns: the limit is measured, JAX compiles."""


@dataclass(frozen=True)
class Found:
    """All that one run of the benchmark measured."""

    machine: Machine
    core: int | None
    speeds: Speeds
    versions: dict[str, str]
    shapes: tuple[Measured, ...]
    notes: tuple[str, ...]

    @property
    def peers(self) -> list[str]:
        """Those that were measured at some shape."""
        return [name for name in self.versions if any(name in one.rounds for one in self.shapes)]

    def mean_over(self, peer: str) -> float:
        """The geometric mean of the ratios over one peer."""
        from rnn_tui.bench.grid import geometric_mean
        from rnn_tui.bench.network import ratios_over

        return geometric_mean(ratios_over(peer, self.shapes))

    @property
    def mean_share(self) -> float:
        """The geometric mean of the shares of the limit."""
        from rnn_tui.bench.grid import geometric_mean

        return geometric_mean(one.share(self.speeds) for one in self.shapes)


def measure(shapes: Sequence[Shape], seconds: float, with_peers: bool) -> Found:
    """Everything about these shapes, one after the other, on one core; it says where it is."""
    try:
        return _measure(shapes, seconds, with_peers)
    except KeyboardInterrupt:
        if FRAGILE & set(sys.modules):  # they were seen to crash the process that ends after it
            click.echo("stopped: nothing was measured to its end", err=True)
            os._exit(130)
        raise


def _measure(shapes: Sequence[Shape], seconds: float, with_peers: bool) -> Found:
    from rnn_tui.bench.limit import measure_speeds
    from rnn_tui.bench.machine import this_machine
    from rnn_tui.bench.network import measure_shape
    from rnn_tui.bench.one_core import one_core
    from rnn_tui.bench.peers import PEERS, Loaded, load_peers

    machine = this_machine(1)
    with one_core() as core, _progress() as tell:
        tell("loading what it is compared with")
        peers = load_peers() if with_peers else Loaded({}, ())
        speeds, found, begun = measure_speeds(), [], time.monotonic()
        for number, shape in enumerate(shapes):
            left = _time_left(number, len(shapes), time.monotonic() - begun, seconds)
            tell(f"measuring {name_of(shape)} ({number + 1} of {len(shapes)}), {left}")
            found.append(measure_shape(shape, peers.forms, seconds))
            speeds = speeds.or_better(measure_speeds())
    versions = {name: PEERS[name].version for name in peers.forms}
    failures = [f"{name_of(one.shape)}: {line}" for one in found for line in one.failures]
    notes = (*_chosen_kernels(), *peers.missing, *failures)
    return Found(machine, core, speeds, versions, tuple(found), notes)


def _chosen_kernels() -> Iterator[str]:
    """NumPy's products may be told to be those of another processor: up to half as fast."""
    if chosen := os.environ.get(KERNELS):
        yield f"{KERNELS}={chosen} is set: this is not how fast NumPy is here by itself"


def name_of(shape: Shape) -> str:
    """Its sizes."""
    return f"H {shape.hidden:,} · B {shape.batch:,} · T {shape.window:,}"


def facts(found: Found) -> dict[str, Any]:
    """Everything, for ``--json``; rates in characters a second, ratios of each round's rates."""
    return {
        "machine": asdict(found.machine),
        "core": found.core,
        "limit": asdict(found.speeds),
        "versions": found.versions,
        "shapes": [_facts_of(one, found) for one in found.shapes],
        "geometric_means": {
            "share_of_limit": found.mean_share,
            "over": {peer: found.mean_over(peer) for peer in found.peers},
        },
        "notes": list(found.notes),
    }


def _facts_of(one: Measured, found: Found) -> dict[str, Any]:
    return {
        **asdict(one.shape),
        "characters_per_second": round(one.rate),
        "limit": round(one.limit(found.speeds)),
        "share_of_limit": one.share(found.speeds),
        "over": {peer: one.over(peer) for peer in found.peers if peer in one.rounds},
        "forms": one.forms,
        "rounds": {name: [round(rate) for rate in rates] for name, rates in one.rounds.items()},
    }


def print_found(found: Found, plot: bool) -> None:
    """The table, and what it was measured on."""
    where = "" if found.core is None else f" · kept on core {found.core}"
    click.echo(visible_line(found.machine.line) + where)
    click.echo(found.speeds.line)
    vocabulary = found.shapes[0].shape.vocabulary
    known = {name: text for name, text in found.versions.items() if name in found.peers}
    peers = "".join(f" · {name} {text}" for name, text in known.items() if name != "loop")
    click.echo(f"V {vocabulary:,} · float32 · Adam, clipping by the norm{peers}\n")
    _print_table(found)
    if plot:
        click.echo()
        _print_plot(found)
    for note in found.notes:
        click.echo(visible_line(note), err=True)


def _print_table(found: Found) -> None:
    peers = [f"over {peer}" if peer != "loop" else "over the loop" for peer in found.peers]
    headings = (*SHAPE, "characters/s", "of the limit", *peers)
    rows = [
        (
            *(f"{size:,}" for size in (one.shape.hidden, one.shape.batch, one.shape.window)),
            f"{one.rate:,.0f}",
            f"{one.share(found.speeds):.0%}",
            *(_ratio(one.over(peer)) for peer in found.peers),
        )
        for one in found.shapes
    ]
    means = [_ratio(found.mean_over(peer)) for peer in found.peers]
    mean = ("", "", "", "geometric mean", f"{found.mean_share:.0%}", *means)
    print_table(headings, [*rows, mean] if len(rows) > 1 else rows, headings)


def _ratio(ratio: float | None) -> str:
    return NOTHING if ratio is None else f"{ratio:.2f}"


def _print_plot(found: Found) -> None:
    """The share of the limit of each shape as a bar, and a scale below."""
    from rnn_tui.tui.renderables.bars import bar

    names = [name_of(one.shape) for one in found.shapes]
    width = max(map(len, names))
    click.secho("share of the limit", bold=True)
    for name, one in zip(names, found.shapes, strict=True):
        share = one.share(found.speeds)
        click.echo(f"{name:{width}}  {bar(share, BAR_CELLS)} {share:.0%}")
    click.echo(f"{'':{width}}  0%{'100%':>{BAR_CELLS - 2}}")


def _time_left(done: int, shapes: int, elapsed: float, seconds: float) -> str:
    each = elapsed / done if done else seconds + OVERHEAD
    return f"about {each * (shapes - done):.0f} s left"


def _say_nothing(_: str) -> None:
    """Where nobody looks."""


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line on standard error that goes away, where that is a terminal.

    It is drawn between measurements only: nothing runs beside them.
    """
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield _say_nothing
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda words: live.update(Text(words, no_wrap=True), refresh=True)
