"""Row F9 of the table of faults: the same seed gives the same weights, whoever looks on."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.core.arrays import Params
from rnn_tui.runs.checkpoint import list_checkpoints, load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.sampling.live import take_weights
from rnn_tui.stepping.live import take_window
from rnn_tui.stepping.recent import recent_state
from rnn_tui.training import protocol
from rnn_tui.training.client import SocketClient
from rnn_tui.training.knob_messages import ListKnobs
from rnn_tui.training.protocol import Poll, View
from tests.training.conftest import Sessions, finish
from tests.training.serving import Processes, start
from tests.training.test_resume import left_by
from tests.tui.local_client import local_run, watching
from tests.tui.opened import until

STEPS = 24
EACH = {"steps": STEPS, "keep_every": 1, "checkpoint_every": 1, "evaluate_every": 5}
"""A short run that leaves a checkpoint of each of its steps."""


def sha256(params: Params) -> str:
    return hashlib.sha256(b"".join(value.tobytes() for value in params.values())).hexdigest()


def digests(run: RunDirectory) -> dict[int, str]:
    """The SHA-256 of the parameters after each step, from the run's files."""
    steps = list_checkpoints(run.checkpoints)
    return {n: sha256(load_checkpoint(run.checkpoints, n).checkpoint.params) for n in steps}


def of_an_unbroken_run(sessions: Sessions, **settings: Any) -> dict[int, str]:
    session = sessions.new(**{**EACH, **settings})
    found = {}
    while not session.complete:
        session.advance()
        found[session.trainer.step_number] = sha256(session.trainer.params)
    assert digests(session.directory) == {n: found[n] for n in range(1, STEPS + 1)}
    return digests(session.directory)


RUNS: dict[str, dict[str, Any]] = {
    "adam": {},
    "two layers, momentum, stairs": {
        "layers": 2,
        "optimizer": "momentum",
        "learning_rate": 0.1,
        "schedule": "step",
        "decay_steps": 7,
    },
    "relu, float64, over the end of the text": {
        "cell": "relu",
        "dtype": "float64",
        "optimizer": "rmsprop",
        "window": 500,
        "batch": 3,
    },
}


@pytest.mark.parametrize("name", RUNS)
def test_f9_the_same_seed_gives_the_same_bits_at_each_step(sessions: Sessions, name: str) -> None:
    first, second = (of_an_unbroken_run(sessions, **RUNS[name]) for _ in range(2))
    assert first == second
    assert len(set(first.values())) == STEPS
    other = of_an_unbroken_run(sessions, **RUNS[name], seed=2)
    assert not set(first.values()) & set(other.values())


@pytest.mark.parametrize("name", RUNS)
def test_f9_killed_and_resumed_at_every_step_the_bits_are_the_same(
    sessions: Sessions, name: str
) -> None:
    expected = of_an_unbroken_run(sessions, **RUNS[name])
    session = sessions.new(**{**EACH, **RUNS[name]})
    for step in range(1, STEPS):
        while session.saved_step < step:
            session.advance()
        session = sessions.resumed(session)
        assert session.trainer.step_number == step
    finish(session)
    assert digests(session.directory) == expected


@pytest.mark.parametrize("k", range(1, 16))
def test_f9_wherever_it_is_stopped_it_goes_on_to_the_same_bits(sessions: Sessions, k: int) -> None:
    whole, parts = (sessions.new(steps=steps) for steps in (16, k))
    for session in (whole, parts):
        finish(session)
    parts.close()
    resumed = sessions.open(parts.directory, resume=True, steps=16)
    finish(resumed)
    measured = [point.step for point in resumed.metrics.held_out_after(0)]
    assert measured == [k, 16]  # it was measured where it ended
    assert left_by(resumed) == {**left_by(whole), "held out": left_by(resumed)["held out"]}


# -- while others look on ------------------------------------------------------------------------

EVERYTHING = Poll(
    views=(
        *(View(kind, "layer0.W_hh", 9, 9) for kind in ("weights", "gradients")),
        View("hidden", "0", 9, 9),
    )
)


async def look_at_everything(client: SocketClient, number: int) -> None:
    """What a client may ask that is not meant to change anything. The run is paused."""
    await client.poll(EVERYTHING)
    await client.send(protocol.StartSample("the ", 0.7, 50, number))
    await client.send(protocol.SetTemperature(number + 0.5))
    await take_window(client, client.welcome)
    await take_weights(client, client.welcome)
    await recent_state(client, number)
    await client.ask(ListKnobs())
    await client.send((protocol.StopSample(), protocol.Save())[number % 2])


async def watched_to_the_end(run: RunDirectory, process: subprocess.Popen[bytes]) -> int:
    """Watch each step that is made from now on; how many they were."""
    client = await SocketClient.connect(run, owner=True, process=process)
    await client.send(protocol.Pause())
    first = step = (await client.poll(EVERYTHING)).status.step
    while step < STEPS:
        other = await SocketClient.connect(run)
        await look_at_everything(client, step)
        await other.poll(EVERYTHING)
        await (client if step % 2 else other).send(protocol.StepOnce())
        await other.close()
        while (await client.poll(EVERYTHING)).status.step == step:
            await asyncio.sleep(0)
        step += 1
    while (await client.poll(EVERYTHING)).status.saved_step < STEPS:
        await asyncio.sleep(0)
    await client.send(protocol.Stop())
    await client.close()
    return step - first


async def test_f9_headless_and_watched_stepped_and_sampled_the_bits_are_the_same(
    sessions: Sessions, processes: Processes
) -> None:
    slow = {**EACH, "hidden": 64, "layers": 2, "batch": 32, "window": 64}
    watched, alone, headless = (sessions.run(**slow) for _ in range(3))
    process = start(watched, processes)
    assert await watched_to_the_end(watched, process) > STEPS // 2
    assert process.wait(20) == 0
    assert start(alone, processes, owned=False).wait(20) == 0
    command = [sys.executable, "-m", "rnn_tui", "resume", str(headless.path), "--headless"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert digests(watched) == digests(alone) == digests(headless)
    assert len(digests(watched)) == STEPS


async def test_f9_with_the_app_its_sampler_and_its_stepper_the_bits_are_the_same(
    tmp_path: Path,
) -> None:
    for name in ("alone", "watched"):
        (tmp_path / name).mkdir()
    with local_run(tmp_path / "alone", **EACH) as run:
        run.rest()
        expected = digests(run.directory)
    async with watching(tmp_path / "watched", pieces=1, trained=1, **EACH) as (opened, pilot):
        await pilot.press("t", "a", "b", "enter")
        await until(pilot, lambda: opened.dashboard.query_one("#sample").writing)
        await pilot.press("escape", "3", "right_square_bracket", "down", "p", "4", "2")
        for key, words in (("s", "FORWARD"), ("T", "temperature")):
            await pilot.press(key)
            await until(pilot, lambda: opened.app.screen is not opened.dashboard)
            await until(pilot, lambda words=words: words in opened.text)
            await pilot.press("right", "right", "v", "left")
            while opened.app.screen is not opened.dashboard:
                await pilot.press("escape")
        await pilot.press("space", "n", "n", "ctrl+s", "space")
        opened.pieces = opened.client.pieces = 50
        await until(pilot, lambda: opened.run.session.complete)
        assert digests(opened.run.directory) == expected
    assert len(expected) == STEPS
