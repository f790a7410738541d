"""The help of the stepper: its keys, the commands in words, and the terms of the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from rnn_tui.core.flow import DEFINITIONS
from rnn_tui.stepping.commands import COMMANDS
from rnn_tui.stepping.explanations import GLOSSARY
from rnn_tui.tui.screens.help import keys_of
from rnn_tui.tui.screens.help_page import HelpPage


class StepperHelp(HelpPage):
    """All of it on one long page."""

    def __init__(self, screen: Screen[Any]) -> None:
        commands = [(command.usage, command.does) for command in COMMANDS.values()]
        parts: list[tuple[str, Sequence[tuple[str, str]]]] = [
            ("keys", keys_of(screen)),
            ("commands, after : and in scripts", commands),
            ("what the words mean", list(GLOSSARY.items())),
            ("the flow of the gradient", list(DEFINITIONS.items())),
        ]
        super().__init__("help", parts, wide=True)
