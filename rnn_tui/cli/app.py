"""``rnn-tui [TEXT ...]`` and ``attach``: the commands that open the app."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from rnn_tui.cli.completion import completes_run
from rnn_tui.cli.options import RunCommand, calm_option, new_run, run_options, runs_option
from rnn_tui.runs.configuration import load_user_file
from rnn_tui.runs.directory import RunDirectory, open_run
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.places import config_file, runs_folder
from rnn_tui.training.starting import ONE_THREAD, start_server
from rnn_tui.tui.rates import CALM_VARIABLE


@click.command("open", cls=RunCommand, hidden=True)
@run_options
@calm_option
def open_app(text: tuple[str, ...], calm: bool, **options: Any) -> int:
    """Open the app on a new run: files, folders, or - for standard input."""
    choose_rates(calm, options["config"])
    _require_there(text)
    require_terminal("rnn-tui train", reads_text="-" in text)
    directory = new_run(text, **options)
    if "-" in text:
        take_keys_from_terminal()
    return watch_run(directory, start_server(directory))


@click.command()
@click.argument("run", required=False, shell_complete=completes_run())
@runs_option
@calm_option
def attach(run: str | None, runs: str | None, calm: bool) -> int:
    """Open the app on RUN, or on the newest that is being trained, or on the newest.

    As many may watch as like to; whoever leaves, the run goes on. A run that nobody trains is shown
    as it was left, and one that another program trains (rnn_tui.Monitor) as it grows.

    Where a logout ends what was left running, systemd does: loginctl enable-linger once, and the
    run started with systemd-run --user --scope rnn-tui train ... outlives it.
    """
    choose_rates(calm)
    require_terminal("rnn-tui runs")
    folder = runs_folder(runs, os.environ)
    directory = open_run(folder, run) if run else _newest(folder)
    return watch_run(directory, None)


def choose_rates(calm: bool, config: str | None = None) -> None:
    """Draw seldom if the command line, the environment or a configuration file wants it so."""
    file = config or config_file(os.environ)
    said = os.environ.get(CALM_VARIABLE, "") != ""
    if calm or (not said and file and load_user_file(file).calm):
        os.environ[CALM_VARIABLE] = "1"


def _newest(folder: Path) -> RunDirectory:
    """The newest run that is being trained, else the newest that can be opened."""
    from rnn_tui.runs.listing import list_runs  # it loads SQLite, which a new run does not need yet

    whole = [summary for summary in list_runs(folder) if summary.state != "broken"]
    for summary in sorted(whole, key=lambda summary: summary.state != "training"):
        return open_run(folder, summary.name)
    raise ConfigError("there is no run yet: rnn-tui starts one")


def watch_run(directory: RunDirectory, process: subprocess.Popen[bytes] | None) -> int:
    """Open the app on a run; on its own one, if ``process`` was started for it.

    Garbage is not collected before the first frame: it was a fifth of the time until then, and
    found nothing. The app's housekeeping takes over.
    """
    from rnn_tui.tui.housekeeping import Housekeeping

    Housekeeping.hold()
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is loaded, for the stepper
    from rnn_tui.tui.app import RnnTuiApp

    return RnnTuiApp.open_on(directory, process)


def _require_there(paths: tuple[str, ...]) -> None:
    """A misspelt name is the likelier mistake, so it is told before a missing terminal is."""
    for path in paths:
        if path not in ("", "-") and not os.path.lexists(path):
            raise ConfigError(f"cannot read {path}: there is no such file, folder or command")


def require_terminal(instead: str, reads_text: bool = False) -> None:
    """Refuse to open the app where there is no terminal. ConfigError names what to do instead."""
    here = sys.stdout.isatty() and (reads_text or sys.stdin.isatty())
    if not here or os.environ.get("TERM") == "dumb":
        raise ConfigError(f"the app needs a terminal, and this is none: use {instead} here")


def take_keys_from_terminal() -> None:
    """The text came through standard input; the keys come from the terminal itself."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise ConfigError(
            "the app found no terminal to read keys from: use rnn-tui train -"
        ) from error
    os.dup2(terminal, 0)
    os.close(terminal)
