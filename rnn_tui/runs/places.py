"""Where runs are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from rnn_tui.runs.configuration import load_user_file
from rnn_tui.runs.settings import PREFIX


def runs_folder(
    option: str | os.PathLike[str] | None,
    environ: Mapping[str, str],
    file: str | os.PathLike[str] | None = None,
) -> Path:
    """Return where runs are kept: the platform's place, unless something says another one.

    Precedence, lowest first: ``runs`` in the configuration file (``file``, else that which
    RNN_TUI_CONFIG names), RNN_TUI_RUNS, ``option``. ConfigError for a file that is wrong.
    """
    chosen = option or environ.get(f"{PREFIX}RUNS") or _in_file(file or config_file(environ))
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path  # only here: most starts name no folder or need none

    return user_data_path("rnn-tui", appauthor=False) / "runs"


def config_file(environ: Mapping[str, str]) -> str:
    """Return the configuration file that the environment names; empty if it names none."""
    return environ.get(f"{PREFIX}CONFIG", "")


def _in_file(file: str | os.PathLike[str]) -> str:
    return load_user_file(file).runs if file else ""
