"""What ``step`` walks through: a run, or a text with weights from one of three places."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from rnn_tui.cli.options import require_used
from rnn_tui.runs.directory import RunDirectory, open_run
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.names import is_name
from rnn_tui.runs.places import runs_folder

if TYPE_CHECKING:
    from rnn_tui.runs.checkpoint import Checkpoint
    from rnn_tui.stepping.sources import StepText
    from rnn_tui.stepping.window import Window

DRAWN = ("hidden", "layers", "initialization", "seed")
NETWORK = ("cell", "dtype", "symbols")
LEARNING = ("optimizer", "learning_rate", "clip", "clip_value", "momentum", "weight_decay")
SETTINGS = (*DRAWN, *NETWORK, *LEARNING)

TAKES: Mapping[str, frozenset[str]] = {
    "a run": frozenset({"at", "row"}),
    "--checkpoint": frozenset({"text", "window", "checkpoint", "at"}),
    "--weights": frozenset({"text", "window", "weights", "vocabulary", *NETWORK, *LEARNING}),
    "fresh weights": frozenset({"text", "window", "vocabulary", *SETTINGS}),
}
"""Which options go with where the weights come from."""

_ENDING = re.compile(r"\S\.[A-Za-z][A-Za-z0-9]{0,4}$")
"""How the name of a file ends."""

_TOLD_EVERY = 0.2  # seconds


class Asked(NamedTuple):
    """What is to be walked through, in words; None and False is what was not given."""

    what: str
    runs: str | None
    options: dict[str, Any]

    def settings(self) -> dict[str, Any]:
        """Those of the options that are settings of a network, or of its learning."""
        return {name: self.options[name] for name in SETTINGS}


def find_window(asked: Asked) -> Window:
    """Decide where text and weights come from, and read them. Raises RunError, CorpusError."""
    source = _source(asked)
    for name, value in asked.options.items():
        if value not in (None, False) and name not in TAKES[source]:
            option = f"--{name.replace('_', '-')}"
            raise ConfigError(f"{option} does not go with {source}: leave it out")
    return _WINDOWS[source](asked)


def _source(asked: Asked) -> str:
    options = asked.options
    given = [name for name in ("checkpoint", "weights") if options[name] is not None]
    if len(given) > 1:
        raise ConfigError("--checkpoint and --weights are two networks: leave one of them out")
    if given:
        return f"--{given[0]}"
    return "a run" if _is_run(asked) else "fresh weights"


def _is_run(asked: Asked) -> bool:
    """Whether WHAT is a run: asked for as one, or there is one."""
    if asked.options["text"]:
        return False
    if asked.options["at"] is not None or asked.options["row"] is not None:
        return True
    if "/" in asked.what or asked.what in (".", ".."):
        folder = os.path.expanduser(asked.what)
    elif is_name(asked.what):
        folder = os.path.join(runs_folder(asked.runs, os.environ), asked.what)
    else:
        return False
    return os.path.lexists(os.path.join(folder, "run.json"))


def _of_run(asked: Asked) -> Window:
    directory = open_run(runs_folder(asked.runs, os.environ), asked.what)
    from rnn_tui.stepping.replay import run_window
    from rnn_tui.stepping.sources import require_memory

    at = asked.options["at"]
    recent = _remembered(directory, at)
    with telling() as tell:
        window = run_window(directory.path, at, tell=tell, recent=recent)
    require_memory(window.params, window.cell, window.steps)
    return window


def _of_checkpoint(asked: Asked) -> Window:
    directory = open_run(runs_folder(asked.runs, os.environ), asked.options["checkpoint"])
    text = _text(asked, directory.facts().vocabulary_kind)
    from rnn_tui.stepping.sources import checkpoint_window

    at = asked.options["at"]
    recent = _remembered(directory, at)
    with telling() as tell:
        return checkpoint_window(text, directory, at, tell, recent)


def _remembered(directory: RunDirectory, at: int | None) -> Checkpoint | None:
    """What whoever trains the run remembers of shortly before a step."""
    from rnn_tui.stepping.recent import remembered

    return asyncio.run(remembered(directory, at)) if at is not None else None


def _of_weights(asked: Asked) -> Window:
    from rnn_tui.stepping.sources import step_config, weights_window

    config = step_config(asked.settings())
    require_used(config, asked.settings())
    text, vocabulary = _text(asked, config.symbols), asked.options["vocabulary"] or ""
    cell = asked.options["cell"]  # None: as the file says
    return weights_window(text, asked.options["weights"], config, vocabulary, cell)


def _of_text(asked: Asked) -> Window:
    from rnn_tui.stepping.sources import step_config, text_window

    config = step_config(asked.settings())
    require_used(config, asked.settings())
    text = _text(asked, config.symbols)
    return text_window(text, config, asked.options["vocabulary"] or "")


_WINDOWS: Mapping[str, Callable[[Asked], Window]] = {
    "a run": _of_run,
    "--checkpoint": _of_checkpoint,
    "--weights": _of_weights,
    "fresh weights": _of_text,
}


def _text(asked: Asked, kind: Any) -> StepText:
    """A file's beginning where there is one, else the words themselves."""
    from rnn_tui.stepping.sources import file_text, string_text

    steps = asked.options["window"]
    if asked.options["text"] or not (asked.what == "-" or os.path.lexists(asked.what)):
        text = string_text(asked.what, kind, steps)
        return replace(text, title=f"{text.title}{_no_file(asked)}")
    return file_text(asked.what, kind, steps, stdin=getattr(sys.stdin, "buffer", None))


def _no_file(asked: Asked) -> str:
    """A word to who mistyped a path, in the title."""
    looks_like_one = "/" in asked.what or _ENDING.search(asked.what)
    if asked.options["text"] or not looks_like_one:
        return ""
    return " (no such file: read as the text itself)"


@contextmanager
def telling() -> Iterator[Callable[[float], None]]:
    """A function that shows progress in the terminal, once there is something to wait for."""
    told = time.monotonic()
    shown = False

    def tell(progress: float) -> None:
        nonlocal told, shown
        if time.monotonic() - told > _TOLD_EVERY and sys.stderr.isatty():
            told, shown = time.monotonic(), True
            click.echo(f"\rmaking the steps up to there again: {progress:4.0%}", nl=False, err=True)

    try:
        yield tell
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)
