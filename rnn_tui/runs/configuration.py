"""The configuration of a run, and where it comes from.

Precedence, lowest first: the defaults, a configuration file, the environment (``RNN_TUI_...``),
the command line. Every setting has one name everywhere; ``FIELDS`` holds all there is to know.
"""

from __future__ import annotations

import difflib
import errno
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rnn_tui.runs.atomic import read_file
from rnn_tui.runs.errors import ConfigError, StorageError
from rnn_tui.runs.names import clipped
from rnn_tui.runs.settings import FIELDS, PREFIX, Field, RunConfig, find_field

__all__ = [
    "FIELDS",
    "Field",
    "RunConfig",
    "UserFile",
    "check_memory",
    "estimated_bytes",
    "from_environment",
    "load_toml",
    "load_user_file",
    "merge",
    "to_toml",
    "training_bytes",
]

NOT_SETTINGS = frozenset({"RUNS", "CONFIG", "CALM"})
"""Variables with the prefix that are not settings of a run."""

MEMORY_LIMIT = 8 << 30
"""Bytes above which a run is refused."""

RUNS = "runs"
"""Where runs are kept, in a user's configuration file: no setting of a run."""

CALM = "calm"
"""Whether the app draws seldom, in a user's configuration file: no setting of a run."""

_MAX_FILE = 1 << 20


def merge(*layers: Mapping[str, object]) -> RunConfig:
    """Return the configuration that the layers make, the later ones above the earlier.

    A layer maps names of settings to values; None means "not given". ConfigError on what is not
    allowed, on settings that contradict each other, and on what no memory could hold.
    """
    given: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            if value is not None:
                given[name] = find_field(name, clipped(name)).converted(value, name)
    config = RunConfig(**given)
    _check_together(config)
    check_memory(config, 1)
    return config


def _check_together(config: RunConfig) -> None:
    if config.schedule != "constant" and not (config.steps or config.decay_steps):
        raise ConfigError(
            f"schedule = {config.schedule} needs an end: set steps, or decay_steps, above 0"
        )
    if config.warmup and config.schedule != "cosine":
        raise ConfigError(f"warmup = {config.warmup} needs schedule = cosine")
    if config.warmup and config.warmup >= (config.decay_steps or config.steps):
        raise ConfigError(
            f"warmup = {config.warmup} leaves nothing of the schedule: "
            "raise decay_steps, or steps, above it"
        )


def load_toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the checked settings of a run's configuration file.

    ConfigError names the file and the line; StorageError if the file cannot be read.
    """
    return _checked(*_parsed(Path(path)))


class UserFile(NamedTuple):
    """What a user's configuration file says."""

    settings: dict[str, Any]
    runs: str  # where runs are kept; empty: it does not say
    calm: bool = False  # whether the app draws seldom


def load_user_file(path: str | os.PathLike[str]) -> UserFile:
    """Return what a file says that the user named; ConfigError, also if there is none.

    Beside the settings of a run it may hold ``runs`` and ``calm``, as the command line and the
    environment may.
    """
    try:
        values, places = _parsed(Path(path))
    except StorageError as error:
        if error.code not in (errno.ENOENT, errno.ENOTDIR):
            raise ConfigError(str(error)) from error
        raise ConfigError(
            f"there is no configuration file {os.fspath(path)}: check --config and {PREFIX}CONFIG"
        ) from error
    runs = values.pop(RUNS, "")
    if not isinstance(runs, str) or "\0" in runs:
        raise ConfigError(f"{places[RUNS]} = {clipped(runs)} is not allowed: a folder")
    calm = values.pop(CALM, False)
    if not isinstance(calm, bool):
        raise ConfigError(f"{places[CALM]} = {clipped(calm)} is not allowed: true or false")
    return UserFile(_checked(values, places), runs, calm)


def _checked(values: dict[str, Any], places: dict[str, str]) -> dict[str, Any]:
    return {
        name: find_field(name, places[name]).converted(value, places[name])
        for name, value in values.items()
    }


