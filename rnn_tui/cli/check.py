"""``check``: the backward pass against the complex-step derivative, as a table."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from rnn_tui.cli.table import print_table

CELLS = ["tanh", "relu"]


def _size(
    name: str, least: int, most: int | None, default: int, text: str
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    return click.option(
        f"--{name}",
        type=click.IntRange(least, most),
        default=default,
        show_default=True,
        metavar="N",
        help=text,
    )


@click.command()
@click.option(
    "--cell", type=click.Choice(CELLS), default="tanh", show_default=True, help="activation"
)
@_size("hidden", 1, 64, 8, "hidden units in each layer")
@_size("layers", 1, 8, 2, "layers")
@_size("window", 1, 64, 9, "time steps")
@_size("batch", 1, 16, 3, "streams side by side")
@_size("symbols", 2, 64, 5, "distinct symbols")
@_size("seed", 0, None, 1, "of the network and its text")
def check(**sizes: Any) -> int:
    """Check every gradient of a random network against its complex-step derivative.

    Each line is a parameter, or the initial state of a layer: the element where the two differ
    most, and what both say of it. Exit status 0 when all agree to a relative error of 1e-10, and 1
    when not. Elements below a thousandth of the largest in their array are compared with that
    thousandth, for rounding has taken their digits.
    """
    from rnn_tui.training.starting import ONE_THREAD

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
    results = list(check_gradients(params, inputs, targets, state, cell))
    _print_table(results)
    return 0 if all(result.passed for result in results) else 1


def _print_table(results: Any) -> None:
    headings = ("gradient of", "shape", "error", "at", "backward pass", "complex step", "verdict")
    rows = [
        (
            result.name,
            "x".join(map(str, result.shape)),
            f"{result.max_relative_error:.1e}",
            ",".join(map(str, result.worst_index)),
            f"{result.backward_value:+.6e}",
            f"{result.derivative:+.6e}",
            "agrees" if result.passed else "WRONG",
        )
        for result in results
    ]
    print_table(headings, rows, {"error", "backward pass", "complex step"})
    wrong = sum(not result.passed for result in results)
    click.echo(
        f"{wrong} of {len(results)} gradients are wrong."
        if wrong
        else f"All {len(results)} gradients agree; the error is the greatest relative one."
    )
