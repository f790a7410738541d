"""What can go wrong with a run, as errors whose text is one plain line for the user."""

from __future__ import annotations

import errno
import os


class RunError(Exception):
    """Something about a run that the user must know: the message says what, where, what to do."""

    exit_code = 1


class ConfigError(RunError):
    """A setting, or a name of a run, that is not allowed."""

    exit_code = 2


class NameTakenError(ConfigError):
    """A run of that name exists."""


class RunBusyError(RunError):
    """The run is being trained by another process, ``pid`` (None: it did not say which)."""

    exit_code = 2

    def __init__(self, message: str, pid: int | None = None) -> None:
        super().__init__(message)
        self.pid = pid


class CorruptRunError(RunError):
    """A file of the run holds something that this program did not write, or not whole."""

    exit_code = 3


class CheckpointError(CorruptRunError):
    """No checkpoint can be read, or one may not be written."""


class NewerError(CheckpointError):
    """A checkpoint that another version wrote, in a layout that this one does not know."""


class StorageError(RunError):
    """The file system refused: disk full, no permission, folder gone, input/output error."""

    exit_code = 4

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code  # the errno, where there is one


class RunGoneError(StorageError):
    """The run's folder was removed or renamed while it was being written in."""

    def __init__(self, path: os.PathLike[str]) -> None:
        super().__init__(
            f"the run was removed or renamed: cannot write {os.fspath(path)}; "
            "where it is now, it can be resumed from its last checkpoint",
            errno.ENOENT,
        )