def _parsed(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a TOML file sets, and of each name where it stands, for a complaint."""
    try:
        source = read_file(path, _MAX_FILE).decode()
        values = tomllib.loads(source)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8: save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ConfigError(f"{path}: not TOML: {_one_line(error)}") from None
    shown = {name: name if name in {*FIELDS, RUNS, CALM} else clipped(name) for name in values}
    return values, {
        name: f"{path}, line {_line_of(name, source)}: {shown[name]}" for name in values
    }


def _line_of(name: str, source: str) -> int:
    """Return the number of the line that sets ``name``, at the top level of a TOML file."""
    found = re.search(rf"""^[ \t]*\[*[ \t]*["']?{re.escape(name)}\b""", source, re.MULTILINE)
    return source.count("\n", 0, found.start()) + 1 if found else 1


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that variables such as ``RNN_TUI_HIDDEN=256`` make.

    An empty variable counts as not set. ``RNN_TUI_TEXT`` is a list of paths like ``PATH``.
    ConfigError names the variable, also one that is nearly the name of a setting.
    """
    names = {field.variable: field for field in FIELDS.values()}
    checked = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or not value:
            continue
        field = names.get(variable)
        if field is not None:
            given = tuple(value.split(os.pathsep)) if field.type is tuple else value
            checked[field.name] = field.converted(given, variable, strict=False)
        elif variable.removeprefix(PREFIX) not in NOT_SETTINGS:
            _refuse_misspelt(variable, names)
    return checked


def _refuse_misspelt(variable: str, names: Iterable[str]) -> None:
    """Complain of a variable that is nearly a setting; others belong to somebody else."""
    near = difflib.get_close_matches(variable, names, 1, 0.87)
    if near:
        raise ConfigError(f"{clipped(variable)} is not a setting: did you mean {near[0]}?")


def to_toml(config: RunConfig) -> str:
    """Return the configuration as TOML, each setting below a comment that says what it is.

    ``load_toml`` reads back an equal one, but for paths that are not UTF-8: their odd bytes are
    written out as ``\\xff``.
    """
    import tomlkit  # only here: reading a configuration does not need it

    document = tomlkit.document()
    for field in FIELDS.values():
        value = getattr(config, field.name)
        if field.type is tuple:
            value = [os.fsencode(path).decode("utf-8", "backslashreplace") for path in value]
        note = (
            field.help
            if field.type in (str, tuple) and not field.choices
            else (f"{field.help} ({field.allowed})")
        )
        document.add(tomlkit.comment(note))
        document.add(field.name, tomlkit.item(value))
    return tomlkit.dumps(document)


_MOMENTS = {"sgd": 0, "momentum": 1, "adagrad": 1, "rmsprop": 1, "adam": 2, "adamw": 2}


def estimated_bytes(config: RunConfig, V: int) -> int:
    """Return how many bytes training takes for a vocabulary of ``V`` symbols, within a tenth.

    That is ``training_bytes`` and, while a checkpoint is written, two more copies of the weights
    and the moments. Where the library here multiplies no blocks it takes up to a quarter less.
    """
    size, moments = _number_size(config), _MOMENTS[config.optimizer]
    return training_bytes(config, V) + 2 * (1 + moments) * _parameters(config, V) * size


def training_bytes(config: RunConfig, V: int, blocks: bool = True) -> int:
    """Return how many bytes the arrays take that training works on, within a tenth.

    With T time steps, B streams, H hidden units, L layers and numbers of w bytes (4 or 8):

        w ((4 + moments) N + 3 V H + 3 L H H) + T B (w ((3 L + 1) H + 4 V) + 280) + 1000 T L

    N = V H + H H + H + (L - 1)(2 H H + H) + H V + V parameters are kept as weights, gradients,
    scratch and moments, and as gradients of the window that measures the held-out loss; with them
    come tables of V H. Three copies of W_hh are in every layer if it is laid out in ``blocks``, as
    it is for some libraries where B is not 1; else 3 L H H falls away. A window keeps, for every
    symbol, the states of each layer and their gradients, the rows of the first one sorted, logits
    and their gradients, and 140 bytes of indices and losses; the window of the held-out loss the
    same but for the gradients of states. Each layer looks at each time step by views of NumPy,
    which take 1000 bytes.
    """
    H, L, w = config.hidden, config.layers, _number_size(config)
    fixed = (4 + _MOMENTS[config.optimizer]) * _parameters(config, V) + 3 * V * H
    fixed += 3 * L * H * H if blocks and config.batch > 1 else 0
    per_symbol = w * ((3 * L + 1) * H + 4 * V) + 280
    return w * fixed + config.window * (config.batch * per_symbol + 1000 * L)


def _number_size(config: RunConfig) -> int:
    return 4 if config.dtype == "float32" else 8


def _parameters(config: RunConfig, V: int) -> int:
    H, L = config.hidden, config.layers
    return V * H + H * H + H + (L - 1) * (2 * H * H + H) + H * V + V


def check_memory(config: RunConfig, V: int, limit: int = MEMORY_LIMIT) -> None:
    """Raise ConfigError if training would take more than ``limit`` bytes."""
    needed = estimated_bytes(config, V)
    if needed > limit:
        raise ConfigError(
            f"this network needs about {needed / 2**30:.1f} GiB, the limit is {limit / 2**30:.0f}: "
            f"lower hidden ({config.hidden}), layers ({config.layers}), batch ({config.batch}) "
            f"or window ({config.window})"
        )
