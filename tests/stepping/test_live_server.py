"""Windows out of a run whose trainer is a process of its own."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from rnn_tui.runs.checkpoint import load_checkpoint
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.runs.tensors import to_bytes
from rnn_tui.stepping.live import take_window
from rnn_tui.stepping.replay import run_window
from rnn_tui.text.corpus import load_paths
from rnn_tui.training.client import RefusedError, SocketClient
from rnn_tui.training.protocol import Done, Pause, Poll, Resume, Stop
from rnn_tui.training.session import Session
from rnn_tui.training.starting import start_server
from tests.tui.local_client import SMALL, TINY


def _run(folder, name: str) -> RunDirectory:
    settings = {
        **SMALL,
        "dtype": "float32",
        "layers": 2,
        "evaluate_every": 0,
        "checkpoint_every": 100,
    }
    config = merge({**settings, "text": (str(TINY),), "name": name})
    return create(folder, name, config, load_paths(config.text))


@contextmanager
def _trained(run: RunDirectory) -> Iterator[subprocess.Popen[bytes]]:
    process = start_server(run, owned=False)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def _until_step(client: SocketClient, step: int) -> None:
    while (await client.poll(Poll(after_step=2**62))).status.step < step:
        await asyncio.sleep(0.002)


def _digest(run: RunDirectory) -> str:
    saved = load_checkpoint(run.checkpoints).checkpoint
    scalars = {**saved.scalars, "fingerprint": ""}  # the process has one thread, this one may not
    return hashlib.sha256(to_bytes(replace(saved, scalars=scalars))).hexdigest()


async def test_windows_are_taken_from_a_process_that_trains_the_same_bits(tmp_path) -> None:
    watched, alone = _run(tmp_path, "watched"), _run(tmp_path, "alone")
    with _trained(watched) as process:
        client = await SocketClient.connect(watched, process=process)
        for step in (1, 200, 450):
            await _until_step(client, step)
            assert await client.ask(Pause()) == Done(changed=True)
            window = await take_window(client, client.welcome)
            assert await client.ask(Pause()) == Done(changed=False)
            await client.send(Resume())
        await _until_step(client, 600)
        await client.send(Stop())
        await client.close()
        assert await asyncio.to_thread(process.wait, 20) == 0
    session, last = Session(alone), load_checkpoint(watched.checkpoints).checkpoint.step
    while session.trainer.step_number < last:
        session.advance()
    session.close()
    assert _digest(watched) == _digest(alone)
    at = window.update.steps + 1
    assert window.trace().loss == run_window(alone.path, at).trace().loss


async def test_a_run_is_replayed_under_the_hands_of_its_trainer(tmp_path) -> None:
    run = _run(tmp_path, "watched")
    with _trained(run) as process:
        client = await SocketClient.connect(run, process=process)
        await _until_step(client, 300)
        with pytest.raises(RefusedError, match="pause it"):
            await take_window(client, client.welcome)
        window = await asyncio.to_thread(run_window, run.path, 250)
        await client.close()
    assert window.title == "watched · step 250"  # with the logged loss: nothing more is said
