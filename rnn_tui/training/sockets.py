"""Where the sockets of runs live: a folder that belongs to the user alone."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from rnn_tui.runs.errors import StorageError

SHARED = Path("/tmp")  # noqa: S108 (what is made in it belongs to the user alone, and is checked)
"""Where the folder lies.

Not in XDG_RUNTIME_DIR: that differs between a desktop, ssh and cron, and goes when the user logs
out, while the run goes on. The trainer and those who watch it must find the same place.
"""


def socket_folder(shared: Path | None = None) -> Path:
    """The user's folder in ``shared``, made with mode 0700 if it was not there.

    It is short, since a socket's path may have about 100 bytes only. Raises StorageError when
    somebody else owns it or may look into it.
    """
    folder = (shared or _shared()) / f"rnn-tui-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise StorageError(
            f"cannot make the folder for sockets {folder}: {error.strerror}"
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StorageError(
            f"the folder for sockets {folder} is not yours alone: remove it, "
            "or let only yourself look into it (chmod 700)"
        )
    return folder


def _shared() -> Path:
    usable = SHARED.is_dir() and os.access(SHARED, os.W_OK | os.X_OK)
    return SHARED if usable else Path(tempfile.gettempdir())


def socket_path(run: Path) -> Path:
    """The socket of a run's server: a function of where the run lies, and of the user."""
    digest = hashlib.sha256(os.fsencode(run.resolve())).hexdigest()
    return socket_folder() / f"{digest[:16]}.sock"
