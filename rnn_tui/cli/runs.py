"""``runs``: the runs that there are, as a table, as JSON, or on a screen of their own."""

from __future__ import annotations

import math
import os
from pathlib import Path

import click

from rnn_tui.cli.app import require_terminal, watch_run
from rnn_tui.cli.options import runs_option
from rnn_tui.cli.table import print_table
from rnn_tui.runs.compared_files import as_lines, run_records
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError, RunError
from rnn_tui.runs.glances import Glance, Glances
from rnn_tui.runs.listing import RunSummary, summarize
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.visible import visible_line
from rnn_tui.training.starting import ONE_THREAD

HEADINGS = ("run", "state", "step", "loss", "held out", "text", "size", "updated")
RIGHT = {"step", "loss", "held out", "size"}
UNKNOWN = "–"
LONGEST_TEXT = 24


@click.command()
@click.option("--screen", is_flag=True, help="open a screen to compare, tag, rename, delete them")
@click.option("--json", "as_json", is_flag=True, help="print JSON, one run a line")
@runs_option
def runs(runs: str | None, screen: bool, as_json: bool) -> int:
    """List the runs, the newest first: losses in nats per character, times in UTC.

    With --screen they can be compared: their losses over each other, and the settings they differ
    in; there they are tagged, renamed, deleted, exported and opened, too.
    """
    if screen and as_json:
        raise ConfigError("--screen and --json exclude each other: choose one")
    folder = runs_folder(runs, os.environ)
    if screen:
        return _on_screen(folder)
    if as_json:
        click.echo(as_lines(run_records(Glances(folder).look())), nl=False)
    else:
        _print(folder)
    return 0


def _on_screen(folder: Path) -> int:
    """Open the list, then the run that was chosen in it."""
    require_terminal("rnn-tui runs")
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is loaded
    from rnn_tui.tui.runs_app import open_runs

    status, chosen = open_runs(folder, _refused)
    return watch_run(chosen, None) if chosen is not None else status


def _refused(run: RunDirectory) -> str:
    """Return why the app cannot show a run; empty where it can, live or as it was left."""
    try:
        if run.facts().kind == "trained":
            run.config()
    except RunError as error:
        return str(error)
    return summarize(run).reason


def _print(folder: Path) -> None:
    found = Glances(folder).look()
    if not found:
        click.echo(f"no runs in {visible_line(str(folder))}: rnn-tui starts one")
        return
    print_table(HEADINGS, [_row(glance) for glance in found], RIGHT)
    for glance in found:
        if reason := glance.summary.reason:
            click.echo(f"{visible_line(glance.name)} is broken: {visible_line(reason)}")


def _row(glance: Glance) -> list[str]:
    summary, name = glance.summary, visible_line(glance.name)
    if summary.state == "broken":
        return [name, summary.state, *[UNKNOWN] * 4, _size(summary), _time(summary)]
    return [
        name,
        glance.state,
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
