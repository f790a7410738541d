"""The help of the sampler: its keys, the commands in words, and what is measured."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_tui.sampling.commands import COMMANDS
from rnn_tui.sampling.glossary import GLOSSARY
from rnn_tui.tui.screens.help import Key
from rnn_tui.tui.screens.help_page import HelpPage

PROMPT_KEYS = (
    ("enter", "write: begin a text behind the prompt"),
    ("ctrl+j", "a new line (alt+enter and shift+enter, where the terminal tells them apart)"),
    ("ctrl+g", "read the prompt behind the text that is there, and go on"),
    ("F2", "score the prompt: draw nothing"),
    ("up, down", "earlier and later prompts, from the first and the last line"),
    ("esc", "leave the prompt"),
)


class SamplerHelp(HelpPage):
    """All of it on one long page."""

    def __init__(self, keys: Sequence[Key]) -> None:
        commands = [(command.usage, command.does) for command in COMMANDS.values()]
        parts: list[tuple[str, Sequence[tuple[str, str]]]] = [
            ("keys", keys),
            ("in the prompt", PROMPT_KEYS),
            ("commands, after :", commands),
            ("what the words mean", list(GLOSSARY.items())),
        ]
        super().__init__("help", parts, wide=True)
