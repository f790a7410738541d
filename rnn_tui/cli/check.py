"""``check``: the backward pass against the complex-step derivative, as a table."""

from __future__ import annotations

import os
from typing import Any

import click


@click.command()
@click.option("--cell", type=click.Choice(["tanh", "relu"]), default="tanh", show_default=True)
@click.option("--hidden", type=click.IntRange(1, 64), default=8, show_default=True, metavar="N")
@click.option("--layers", type=click.IntRange(1, 8), default=2, show_default=True, metavar="N")
@click.option("--window", type=click.IntRange(1, 64), default=9, show_default=True, metavar="N")
@click.option("--batch", type=click.IntRange(1, 16), default=3, show_default=True, metavar="N")
@click.option("--symbols", type=click.IntRange(2, 64), default=5, show_default=True, metavar="N")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="N")
def check(**sizes: Any) -> int:
    """Check every gradient of a random network against its complex-step derivative.

    Exit status 0 when every element of every parameter and of the initial state agrees, else 1.
    """
    from rnn_tui.training.client import ONE_THREAD

    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    return _check(**sizes)


def _check(
    cell: str, hidden: int, layers: int, window: int, batch: int, symbols: int, seed: int
) -> int:
    import numpy as np

    from rnn_tui.core.gradcheck import check_gradients
    from rnn_tui.core.initialization import initialize
    from rnn_tui.core.parameters import Architecture

    rng = np.random.default_rng(seed)
    architecture = Architecture(symbols, hidden, layers, symbols, cell)
    _, params = initialize(architecture, "uniform", rng, np.float64)
    for value in params.values():
        value += 0.1 * rng.standard_normal(value.shape)  # biases too are to be worth a check
    inputs = rng.integers(symbols, size=(window, batch))
    targets = rng.integers(symbols, size=(window, batch))
    state = tuple(0.5 * rng.standard_normal((batch, hidden)) for _ in range(layers))
    results = check_gradients(params, inputs, targets, state, cell)
    _print_table(results)
    return 0 if all(result.passed for result in results) else 1


def _print_table(results: Any) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("gradient of", "shape", "elements"):
        table.add_column(heading)
    for heading in ("greatest relative error", "at", "backward pass", "complex step", "verdict"):
        table.add_column(heading, justify="right")
    for result in results:
        cells = (
            result.name,
            "x".join(map(str, result.shape)),
            str(result.checked),
            f"{result.max_relative_error:.1e}",
            str(list(result.worst_index)),
            f"{result.backward_value:+.9e}",
            f"{result.derivative:+.9e}",
            "agrees" if result.passed else "WRONG",
        )
        table.add_row(*map(Text, cells))
    Console(soft_wrap=True).print(table)
