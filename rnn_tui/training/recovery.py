"""What a run is resumed from, and what of its log and checkpoints that supersedes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rnn_tui.runs.checkpoint import discard_after, load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.metrics import MetricsLog, Row
from rnn_tui.text.visible import visible_line
from rnn_tui.training.trainer import Trainer


class Recovered(NamedTuple):
    """Where a run goes on."""

    saved_step: int
    """-1 where nothing had been saved and it begins again."""
    seconds: float
    """Spent training before."""
    events: tuple[tuple[str, str], ...]
    """What is worth a line in the log: kind and detail."""


def recover(
    directory: RunDirectory, trainer: Trainer, metrics: MetricsLog, checkpoint_every: int
) -> Recovered:
    """Bring the trainer to the newest good checkpoint; what is later than that is removed.

    Raises CheckpointError when there were checkpoints and none can be used.
    """
    if never_saved(directory.checkpoints, checkpoint_every, metrics.last()):
        require_drawn(directory)
        metrics.truncate_after(0)
        again = ("resumed", "from the beginning: nothing had been saved")
        return Recovered(-1, 0.0, (again,))
    loaded = load_checkpoint(directory.checkpoints)
    trainer.restore(loaded.checkpoint)
    step = trainer.step_number
    discard_after(directory.checkpoints, step)
    metrics.truncate_after(step)
    last = metrics.last()
    skipped = (("checkpoint skipped", reason) for reason in loaded.skipped)
    events = (*skipped, ("resumed", f"from step {step}"))
    return Recovered(step, last.seconds if last else 0.0, events)


def require_drawn(directory: RunDirectory) -> None:
    """CheckpointError for a run whose first weights the seed did not draw: they are lost."""
    name = directory.facts().weights_name
    if name:
        raise CheckpointError(
            f"{directory.name} began with the weights of {visible_line(name)}, and its checkpoint "
            "of step 0 is gone: import that file again"
        )


def never_saved(checkpoints: Path, checkpoint_every: int, last: Row | None) -> bool:
    """Whether the run died before its first checkpoint: then it begins again.

    A log that goes on behind the first checkpoint says that there was one, and that it is lost.
    """
    if any(checkpoints.glob("step-*")) or not checkpoints.is_dir():
        return False
    return last is None or checkpoint_every == 0 or last.step <= checkpoint_every
