"""Which characters the terminal can be trusted with."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

ASCII_VARIABLE: Final = "RNN_TUI_ASCII"
"""The environment variable that asks for charts without braille and block characters."""

_PLAIN: Final = str.maketrans(
    {
        "│": "|", "┤": "+", "├": "+", "─": "-", "┬": "+", "┴": "+", "└": "+", "┼": "+",
        "┈": "-", "━": "=", "◀": "<", "▶": ">", "●": "O", "×": "x", "✗": "x", "−": "-",
        "◆": "s", "◇": "o", "△": "r", "▪": "e", "·": ".", "…": "~", "±": "+",
    }
)  # fmt: skip


def plain_characters(environ: Mapping[str, str], encoding: str | None = None) -> bool:
    """True where only ASCII should be drawn: asked for, or an output that is not Unicode."""
    if environ.get(ASCII_VARIABLE, "") not in ("", "0"):
        return True
    name = encoding if encoding is not None else getattr(sys.__stdout__, "encoding", None)
    return not (name or "utf-8").lower().replace("_", "-").startswith("utf")


def plain(text: str) -> str:
    """The same text with ASCII in the place of each character of the charts; same length."""
    return text.translate(_PLAIN)
