"""N steps are k steps, a kill, a resume and the rest: in weights, losses and sampled text."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_tui.runs.checkpoint import LoadedCheckpoint, load_checkpoint
from rnn_tui.runs.tensors import Scalar
from rnn_tui.training import recovery
from rnn_tui.training.protocol import StartSample
from rnn_tui.training.session import Session
from rnn_tui.training.stream import Network, SampleStream

from .conftest import Seconds, Sessions, everything, finish, train_to, weights

STEPS = 30
OFTEN = {"steps": STEPS, "evaluate_every": 4, "checkpoint_every": 3}

DIVERGES = {"optimizer": "momentum", "momentum": 0.99, "clip": 0.0, "steps": 12}

RUNS: dict[str, dict[str, Any]] = {
    "plain": {"optimizer": "sgd", "clip": 0.0},
    "two layers, momentum": {"layers": 2, "optimizer": "momentum", "learning_rate": 0.1},
    "relu, adagrad, float64": {"cell": "relu", "optimizer": "adagrad", "dtype": "float64"},
    "identity, rmsprop": {"cell": "relu", "initialization": "identity", "optimizer": "rmsprop"},
    "adam, stairs": {"optimizer": "adam", "schedule": "step", "decay_steps": 7},
    "adamw, cosine, warm-up": {"optimizer": "adamw", "schedule": "cosine", "warmup": 5},
    "clipped twice": {"clip": 0.1, "clip_value": 0.01, "learning_rate": 0.5},
    "over the end of the text": {"window": 500, "batch": 3},
    "bytes, three layers": {"symbols": "byte", "layers": 3, "initialization": "orthogonal"},
    "it diverges": {"cell": "relu", "layers": 3, "learning_rate": 30.0, **DIVERGES},
    "it is saved now and then": {"checkpoint_every": 11, "evaluate_every": 7, "keep_every": 5},
    "it is saved at each step": {"checkpoint_every": 1, "evaluate_every": 1},
    "it is saved at the end": {"checkpoint_every": 0, "evaluate_every": 5},
}


def text_of(session: Session) -> str:
    """What the network writes from a fixed start."""
    clock = Seconds()
    request = StartSample("the ", 0.8, length=40, seed=7)
    network = Network.of(session.trainer, session.vocabulary)
    stream = SampleStream(1, request, network, clock)
    clock.now += 1_000
    stream.advance(40)
    return stream.text


def left_by(session: Session) -> dict[str, Any]:
    """All that a finished run leaves behind, but for the time that it took."""
    session.flush()
    return {
        **everything(session.trainer),
        "rows": [str(row._replace(seconds=0.0)) for row in session.metrics.rows_after(0)],
        "held out": str(session.metrics.held_out_after(0)),
        "text": text_of(session) if session.trainer.not_finite == 0 else "",
    }


def works_a_while(session: Session, rng: random.Random) -> bool:
    """Some pieces of work, of which a step is one; True when all is done before."""
    for _ in range(rng.randrange(1, 90)):
        if rng.random() < 0.05:  # somebody watches
            session.start_sample(1, StartSample("a", 1.0, length=5))
            session.status()
        session.advance()
        if session.complete:
            return True
    return False


@pytest.mark.parametrize("name", RUNS)
def test_a_run_that_is_killed_again_and_again_ends_as_the_unbroken_one(
    sessions: Sessions, name: str
) -> None:
    unbroken = sessions.new(**{**OFTEN, **RUNS[name]})
    finish(unbroken)
    expected = left_by(unbroken)
    assert len(expected["rows"]) == unbroken.steps
    assert (unbroken.trainer.not_finite > 0) == (name == "it diverges")
    for seed in range(2):
        rng = random.Random(f"{name} {seed}")
        session = sessions.new(**{**OFTEN, **RUNS[name]})
        for _ in range(8):
            if works_a_while(session, rng):
                break
            session = sessions.resumed(session)
        finish(session)
        assert left_by(session) == expected


@pytest.mark.parametrize("part", ["params", "moments", "state", "optimizer_steps", "knobs"])
def test_nothing_in_a_checkpoint_can_be_done_without(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    whole, killed = (sessions.new(steps=16, checkpoint_every=7) for _ in range(2))
    for session in (whole, killed):
        train_to(session, 3)
        session.trainer.learning_rate_factor = 3.0
        train_to(session, 8)
    new = sessions.new().trainer.checkpoint().scalars  # where a run begins
    monkeypatch.setattr(recovery, "load_checkpoint", lambda folder, **_: without(folder, part, new))
    resumed = sessions.resumed(killed)
    assert resumed.trainer.step_number == 7
    for session in (whole, resumed):
        finish(session)
    assert weights(resumed.trainer) != weights(whole.trainer)


def without(folder: Path, part: str, new: Mapping[str, Scalar]) -> LoadedCheckpoint:
    """A checkpoint that has forgotten something: it is as in a new run."""
    found = load_checkpoint(folder).checkpoint
    forgotten = {
        "params": {name: np.zeros_like(array) for name, array in found.params.items()},
        "moments": {name: np.zeros_like(array) for name, array in found.moments.items()},
        "state": tuple(np.zeros_like(h) for h in found.state),
    }
    scalars = {**found.scalars, **({} if part in forgotten else {part: new[part]})}
    arrays = {part: forgotten[part]} if part in forgotten else {}
    return LoadedCheckpoint(dataclasses.replace(found, scalars=scalars, **arrays), ())
