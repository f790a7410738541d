"""One trainer at a time: a lock on the run's folder that dies with the process that holds it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from rnn_tui.runs.atomic import storage_error
from rnn_tui.runs.errors import RunBusyError
from rnn_tui.runs.hints import command_at

_ATTEMPTS = 6  # somebody who only looks holds the lock for a moment, see holder()
_PAUSE = 0.005  # seconds


class Holder(NamedTuple):
    """The process that trains a run; both None if it has not yet said who it is."""

    pid: int | None
    started: str | None  # its start time, as the system tells it: a pid alone is used again


class RunLock:
    """The exclusive right to write in a run's folder; ``with RunLock.acquire(path):``.

    A process that forks keeps the lock alive in its child until that calls ``leave``.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, path: Path) -> RunLock:
        """Take the lock on the file ``path``, made where it is missing.

        RunBusyError within 0.1 s if another process has it; StorageError if the file cannot be
        written.
        """
        try:
            for _ in range(_ATTEMPTS):
                descriptor = _try_lock(path)
                if descriptor is not None:
                    return cls(path, descriptor)
                time.sleep(_PAUSE)
        except OSError as error:
            raise storage_error("lock", path, error) from error
        raise _busy(path)

    def release(self) -> None:
        """Give the lock back; a second time does nothing."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def leave(self) -> None:
        """Let go of it in a child that was forked: it is the parent's, which still holds it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> RunLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _try_lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock and says who does, or None."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    locked = False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):  # not replaced meanwhile
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _who_we_are(), 0)
            locked = True
    except (BlockingIOError, FileNotFoundError):
        pass
    finally:
        if not locked:
            os.close(descriptor)
    return descriptor if locked else None


def _who_we_are() -> bytes:
    return json.dumps({"pid": os.getpid(), "started": start_time(os.getpid())}).encode()


def _busy(path: Path) -> RunBusyError:
    found = holder(path)
    pid = found.pid if found else None
    by = f"process {pid}" if pid else "another process"
    run = path.parent
    watch = command_at("attach", run)
    return RunBusyError(f"run {run.name} is being trained by {by}: {watch}", pid)


def holder(path: Path) -> Holder | None:
    """Return who holds the lock on ``path`` now, or None. Only looks: signals nobody.

    The lock itself is asked, never the pid in the file: that may be an old one, used again.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_error("read", path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _said(os.pread(descriptor, 1000, 0))
    except OSError as error:
        raise storage_error("lock", path, error) from error
    finally:
        os.close(descriptor)
    return None


def _said(content: bytes) -> Holder:
    """Return what the holder wrote of itself; it may be just about to."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        said = json.loads(content)
        if isinstance(said["pid"], int) and isinstance(said["started"], str | None):
            return Holder(said["pid"], said["started"])
    return Holder(None, None)


def start_time(pid: int) -> str | None:
    """Return when the process was started, as an opaque text to compare; None if it is not known.

    Linux: field 22 of /proc/PID/stat, clock ticks since the machine started. Elsewhere: ps.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes()
        return fields.rpartition(b")")[2].split()[19].decode()  # the name may hold anything
    except (OSError, IndexError, UnicodeDecodeError):
        pass
    try:
        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        found = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None
