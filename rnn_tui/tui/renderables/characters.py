"""Which characters the terminal can be trusted with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len

ASCII_VARIABLE: Final = "RNN_TUI_ASCII"
"""The environment variable that asks for charts without braille and block characters."""

_PLAIN: Final = str.maketrans(
    {
        "│": "|", "┤": "+", "├": "+", "─": "-", "┬": "+", "┴": "+", "└": "+", "┼": "+",
        "┈": "-", "━": "=", "◀": "<", "▶": ">", "●": "O", "×": "x", "✗": "x", "−": "-",
        "◆": "s", "◇": "o", "△": "r", "▪": "e", "·": ".", "…": ".", "±": "~",
        "╭": "+", "╮": "+", "╰": "+", "╯": "+", "‖": "|", "✓": "+", "■": "#", "◌": "o",
        "▸": ">", "▏": "|", "↵": "$", "→": ">", "“": '"', "”": '"', "–": "-", "▫": "?",
        "►": ">", "▾": "v", "○": "o", "Σ": "S", "Δ": "d", "∞": "I", "⇒": ">", "←": "<", "↑": "^",
        "↓": "v", "◂": "<", "⏎": "$", "⊙": "*", "ᵀ": "'", "²": "^", "√": "V", "η": "n", "β": "b",
        "ε": "e", "μ": "m", "ρ": "r", "λ": "l", "≤": "<", "≥": ">", "≠": "#",
        "³": "3", "⁰": "0", "⁻": "-", "′": "'", "◦": "o", "—": "-",
    }
)  # fmt: skip


def plain_characters(environ: Mapping[str, str]) -> bool:
    """True where only ASCII should be drawn: asked for, or a locale that is not UTF-8.

    The interpreter's own output says nothing: it takes UTF-8 for a locale of ``C``. Where no locale
    is set at all, as in many containers, the terminal is trusted.
    """
    if environ.get(ASCII_VARIABLE, "") not in ("", "0"):
        return True
    names = (environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next(filter(None, names), "")
    return bool(locale) and "utf" not in locale.lower()


def plain(text: str) -> str:
    """The same text in ASCII, as wide as before."""
    if text.isascii():
        return text
    return _NOT_ASCII.sub(lambda found: "?" * cell_len(found[0]), text.translate(_PLAIN))


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
