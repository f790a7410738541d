"""Where the sockets of runs live: a folder that belongs to the user alone."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from rnn_tui.runs.errors import StorageError


def socket_folder(environ: dict[str, str] | None = None) -> Path:
    """The folder, made with mode 0700 if it was not there.

    It is short, since a socket's path may have about 100 bytes only. Raises StorageError when
    somebody else owns it or may look into it.
    """
    environ = dict(os.environ) if environ is None else environ
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime and os.access(runtime, os.W_OK) and len(os.fsencode(runtime)) < 60:
        folder = Path(runtime) / "rnn-tui"
    else:
        folder = Path("/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir())  # noqa: S108
        folder = folder / f"rnn-tui-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise StorageError(
            f"cannot make the folder for sockets {folder}: {error.strerror}"
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StorageError(
            f"the folder for sockets {folder} is not yours alone: remove it, or set XDG_RUNTIME_DIR"
        )
    return folder


def socket_path(run: Path) -> Path:
    """The socket of a run's server: a function of where the run lies."""
    digest = hashlib.sha256(os.fsencode(run.resolve())).hexdigest()
    return socket_folder() / f"{digest[:16]}.sock"
