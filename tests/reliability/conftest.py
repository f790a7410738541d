"""What the proofs need of other tests: tiny runs, and a disk that fails when told."""

from __future__ import annotations

from tests.runs.conftest import corpus, watched
from tests.training.conftest import sessions, short

__all__ = ["corpus", "sessions", "short", "watched"]
