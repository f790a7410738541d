"""The runs that are trained while the screen is measured: made for it, and ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from rnn_tui.bench.program import Program, rnn_tui, surroundings
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import StorageError
from rnn_tui.training.client import SocketClient
from rnn_tui.training.protocol import NO_EVENT, Poll, Status

MOST_STEPS: Final = 200_000
"""More than are ever measured: if nobody is left to end it, it ends by itself."""

NOTHING_NEW: Final = Poll(after_step=NO_EVENT, after_held_out=NO_EVENT, after_event=NO_EVENT)
"""Asks for the status alone."""

END_SECONDS: Final = 8.0
"""How long a trainer may take to save and end."""


class Sizes(NamedTuple):
    """The network that is trained meanwhile, on the built-in text."""

    hidden: int = 256
    batch: int = 32
    window: int = 64

    @property
    def options(self) -> tuple[str, ...]:
        """The same on the command line."""
        given = zip(("--hidden", "--batch", "--window"), self, strict=True)
        return (*(word for name, value in given for word in (name, str(value))), "--seed", "1")


@contextmanager
def runs_of_ours() -> Iterator[Path]:
    """A folder for runs; whoever still trains one of them is ended with it."""
    with tempfile.TemporaryDirectory(prefix="rnn-tui-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name) / "runs"
        folder.mkdir()
        try:
            yield folder
        finally:
            end_trainers(folder)


def end_trainers(folder: Path) -> None:
    """End whoever trains a run in a folder: those whose app has gone end by themselves."""
    runs = [RunDirectory(path) for path in folder.iterdir() if path.is_dir()]
    for number in (0, signal.SIGTERM, signal.SIGKILL):
        for run in runs:
            pid = _trainer(run)
            if pid and number:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        deadline = time.monotonic() + END_SECONDS
        while any(map(_trainer, runs)) and time.monotonic() < deadline:
            time.sleep(0.02)


def _trainer(run: RunDirectory) -> int | None:
    with contextlib.suppress(StorageError):
        holder = run.holder()
        return holder.pid if holder is not None else None
    return None


def only_run(folder: Path) -> RunDirectory:
    """The newest run of a folder."""
    return RunDirectory(max(folder.iterdir(), key=lambda path: path.stat().st_ctime_ns))


def opened(folder: Path, sizes: Sizes) -> Program:
    """The app on a new run."""
    return Program(rnn_tui("open", *sizes.options, "--runs", str(folder)))


def attached(run: RunDirectory) -> Program:
    """The app on a run that is being trained."""
    return Program(rnn_tui("attach", run.name, "--runs", str(run.path.parent)))


@contextmanager
def trained_alone(folder: Path, sizes: Sizes) -> Iterator[RunDirectory]:
    """A run that a process trains without an app, and with nothing but training to do."""
    name = "alone"
    words = ("train", *sizes.options, "--runs", str(folder), "--name", name)
    quiet = ("--evaluate-every", "0", "--checkpoint-every", str(10**9), "--steps", str(MOST_STEPS))
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        rnn_tui(*words, *quiet),
        stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True, env=surroundings(),
    )  # fmt: skip
    try:
        yield RunDirectory(folder / name)
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Steps(NamedTuple):
    """How many steps a run had made at a time."""

    at: float
    made: int


def steps_now(run: RunDirectory) -> Steps:
    """Ask the run's trainer. Raises ServerGoneError where there is none."""
    status = asyncio.run(_status(run))
    return Steps(time.perf_counter(), status.step)


async def _status(run: RunDirectory) -> Status:
    client = await SocketClient.connect(run)
    try:
        return (await client.poll(NOTHING_NEW)).status
    finally:
        await client.close()


def rate(before: Steps, after: Steps) -> float:
    """Steps a second between two times."""
    return (after.made - before.made) / max(after.at - before.at, 1e-9)
