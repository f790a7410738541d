"""What the app in a terminal came to, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from rnn_tui.cli.table import print_table
from rnn_tui.text.visible import visible_line


def show_screen(
    hidden: int | None, batch: int | None, window: int | None, seconds: float | None, json_: bool
) -> None:
    """Measure the app while a network of these sizes is trained; None: as it comes."""
    from rnn_tui.bench.machine import this_machine
    from rnn_tui.bench.screen import SECONDS, Sizes, measure_screen

    machine = this_machine(1)
    given = {"hidden": hidden, "batch": batch, "window": window}
    sizes = Sizes(**{name: size for name, size in given.items() if size})
    report = measure_screen(seconds or SECONDS, sizes)
    if json_:
        facts = {"machine": asdict(machine), "screen": report.facts()}
        click.echo(json.dumps(facts, allow_nan=False))
        return
    click.echo(visible_line(machine.line))
    click.echo(
        f"H {report.hidden:,} · B {report.batch:,} · T {report.window:,} · "
        f"{report.columns} x {report.rows_of_screen} cells\n"
    )
    print_table(("screen", "measured", "aim"), report.rows(), {"measured"})
    for note in report.notes:
        click.echo(visible_line(note), err=True)
