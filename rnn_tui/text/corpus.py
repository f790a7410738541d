"""What is trained on: bytes, read once, checked and hashed.

Nothing here needs NumPy: a text that cannot be used is refused before anything slow is loaded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, TypeAlias

from rnn_tui.text.builtin import BUILTIN, DEFAULT
from rnn_tui.text.decoding import Errors, require_few_symbols, utf8
from rnn_tui.text.errors import CorpusError
from rnn_tui.text.files import TextFile, read_files

__all__ = ["Corpus", "CorpusError", "Errors", "SymbolKind", "load_builtin", "load_paths"]

SymbolKind: TypeAlias = Literal["character", "byte"]
"""What the network reads and predicts one at a time."""

_NO_FIRST = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that do not begin a character."""


@dataclass(frozen=True)
class Corpus:
    """A text that can be trained on: at least two symbols."""

    name: str
    """What people call it; show it through ``visible_line``."""
    text: bytes = field(repr=False)
    """What is trained on, exactly: UTF-8, or any bytes when the symbols are bytes."""
    sha256: str
    """The digest of ``text``, in hexadecimal."""
    sources: tuple[str, ...]
    """Absolute paths, ``-`` for standard input, or the name of the built-in corpus; UTF-8 can
    hold them."""
    symbols: SymbolKind = "character"

    @property
    def characters(self) -> str:
        """The text as a string; bytes that are not UTF-8 become U+FFFD."""
        return self.text.decode("utf-8", "replace")

    @property
    def length(self) -> int:
        """How many symbols the text has."""
        return len(self.text if self.symbols == "byte" else self.text.translate(None, _NO_FIRST))


def load_paths(
    paths: Sequence[str],
    *,
    pattern: str | None = None,
    errors: Errors = "strict",
    symbols: SymbolKind = "character",
    stdin: BinaryIO | None = None,
) -> Corpus:
    """Read files, directories and ``-`` (``stdin``, binary) into one corpus.

    ``pattern`` chooses among the files of a directory (see ``files.text_files``). With bytes as
    symbols, files are taken as they are; otherwise they must be UTF-8 (see ``decoding.utf8``).
    Line ends are kept as they are; a file that does not end its last line gets a line break when
    another follows. Everything that is wrong raises CorpusError.
    """
    if not paths:
        raise CorpusError("no text is named: give files, directories, or - for standard input")
    files = list(read_files(paths, pattern, stdin))
    if symbols == "character":
        files = [TextFile(file.name, utf8(file.data, file.name, errors)) for file in files]
    sources = tuple(_source(file.name) for file in files)
    return _corpus(_name(paths), _joined([file.data for file in files]), sources, symbols)


def load_builtin(name: str = DEFAULT, *, symbols: SymbolKind = "character") -> Corpus:
    """Return a corpus that needs no file; CorpusError for an unknown or unavailable one."""
    if name not in BUILTIN:
        raise CorpusError(f"there is no corpus of that name: --corpus takes {', '.join(BUILTIN)}")
    return _corpus(name, BUILTIN[name].make().encode(), (name,), symbols)


def _corpus(name: str, text: bytes, sources: tuple[str, ...], symbols: SymbolKind) -> Corpus:
    corpus = Corpus(name, text, hashlib.sha256(text).hexdigest(), sources, symbols)
    if len(text) < 2 or (len(text) <= 4 and corpus.length < 2):
        raise CorpusError("the text has fewer than two symbols: there is nothing to predict")
    if symbols == "character":
        require_few_symbols(text)
    return corpus


def _joined(parts: list[bytes]) -> bytes:
    """Put files one after another, each but the last ending its line."""
    *others, last = parts or [b""]
    return b"".join(part if part.endswith(b"\n") else part + b"\n" for part in others) + last


def _name(paths: Sequence[str]) -> str:
    first = "stdin" if paths[0] == "-" else os.path.basename(os.path.abspath(paths[0])) or "/"
    first = _storable(first)
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def _source(path: str) -> str:
    return path if path == "-" else _storable(os.path.abspath(path))


def _storable(name: str) -> str:
    """Spell out what UTF-8 cannot hold: bytes of a file name that were not text."""
    return name.encode("utf-8", "backslashreplace").decode()
