"""What a run was told before it began, as texts to compare: ours, or another program's."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rnn_tui.runs.atomic import read_file
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.names import clipped
from rnn_tui.runs.settings import FIELDS

MOST_SETTINGS: Final = 100
"""Of a run that another program trains; it may say anything of itself."""

_MAX_CONFIG: Final = 1 << 20
_DEPTH: Final = 4
_DEFAULTS: Final = {name: found.default for name, found in FIELDS.items()}
_LEFT_OUT: Final = frozenset({"name", "text", "corpus", "pattern", "errors"})


def config_file(run: RunDirectory) -> Path:
    """Return where its configuration stands."""
    return run.config_file if run.config_file.exists() else run.foreign_config_file


def settings_of(run: RunDirectory) -> tuple[Mapping[str, str], int]:
    """Return the configuration as text, and the steps to make; nothing where it cannot be read."""
    try:
        if run.config_file.exists():
            values = _DEFAULTS | tomllib.loads(read_file(run.config_file, _MAX_CONFIG).decode())
            goal = values["steps"] if isinstance(values["steps"], int) else 0
            shown = {name: _shown(value) for name, value in values.items()}
            return {name: text for name, text in shown.items() if name not in _LEFT_OUT}, goal
        if run.foreign_config_file.exists():
            return _flat(json.loads(read_file(run.foreign_config_file, _MAX_CONFIG))), 0
    except (RunError, ValueError, RecursionError):  # what is not UTF-8, or no TOML, is a ValueError
        pass
    return {}, 0


def _flat(value: Any) -> dict[str, str]:
    """Return what a JSON document says as names with dots between them, and texts."""
    found: dict[str, str] = {}

    def take(prefix: str, part: Any, depth: int) -> None:
        if len(found) >= MOST_SETTINGS:
            return
        if isinstance(part, dict) and depth:
            for name, inner in part.items():
                take(f"{prefix}.{name}" if prefix else str(name), inner, depth - 1)
        else:
            found[prefix[:60] or "config"] = _shown(part)

    take("", value, _DEPTH)
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else "a very large number"
    return value[:200] if isinstance(value, str) else clipped(value)
