"""What leaves the screen: a text, a table, or a picture, in a file or on the clipboard."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from rich.cells import cell_len
from textual.app import App

from rnn_tui.runs.atomic import DISK, Storage
from rnn_tui.runs.errors import StorageError
from rnn_tui.text.visible import visible_line

Kind: TypeAlias = Literal["text", "table", "picture"]

SUFFIXES: Final[Mapping[Kind, str]] = {"text": ".txt", "table": ".csv", "picture": ".svg"}
"""How the name of a file of each kind ends."""


class Saving(NamedTuple):
    """What is to be saved, and where; ``path`` comes from ``file_path``."""

    kind: Kind
    path: Path


def save(saving: Saving, makers: Mapping[Kind, Callable[[], str]]) -> str:
    """Make what is to be saved, and write it; one line that says so.

    Raises StorageError, one line, when it cannot be written: what was there before is still there.
    """
    size = write(saving.path, makers[saving.kind]())
    return f"{saving.kind} saved: {visible_line(str(saving.path))}, {size:,} bytes"


def write(path: Path, content: str, storage: Storage = DISK) -> int:
    """Put ``content``, in UTF-8, into a file, whole or not at all: the bytes that it has.

    It is written beside it first. The folder is anybody's, so nothing else in it is touched, and a
    link stays one. Raises StorageError, one line.
    """
    data, target = encodable(content).encode(), Path(os.path.realpath(path))
    partial = target.with_name(f".{secrets.token_hex(8)}.rnn-tui-saving")
    try:
        _write_through(partial, target, data, storage)
    except OSError as error:
        raise _error(path, error) from error
    return len(data)


def copy(app: App[Any], text: str) -> str:
    """Hand a text to the terminal's clipboard (OSC 52); one line that says so."""
    app.copy_to_clipboard(encodable(text))
    return f"{len(text):,} characters copied, if the terminal allows it"


def encodable(text: str) -> str:
    """The text with U+FFFD for lone surrogates: UTF-8 has no bytes for them."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def file_path(typed: str) -> Path:
    """The file that somebody named: absolute, with ``~`` for a home folder.

    Raises StorageError, one line, where no file can be written: blank, a folder, something that is
    no file, in a folder that does not exist or does not allow it.
    """
    if not typed.strip():
        raise StorageError("the file needs a name")
    path = Path(typed.strip())
    try:
        path = path.expanduser().absolute()
        _require_writable(path)
    except RuntimeError as error:
        raise _refusal(path, "there is no such home folder", "choose another one") from error
    except ValueError as error:
        raise _refusal(path, "no name has such characters", "choose another one") from error
    except OSError as error:
        raise _error(path, error) from error
    return path


def _require_writable(path: Path) -> None:
    """Raise the OSError that writing would end in, as far as can be said before."""
    folder, code = path.parent, 0
    if not stat.S_ISDIR(folder.stat().st_mode):
        code = errno.ENOTDIR
    elif not os.access(folder, os.W_OK | os.X_OK):
        code = errno.EACCES
    with contextlib.suppress(FileNotFoundError):
        mode = path.stat().st_mode
        code = errno.EISDIR if stat.S_ISDIR(mode) else code
        code = code if stat.S_ISREG(mode) or code else errno.EEXIST
    if code:
        raise OSError(code, os.strerror(code))


def _write_through(partial: Path, target: Path, data: bytes, storage: Storage) -> None:
    descriptor = storage.open(partial)
    try:
        try:
            storage.write(descriptor, data)
            storage.fsync(descriptor)
        finally:
            storage.close(descriptor)
        storage.rename(partial, target)
    except BaseException:
        with contextlib.suppress(OSError):
            storage.remove(partial)
        raise


_ADVICE: Final[Mapping[int, tuple[str, str]]] = {
    errno.ENOENT: ("the folder does not exist", "make it, or choose another one"),
    errno.ENOTDIR: ("a part of the path is no folder", "choose another one"),
    errno.EISDIR: ("it is a folder", "add a name for the file"),
    errno.EEXIST: ("it is no file", "choose another name"),
    errno.EACCES: ("no permission to write there", "choose another folder"),
    errno.EPERM: ("no permission to write there", "choose another folder"),
    errno.EROFS: ("nothing can be written there", "choose another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.ENOSPC: ("the disk is full", "free some space, or choose another one"),
    errno.EDQUOT: ("the quota is used up", "free some of it, or choose another disk"),
}


def _error(path: Path, error: OSError) -> StorageError:
    unknown = error.strerror or str(error), "choose another place"
    return _refusal(path, *_ADVICE.get(error.errno or 0, unknown), error.errno)


def _refusal(path: Path, why: str, advice: str, code: int | None = None) -> StorageError:
    """What failed, where, and what to do next."""
    return StorageError(f"cannot save {visible_line(str(path))}: {why}: {advice}", code)


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
