"""What the proofs need of other tests: tiny runs, and a disk that fails when told."""

from __future__ import annotations

import pytest

from tests.pty.conftest import run
from tests.pty.runs import Run
from tests.runs.conftest import corpus, watched
from tests.training.conftest import Sessions, finish, processes, sessions, short

__all__ = ["corpus", "processes", "run", "sessions", "short", "watched"]


@pytest.fixture
def stopped(sessions: Sessions, run: Run) -> Run:
    """The run otter, of five steps, that nobody trains."""
    session = sessions.new(steps=5)
    finish(session)
    session.close()
    run.runs.mkdir(exist_ok=True)
    session.directory.path.rename(run.directory.path)
    return run
