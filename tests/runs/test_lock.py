from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_tui.runs.errors import StorageError
from rnn_tui.runs.lock import Holder, RunLock, holder, start_time

HOLD = """
import sys
from pathlib import Path
from rnn_tui.runs.lock import RunLock
lock = RunLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_lock_says_who_holds_it_until_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert holder(path) is None
    with RunLock.acquire(path):
        assert holder(path) == Holder(os.getpid(), start_time(os.getpid()))
    assert holder(path) is None


def test_a_released_lock_can_be_taken_again_and_released_twice(tmp_path: Path) -> None:
    lock = RunLock.acquire(tmp_path / "lock")
    lock.release()
    lock.release()
    RunLock.acquire(tmp_path / "lock").release()


def test_an_old_pid_that_lives_again_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps({"pid": os.getppid(), "started": "1"}))
    assert holder(tmp_path / "lock") is None


def test_somebody_who_looks_does_not_get_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    (tmp_path / "lock").touch()
    with open(tmp_path / "lock") as looker:
        fcntl.flock(looker, fcntl.LOCK_SH)
        monkeypatch.setattr(time, "sleep", lambda _: fcntl.flock(looker, fcntl.LOCK_UN))
        RunLock.acquire(tmp_path / "lock").release()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff", b"null"])
def test_a_holder_that_wrote_nonsense_is_still_a_holder(tmp_path: Path, content: bytes) -> None:
    with RunLock.acquire(tmp_path / "lock"):
        (tmp_path / "lock").write_bytes(content)
        assert holder(tmp_path / "lock") == Holder(None, None)


def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    lock = RunLock.acquire(tmp_path / "lock")
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, close_fds=False) as child:
        lock.release()
        RunLock.acquire(tmp_path / "lock").release()
        assert child.poll() is None
        child.kill()


def test_a_link_is_not_followed_and_a_missing_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="cannot lock"):
        RunLock.acquire(tmp_path / "lock")
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(StorageError, match="removed or renamed"):
        RunLock.acquire(tmp_path / "gone" / "lock")


def test_a_start_time_is_steady_and_unknown_for_nobody() -> None:
    assert start_time(os.getpid()) == start_time(os.getpid()) is not None
    assert start_time(2**30) is None
