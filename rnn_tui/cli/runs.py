"""``runs``: a table of the runs that there are."""

from __future__ import annotations

import math
import os

import click

from rnn_tui.cli.options import runs_option
from rnn_tui.runs.directory import runs_folder
from rnn_tui.runs.listing import RunSummary, list_runs
from rnn_tui.text.visible import visible_line


@click.command()
@runs_option
def runs(runs: str | None) -> None:
    """List the runs, the newest first."""
    folder = runs_folder(runs, os.environ)
    found = list_runs(folder)
    if not found:
        click.echo(f"no runs in {visible_line(str(folder))}: rnn-tui starts one")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("run", "state", "step", "loss", "held out", "text", "size", "updated"):
        right = heading in {"step", "loss", "held out", "size"}
        table.add_column(heading, justify="right" if right else "left")
    for summary in found:
        table.add_row(*(Text(cell) for cell in _row(summary)))
        if summary.reason:
            table.add_row("", Text(visible_line(summary.reason)))
    Console(soft_wrap=True).print(table)


def _row(summary: RunSummary) -> list[str]:
    return [
        summary.name,
        summary.state,
        f"{summary.step:,}",
        _nats(summary.loss),
        _nats(summary.held_out),
        visible_line(summary.text),
        f"{summary.size / 1e6:,.1f} MB",
        summary.updated.replace("T", " ")[:16],
    ]


def _nats(loss: float | None) -> str:
    return "–" if loss is None or math.isnan(loss) else f"{loss:.3f}"
