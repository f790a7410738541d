"""Where the traceback of an unexpected error goes: into a file, not over the terminal."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rnn_tui.runs.errors import RunError
from rnn_tui.runs.places import runs_folder

NAME = "rnn-tui-error.log"


def write_report(report: str, environ: Mapping[str, str]) -> Path:
    """Write the report beside the runs' folder, or else in a new temporary file; return where.

    Only the user may read it, since it can hold parts of the text.
    """
    try:
        path = runs_folder(None, environ).parent / NAME
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(path, flags, 0o600)
    except (OSError, RunError):
        descriptor, name = tempfile.mkstemp(prefix="rnn-tui-error-", suffix=".log")
        path = Path(name)
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(report)
    return path
