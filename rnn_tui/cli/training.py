"""``train`` and ``resume``: the same run as in the app, with or without it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import Any

import click

from rnn_tui.cli.app import require_terminal, watch_run
from rnn_tui.cli.completion import completes_run
from rnn_tui.cli.options import RunCommand, new_run, run_options, runs_option
from rnn_tui.runs.directory import RunDirectory, open_run
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.hints import command
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.visible import visible_line
from rnn_tui.training.starting import ONE_THREAD, start_server


@click.command(cls=RunCommand)
@run_options
def train(text: tuple[str, ...], **options: Any) -> int:
    """Train without the app, with a progress bar, until --steps are done or Ctrl-C is pressed.

    TEXT is files, folders, or - for standard input; without it the --corpus. The run is the same
    as in the app, to the last bit. Meanwhile rnn-tui attach watches it, afterwards rnn-tui resume
    goes on with it.
    """
    return train_here(new_run(text, **options))


@click.command()
@click.argument("run", shell_complete=completes_run())
@click.option(
    "--steps",
    type=click.IntRange(min=0),
    metavar="N",
    help="train until step N; 0: until stopped",
)
@click.option("--headless", is_flag=True, help="without the app, with a progress bar")
@runs_option
def resume(run: str, steps: int | None, headless: bool, runs: str | None) -> int:
    """Go on with RUN from its last checkpoint, exactly as if it had never stopped.

    RUN is a name that rnn-tui runs lists, or the path of a run's folder.
    """
    directory = open_run(runs_folder(runs, os.environ), run)
    directory.config()  # one that another program trains is refused before anything else
    if not headless:
        require_terminal(f"{command('resume', directory, steps)} --headless")
    if headless:
        return train_here(directory, resume=True, steps=steps)
    directory.lock().release()  # says at once when somebody is training it
    return watch_run(directory, start_server(directory, resume=True, steps=steps))


def train_here(directory: RunDirectory, resume: bool = False, steps: int | None = None) -> int:
    """Train in this process; the exit status: 0, or 128 and the signal that ended it."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is loaded
    with directory.lock():  # says at once when somebody is training it
        session, status = _train_locked(directory, resume, steps)
    with contextlib.suppress(OSError):
        click.echo(_farewell(directory, session))
    return status


def _train_locked(directory: RunDirectory, resume: bool, steps: int | None) -> tuple[Any, int]:
    """The session when it has ended, and the exit status."""
    from rnn_tui.cli.progress import Progress, greeting
    from rnn_tui.training.server import Server, handled_signals
    from rnn_tui.training.session import Session
    from rnn_tui.training.sockets import socket_path

    path = socket_path(directory.path)
    session = Session(directory, resume=resume, steps=steps)
    server = Server(session, path)
    progress = Progress(sys.stdout.isatty())

    def after_work(session: Session) -> None:
        progress.show(session)
        if session.complete:
            session.close()
        elif session.stuck and not server.watched:  # there is nobody to tell it to go on
            raise session.trouble or RunError(session.message)

    with handled_signals(server, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        click.echo(greeting(session))
        for notice in session.notices:
            click.echo(visible_line(notice))
        if session.phase == "finished":
            click.echo(f"it has made {session.trainer.step_number:,} steps: none are left")
        with progress:
            try:
                server.run(after_work)
            except SystemExit:
                click.echo(_cut_short(directory, session))
                raise
            with contextlib.suppress(OSError):  # the terminal may be what is gone
                progress.draw(session)
    return session, 128 + server.signal if server.signal else 0


def _cut_short(directory: RunDirectory, session: Any) -> str:
    """What a second signal leaves behind: the last checkpoint that is whole."""
    saved = f"step {session.saved_step:,} is saved" if session.saved_step >= 0 else "nothing saved"
    name = visible_line(directory.name)
    return f"run {name}: stopped at once, {saved}; go on with: {command('resume', directory)}"


def _farewell(directory: RunDirectory, session: Any) -> str:
    """What is left behind, and how to go on."""
    steps = session.steps if session.steps != session.config.steps else None
    if 0 < session.steps <= session.saved_step:
        steps = 2 * session.saved_step
    again = command("resume", directory, steps)
    place = visible_line(str(directory.path))
    return (
        f"run {visible_line(directory.name)}: saved step {session.saved_step:,} in {place}\n"
        f"go on with: {again}"
    )
