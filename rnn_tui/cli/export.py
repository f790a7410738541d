"""``export``: the network of a run as a file for another program."""

from __future__ import annotations

import os

import click

from rnn_tui.cli.completion import completes_run
from rnn_tui.cli.options import runs_option
from rnn_tui.cli.stored import stored_weights
from rnn_tui.runs.directory import open_run
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.visible import visible_line
from rnn_tui.training.starting import ONE_THREAD


@click.command()
@click.argument("run", shell_complete=completes_run())
@click.option(
    "--to",
    type=click.Choice(["pytorch"]),
    default="pytorch",
    expose_value=False,
    help="for which program",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(), help="[RUN-STEP.safetensors, here]"
)
@click.option(
    "--at",
    type=click.IntRange(min=0),
    metavar="STEP",
    help="the network after this step of training  [the last checkpoint]",
)
@click.option("--force", is_flag=True, help="replace FILE if there is one")
@runs_option
def export(run: str, output: str | None, at: int | None, force: bool, runs: str | None) -> None:
    """Write the network of RUN as a file that PyTorch loads, and say how.

    It is a state dict in the safetensors format, which cannot execute anything: nn.RNN and
    nn.Linear load it strictly. Its metadata has the symbols in the order of their numbers.

    \b
    rnn.weight_ih_l{k}, rnn.weight_hh_l{k}   W_xh, W_hh of layer k, transposed
    rnn.bias_ih_l{k}                         b_h of layer k; rnn.bias_hh_l{k} is zeros
    fc.weight, fc.bias                       W_hy, transposed; b_y

    rnn-tui import reads it back, to the last bit.
    """
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is loaded
    weights = stored_weights(open_run(runs_folder(runs, os.environ), run), at)
    from rnn_tui.runs.exchange import loading_lines, to_file
    from rnn_tui.runs.outside import file_path, write_outside

    name = f"{weights.name}-{weights.step}.safetensors" if output is None else output
    if name == "-":
        raise ConfigError("the network is no text for a terminal: name a file after -o")
    path = file_path(name)
    data = to_file(weights.params, weights.vocabulary, weights.cell, weights.name, weights.step)
    write_outside(path, data, replace=force)
    size = f"{len(data):,} bytes"
    click.echo(f"{visible_line(weights.title)}: {visible_line(str(path))}, {size}. In PyTorch:")
    for line in loading_lines(str(path), weights.params, weights.cell):
        click.echo(line)
