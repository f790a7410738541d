"""``runs``: a table of the runs that there are."""

from __future__ import annotations

import math
import os

import click

from rnn_tui.cli.options import runs_option
from rnn_tui.cli.table import print_table
from rnn_tui.runs.listing import RunSummary, list_runs
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.visible import visible_line

HEADINGS = ("run", "state", "step", "loss", "held out", "text", "size", "updated")
RIGHT = {"step", "loss", "held out", "size"}
UNKNOWN = "–"
LONGEST_TEXT = 24


@click.command(short_help="List the runs, the newest first.")
@runs_option
def runs(runs: str | None) -> None:
    """List the runs, the newest first: losses in nats per character, times in UTC."""
    folder = runs_folder(runs, os.environ)
    found = list_runs(folder)
    if not found:
        click.echo(f"no runs in {visible_line(str(folder))}: rnn-tui starts one")
        return
    print_table(HEADINGS, [_row(summary) for summary in found], RIGHT)
    for summary in found:
        if summary.reason:
            click.echo(f"{visible_line(summary.name)} is broken: {visible_line(summary.reason)}")


def _row(summary: RunSummary) -> list[str]:
    name = visible_line(summary.name)
    if summary.state == "broken":
        return [name, summary.state, *[UNKNOWN] * 4, _size(summary), _time(summary)]
    return [
        name,
        summary.state,
        f"{summary.step:,}",
        _nats(summary.loss),
        _nats(summary.held_out),
        _short(visible_line(summary.text)),
        _size(summary),
        _time(summary),
    ]


def _size(summary: RunSummary) -> str:
    return f"{summary.size / 1e6:,.1f} MB"


def _time(summary: RunSummary) -> str:
    return summary.updated.replace("T", " ")[:16] if summary.size else UNKNOWN


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _nats(loss: float | None) -> str:
    return UNKNOWN if loss is None or math.isnan(loss) else f"{loss:.3f}"
