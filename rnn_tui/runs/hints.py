"""How to go on with a run: commands that work when they are pasted."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_tui.runs.errors import RunError
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.visible import visible_line

if TYPE_CHECKING:
    from rnn_tui.runs.directory import RunDirectory


def command(verb: str, directory: RunDirectory, steps: int | None = None) -> str:
    """Return the command that does ``verb`` (resume, attach) with a run, for any POSIX-like shell.

    ``--runs`` is in it exactly when the run does not lie where it is looked for in the present
    environment. ``steps`` is until where to train; None: as the run's configuration says. Nothing
    in it can act on a terminal.
    """
    return command_at(verb, directory.path, steps)


def command_at(verb: str, run: Path, steps: int | None = None) -> str:
    """The same for the run in the folder ``run``."""
    if run.name.startswith("-"):  # it would be taken for an option, its path is not
        words = ["rnn-tui", verb, _quoted(str(run.absolute()))]
    else:
        words = ["rnn-tui", verb, _quoted(run.name)]
        if not _is_usual(run.parent):
            words += ["--runs", _quoted(str(run.parent))]
    if steps is not None:
        words += ["--steps", str(steps)]
    return " ".join(words)


def _is_usual(folder: Path) -> bool:
    try:
        return folder == runs_folder(None, os.environ)
    except RunError:  # a configuration file that is wrong says nothing
        return False


def _quoted(word: str) -> str:
    """Return a word as a shell reads it; what may not be shown is written as $'\\x1b'."""
    if visible_line(word) == word:
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, os.fsencode(word))) + "'"


def _escaped(byte: int) -> str:
    plain = 0x20 <= byte < 0x7F and byte not in b"'\\"
    return chr(byte) if plain else f"\\x{byte:02x}"
