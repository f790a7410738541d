"""``completion``: the script that teaches a shell the commands and options."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

import click
from click.shell_completion import CompletionItem, get_completion_class

from rnn_tui.runs.directory import RunDirectory, run_folders
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.builtin import BUILTIN

Completion = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
"""What click asks for the words that an argument or an option may become."""

HOW = {
    "bash": 'eval "$(rnn-tui completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(rnn-tui completion zsh)"   in ~/.zshrc',
    "fish": "rnn-tui completion fish | source   in ~/.config/fish/config.fish",
}


@click.command(epilog="\b\n" + "\n".join(HOW.values()))
@click.argument("shell", type=click.Choice(list(HOW)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete commands and options.

    Put the line for your shell into the file that it names:
    """
    made_for = get_completion_class(shell)
    if made_for is None:
        raise click.UsageError(f"there is no completion for {shell}")
    script = made_for(ctx.find_root().command, {}, "rnn-tui", "_RNN_TUI_COMPLETE")
    click.echo(script.source())


def complete_corpus(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The built-in corpora, with what they are."""
    return [
        CompletionItem(name, help=corpus.description)
        for name, corpus in BUILTIN.items()
        if name.startswith(begun)
    ]


def completes_run(wanted: Callable[[RunDirectory], bool] = lambda _: True) -> Completion:
    """The names of the runs that are wanted; folders where a path was begun."""

    def complete(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
        if "/" in begun:
            return [CompletionItem(begun, type="dir")]
        with contextlib.suppress(RunError, OSError):  # a shell that asks is told nothing else
            runs = run_folders(runs_folder(ctx.params.get("runs"), os.environ))
            found = [run.name for run in runs if run.name.startswith(begun) and wanted(run)]
            return [CompletionItem(name) for name in sorted(found)]
        return []

    return complete
