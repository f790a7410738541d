"""Tiny runs: a network of eight units that makes thousands of steps a second."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.text.corpus import load_paths
from rnn_tui.text.split import split
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.session import Session
from rnn_tui.training.trainer import Trainer

from .serving import Processes

TINY = Path(__file__).parents[2] / "assets" / "tiny.txt"
SMALL: dict[str, Any] = {"hidden": 8, "batch": 2, "window": 8, "evaluate_every": 0}


@dataclass
class Seconds:
    """A clock that goes on only when it is told to."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Sessions:
    """Makes runs and sessions, and closes them at the end."""

    folder: Path
    clock: Seconds = field(default_factory=Seconds)
    made: list[Session] = field(default_factory=list)

    def run(self, **settings: Any) -> RunDirectory:
        config = merge({**SMALL, **settings})
        return create(self.folder, "", config, load_paths([TINY]))

    def new(self, **settings: Any) -> Session:
        return self.open(self.run(**settings))

    def open(self, run: RunDirectory, **how: Any) -> Session:
        self.made.append(Session(run, clock=self.clock, **how))
        return self.made[-1]

    def resumed(self, session: Session, **how: Any) -> Session:
        """The same run after its process was killed: only what is on the disk is left."""
        session.metrics._connection.close()
        session.phase = "stopped"
        return self.open(session.directory, resume=True, **how)

    def close(self) -> None:
        """Close them all, whatever a test made of them."""
        for session in self.made:
            session.trainer.flat[...] = 0
            session.close()


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    made = Sessions(tmp_path / "runs")
    yield made
    made.close()


@pytest.fixture
def processes() -> Iterator[Processes]:
    started: Processes = []
    yield started
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder for sockets, whose paths must be short."""
    with tempfile.TemporaryDirectory(prefix="rnn", dir="/tmp") as folder:
        yield Path(folder)


def make_trainer(**settings: Any) -> Trainer:
    config = merge({**SMALL, **settings})
    text = TINY.read_text()
    vocabulary = Vocabulary.of(text, config.symbols)
    training, held_out = split(vocabulary.encode(text), config.held_out)
    return Trainer(config, len(vocabulary), training, held_out)


@pytest.fixture
def trainer() -> Callable[..., Trainer]:
    return make_trainer


def work_until(session: Session, done: Callable[[], bool], most: int = 100_000) -> None:
    """Let the session work until something is so; fails when there is nothing left to do."""
    for _ in range(most):
        if done():
            return
        worked = session.advance()
        assert worked or done(), f"nothing left to do: {session.status()}"
    raise AssertionError(f"not after {most} pieces of work: {session.status()}")


def train_to(session: Session, step: int) -> None:
    work_until(session, lambda: session.trainer.step_number >= step)


def finish(session: Session) -> None:
    work_until(session, lambda: session.complete)


def weights(trainer: Trainer) -> bytes:
    return trainer.flat.tobytes()


def everything(trainer: Trainer) -> dict[str, bytes]:
    """All that decides what the next steps will be."""
    checkpoint = trainer.checkpoint()
    moments = {f"moment {name}": value for name, value in checkpoint.moments.items()}
    state = {f"state {layer}": value for layer, value in enumerate(checkpoint.state)}
    arrays = {**checkpoint.params, **moments, **state}
    scalars = np.array([repr(sorted(checkpoint.scalars.items()))])
    return {name: array.tobytes() for name, array in {**arrays, "scalars": scalars}.items()}
