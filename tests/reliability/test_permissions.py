"""Rows B9 and B15: what we may not write or read, and who may read what we write."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.text.corpus import load_paths
from rnn_tui.training.sockets import SHARED
from rnn_tui.training.starting import start_server
from tests.training.conftest import SMALL, TINY

ROOT = Path(__file__).parents[2]
NOBODY = 65534
SOMEBODY = """
import os, sys
import rnn_tui.cli.training, rnn_tui.cli.progress, rnn_tui.training.server  # what may lie where
import rnn_tui.training.stored, rnn_tui.cli.runs, rnn_tui.cli.table         # we may not look
import rnn_tui.runs.listing, concurrent.futures.thread, urllib.parse
from rnn_tui.cli import main
if int(sys.argv[1]):
    os.setgroups([])
    os.setgid(int(sys.argv[1]))
    os.setuid(int(sys.argv[1]))
"""
COMMAND = "main(sys.argv[2:])"
LOOK = """
import asyncio
from pathlib import Path
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training.protocol import Poll
from rnn_tui.training.stored import StoredClient
from rnn_tui.training.wire import unpack

async def look():
    client = await StoredClient.open(RunDirectory(Path(sys.argv[2])))
    found = await client.poll(Poll())
    print(found.status.phase, len(unpack(found.rows.steps)), found.status.saved_step)

asyncio.run(look())
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """A run of thirty steps, which nobody may change."""
    settings = {**SMALL, "checkpoint_every": 10, "steps": 30}
    folder = tmp_path_factory.mktemp("runs")
    run = create(folder, "a", merge(settings), load_paths([TINY]))
    with start_server(run, owned=False) as process:
        assert process.wait(20) == 0
    return run


def as_somebody(what: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a user does whom permissions bind; the files are root's where we are root."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            SOMEBODY + what,
            str(NOBODY if os.geteuid() == 0 else 0),
            *arguments,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def run(whole: RunDirectory) -> Iterator[RunDirectory]:
    """A copy in a folder that anybody may look into."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield RunDirectory(shutil.copytree(whole.path, folder / "runs" / "a"))
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)
    shutil.rmtree(SHARED / f"rnn-tui-{NOBODY}", ignore_errors=True)


def open_to_all(run: RunDirectory, folders: int, files: int) -> None:
    for path in [run.path.parent, run.path, *run.path.rglob("*")]:
        path.chmod(folders if path.is_dir() else files)


FORBIDDEN: dict[str, tuple[Callable[[RunDirectory], Path], int]] = {
    "the run": (lambda run: run.path, 0o555),
    "its checkpoints": (lambda run: run.checkpoints, 0o555),
    "the log": (lambda run: run.metrics_file, 0o444),
    "the lock": (lambda run: run.lock_file, 0o444),
    "the newest checkpoint": (lambda run: run.checkpoints / "step-000000030.safetensors", 0o000),
    "its record": (lambda run: run.checkpoints / "step-000000030.json", 0o000),
    "the text": (lambda run: run.text_file, 0o000),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_b9_what_may_not_be_written_or_read_is_not_trained(run: RunDirectory, name: str) -> None:
    open_to_all(run, 0o777, 0o666)
    find, mode = FORBIDDEN[name]
    find(run).chmod(mode)
    before = {file.name for file in run.checkpoints.iterdir()}
    said = as_somebody(COMMAND, "resume", str(run.path), "--headless", "--steps", "99")
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (4, "", 1), said
    assert str(find(run)) in said.stderr
    assert {file.name for file in run.checkpoints.iterdir()} == before


@pytest.mark.parametrize(("unreadable", "saved"), [((), 30), (("step-000000030.json",), 20)])
def test_b9_what_may_not_be_written_can_be_looked_at(
    run: RunDirectory, unreadable: tuple[str, ...], saved: int
) -> None:
    open_to_all(run, 0o555, 0o444)
    for name in unreadable:
        (run.checkpoints / name).chmod(0o000)
    said = as_somebody(LOOK, str(run.path))
    assert (said.stdout, said.stderr) == (f"read-only 30 {saved}\n", "")
    listed = as_somebody(COMMAND, "runs", "--json", "--runs", str(run.path.parent))
    assert (listed.returncode, json.loads(listed.stdout)["step"]) == (0, 30)


@pytest.mark.parametrize("umask", [0o077, 0o022])
def test_b15_every_file_has_the_mode_of_the_umask(tmp_path: Path, umask: int) -> None:
    command = [
        sys.executable,
        "-m",
        "rnn_tui",
        "train",
        str(TINY),
        "--runs",
        str(tmp_path / "runs"),
    ]
    settings = ["--hidden", "4", "--steps", "12", "--checkpoint-every", "5", "--name", "a"]
    subprocess.run([*command, *settings], cwd=ROOT, umask=umask, check=True, capture_output=True)
    found = [tmp_path / "runs", *(tmp_path / "runs").rglob("*")]
    assert {path.name for path in found} > {"a", "lock", "metrics.sqlite", "step-000000012.json"}
    for path in found:
        assert path.stat().st_mode & 0o777 == (0o777 if path.is_dir() else 0o666) & ~umask, path
