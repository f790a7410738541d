"""Start a run's server. Nothing is loaded here that talks to it: it is to begin meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rnn_tui.runs.atomic import storage_error
from rnn_tui.runs.directory import RunDirectory

ONE_THREAD = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Two threads on the small products of one window were measured 2 to 7 times slower than one."""


def single_threaded(environ: dict[str, str]) -> dict[str, str]:
    """The environment with BLAS held to one thread; it counts before NumPy is loaded."""
    return {**environ, **dict.fromkeys(ONE_THREAD, "1")}


def start_server(
    directory: RunDirectory, resume: bool = False, steps: int | None = None, owned: bool = True
) -> subprocess.Popen[bytes]:
    """Start the process of a run: in a session of its own, its output in the run's log.

    Raises StorageError where that is not possible.
    """
    command = [sys.executable, "-P", "-m", "rnn_tui.training.server", str(directory.path)]
    command += ["--resume"] if resume else []
    command += ["--steps", str(steps)] if steps is not None else []
    command += ["--owner", str(os.getpid())] if owned else []
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = single_threaded({**os.environ, "PYTHONPATH": os.pathsep.join(paths)})
    try:
        with directory.log_file.open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=environ,
            )
    except OSError as error:
        raise storage_error("start the trainer of", directory.path, error) from error
