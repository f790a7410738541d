"""What a run can be resumed from."""

from __future__ import annotations

from pathlib import Path

from rnn_tui.runs.metrics import Row


def never_saved(checkpoints: Path, checkpoint_every: int, last: Row | None) -> bool:
    """Whether the run died before its first checkpoint: then it begins again.

    A log that goes on behind the first checkpoint says that there was one, and that it is lost.
    """
    if any(checkpoints.glob("step-*")) or not checkpoints.is_dir():
        return False
    return last is None or checkpoint_every == 0 or last.step <= checkpoint_every
