"""``completion``: the script that teaches a shell the commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

HOW = {
    "bash": 'eval "$(rnn-tui completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(rnn-tui completion zsh)"   in ~/.zshrc',
    "fish": "rnn-tui completion fish | source   in ~/.config/fish/config.fish",
}


@click.command(
    short_help="Print what makes a shell complete commands and options.",
    epilog="\b\n" + "\n".join(HOW.values()),
)
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
