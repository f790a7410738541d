"""``tensorboard``: old trainings, as TensorBoard kept them, become runs."""

from __future__ import annotations

import os
from pathlib import Path

import click

from rnn_tui.cli.options import runs_option
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.visible import visible_line


@click.command()
@click.argument("folder", type=click.Path())
@runs_option
def tensorboard(folder: str, runs: str | None) -> None:
    """Make runs of the scalars in TensorBoard's event files in FOLDER and below it.

    Each folder that holds event files becomes a run, which can be looked at and compared like the
    others. Again with the same FOLDER it brings these runs up to date. What is damaged is left out
    and told; the event files stay as they are.

    Needs pip install 'rnn-tui[tensorboard]'.
    """
    from rnn_tui.runs.tensorboard import bring_in

    for brought in bring_in(Path(folder), runs_folder(runs, os.environ)):
        source = visible_line(str(brought.source))
        if brought.run is None:
            click.echo(f"no scalars in {source}")
        else:
            counted = f"{brought.series:,} series, {brought.points:,} values"
            click.echo(f"run {brought.run.name}: {counted} from {source}")
        for line in brought.wrong:
            click.echo(visible_line(line), err=True)
