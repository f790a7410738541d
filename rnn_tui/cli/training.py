"""``train`` and ``resume``: the same run as in the app, with or without it."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import click

from rnn_tui.cli.app import open_owned, require_terminal
from rnn_tui.cli.options import new_run, run_options, runs_option
from rnn_tui.runs.directory import RunDirectory, open_run, runs_folder
from rnn_tui.training.client import ONE_THREAD, start_server


@click.command()
@run_options
def train(text: tuple[str, ...], **options: Any) -> int:
    """Train without the app, with a progress bar, until --steps or Ctrl-C.

    TEXT is files, folders, or - for standard input; without it the --corpus. It writes the same
    run directory as the app; meanwhile rnn-tui attach watches it.
    """
    return train_here(new_run(text, **options))


@click.command()
@click.argument("run")
@click.option("--steps", type=click.IntRange(min=0), metavar="N", help="train up to step N; 0: on")
@click.option("--headless", is_flag=True, help="without the app, with a progress bar")
@runs_option
def resume(run: str, steps: int | None, headless: bool, runs: str | None) -> int:
    """Go on with RUN from its last checkpoint, exactly as if it had never stopped."""
    if not headless:
        require_terminal(f"rnn-tui resume {run} --headless")
    directory = open_run(runs_folder(runs, os.environ), run)
    if headless:
        return train_here(directory, resume=True, steps=steps)
    directory.lock().release()  # says at once when somebody is training it
    return open_owned(directory, start_server(directory, resume=True, steps=steps))


def train_here(directory: RunDirectory, resume: bool = False, steps: int | None = None) -> int:
    """Train in this process; the exit status: 0, or 128 and the signal that ended it."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is loaded
    from rnn_tui.cli.progress import Progress
    from rnn_tui.training.server import Server, handled_signals
    from rnn_tui.training.session import Session
    from rnn_tui.training.sockets import socket_path

    with directory.lock(), Progress(directory.name, sys.stdout.isatty()) as progress:
        session = Session(directory, resume=resume, steps=steps)
        server = Server(session, socket_path(directory.path))
        endings = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        with handled_signals(server, *endings):
            server.run(lambda session: _show(progress, session))
        progress.close(session.status())
    click.echo(progress.farewell(directory, session))
    return 128 + server.signal if server.signal else 0


def _show(progress: Any, session: Any) -> None:
    progress.show(session)
    if session.complete:
        session.close()
