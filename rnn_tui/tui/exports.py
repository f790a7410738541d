"""What leaves the screen: a text, a table, or a picture, in a file or on the clipboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from rich.cells import cell_len
from textual.app import App

from rnn_tui.runs.atomic import DISK, Storage
from rnn_tui.runs.outside import write_outside
from rnn_tui.text.visible import visible_line

Kind: TypeAlias = Literal["text", "table", "lines", "picture"]

SUFFIXES: Final[Mapping[Kind, str]] = {
    "text": ".txt",
    "table": ".csv",
    "lines": ".jsonl",
    "picture": ".svg",
}
"""How the name of a file of each kind ends."""


class Saving(NamedTuple):
    """What is to be saved, and where; ``path`` comes from ``file_path``."""

    kind: Kind
    path: Path


def save(saving: Saving, makers: Mapping[Kind, Callable[[], str | bytes]]) -> str:
    """Make what is to be saved, and write it; one line that says so.

    Raises StorageError, one line, when it cannot be written: what was there before is still there.
    """
    size = write(saving.path, makers[saving.kind]())
    return f"{saving.kind} saved: {visible_line(str(saving.path))}, {size:,} bytes"


def write(path: Path, content: str | bytes, storage: Storage = DISK) -> int:
    """Put ``content``, a text in UTF-8, into a file, whole or not at all: how many bytes it has.

    Raises StorageError, one line.
    """
    data = content if isinstance(content, bytes) else encodable(content).encode()
    write_outside(path, data, storage)
    return len(data)


def copy(app: App[Any], text: str) -> str:
    """Hand a text to the terminal's clipboard (OSC 52); one line that says so."""
    app.copy_to_clipboard(encodable(text))
    return f"{len(text):,} characters copied, if the terminal allows it"


def encodable(text: str) -> str:
    """The text with U+FFFD for lone surrogates: UTF-8 has no bytes for them."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def screenshot(app: App[Any], title: str = "rnn-tui") -> str:
    """The screen as SVG, for programs that know no web fonts and skip spaces, too."""
    picture = _EXTERNAL_FONT.sub("", app.export_screenshot(title=title))
    return _SPACED.sub(_without_spaces, picture)


_SPACED: Final = re.compile(
    r'x="(?P<x>[\d.]+)"(?P<y> y="[\d.]+" )textLength="(?P<length>[\d.]+)"(?P<rest>[^>]*)'
    r">(?P<text>[^<]*)<"
)
"""A text of a picture, with the place of its first cell and its length."""

_SPACE: Final = "\xa0"

_EXTERNAL_FONT: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""A picture asks nobody for a font."""


def _without_spaces(found: re.Match[str]) -> str:
    """The same text where its first letter stands: some programs skip the spaces before it."""
    text = unescape(found["text"])
    kept = text.strip(_SPACE)
    if not kept:
        return found[0]
    cell = float(found["length"]) / len(text)  # as if no character were wide
    x = float(found["x"]) + cell * (len(text) - len(text.lstrip(_SPACE)))
    length, escaped = cell * cell_len(kept), escape(kept).replace(_SPACE, "&#160;")
    return f'x="{x:.1f}"{found["y"]}textLength="{length:.1f}"{found["rest"]}>{escaped}<'
