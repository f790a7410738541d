"""A command group where what is not a command is a text to open."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from rnn_tui.cli.commands import PLACES


class OpensTexts(click.Group):
    """``rnn-tui novel.txt --hidden 64`` is ``rnn-tui open novel.txt --hidden 64``.

    A first word that is neither a command nor an option of the group begins the default command.
    A text that is called like a command is reached as ``./train`` or with ``open``. A command is
    loaded when it is called for: all of them take longer than the app takes to begin.
    """

    def __init__(self, *args: Any, default: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.default = default
        self.no_args_is_help = False

    def list_commands(self, _: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(PLACES)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name, None if there is none."""
        return self.command_of(cmd_name) if cmd_name in PLACES else None

    def command_of(self, name: str) -> click.Command:
        """One of our commands."""
        if name not in self.commands:
            place = PLACES[name]
            command = getattr(import_module(f"rnn_tui.cli.{place.module}"), place.attribute)
            command.short_help = place.does or None
            self.commands[name] = command
        return self.commands[name]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What each command does, in few words."""
        with formatter.section("Commands"):
            listed = [(name, PLACES[name].does) for name in self.list_commands(ctx)]
            formatter.write_dl([(name, does) for name, does in listed if does])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front where no command is named."""
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        first = args[0] if args else ""
        if not args and ctx.resilient_parsing:
            return super().parse_args(ctx, args)  # a shell asks what the first word may be
        if first not in own and first not in PLACES:
            self._refuse_misspelt(ctx, first)
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def _refuse_misspelt(self, ctx: click.Context, word: str) -> None:
        """Complain of a word that is no file, and nearly a command."""
        import difflib

        commands = [name for name, place in PLACES.items() if place.does]
        near = difflib.get_close_matches(word, commands, 1, 0.7)
        a_word = not word.startswith("-")
        if near and a_word and not ctx.resilient_parsing and not os.path.lexists(word):
            raise click.UsageError(
                f"{word} is neither a file nor a command: did you mean {near[0]}?"
            )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What the first word may be: a command, an option of the default one, or a file."""
        found = super().shell_complete(ctx, incomplete)
        default = self.command_of(self.default)
        if incomplete.startswith("-"):
            return found + default.shell_complete(ctx, incomplete)
        return found or click.Path().shell_complete(ctx, default.params[0], incomplete)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to call it."""
        formatter.write_usage(ctx.command_path, "[TEXT ...] [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS ...]")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, then the options of a run, which belong to the default command."""
        self.format_commands(ctx, formatter)
        default = self.command_of(self.default)
        with click.Context(default, info_name=self.default, parent=ctx) as inner:
            default.format_options(inner, formatter)
        version = [parameter for parameter in self.get_params(ctx) if "--version" in parameter.opts]
        with formatter.section("About"):
            formatter.write_dl([record for p in version if (record := p.get_help_record(ctx))])
