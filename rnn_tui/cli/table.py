"""A table as lines of text: aligned, never wrapped, and the same in a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import click


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str] = ()
) -> None:
    """Print ``rows`` below ``headings``; the columns named in ``right`` are numbers."""
    from rich.cells import cell_len  # wide characters take two cells

    widths = [max(map(cell_len, column)) for column in zip(headings, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = []
        for cell, width, heading in zip(cells, widths, headings, strict=True):
            gap = " " * (width - cell_len(cell))
            padded.append(gap + cell if heading in right else cell + gap)
        return "  ".join(padded).rstrip()

    click.secho(line(headings), bold=True)
    for cells in rows:
        click.echo(line(cells))
