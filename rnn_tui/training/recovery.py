"""What a run is resumed from, and what of its log and checkpoints that supersedes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rnn_tui.runs.checkpoint import Checkpoint, discard_after, load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.exchange import unusual
from rnn_tui.runs.keeping import note_if_best
from rnn_tui.runs.metrics import MetricsLog, Row
from rnn_tui.text.visible import visible_line
from rnn_tui.training.origin import Origin, require_same_text, what_differs
from rnn_tui.training.trainer import Trainer

MOST_NAMED = 4
"""Arrays that are named in a message."""

NOTICE_SECONDS = 60.0
"""So long the app shows what was told when a run was resumed; it stays in the log."""


class Recovered(NamedTuple):
    """Where a run goes on."""

    saved_step: int
    """-1 where nothing had been saved and it begins again."""
    seconds: float
    """Spent training before."""
    events: tuple[tuple[str, str], ...]
    """What is worth a line in the log: kind and detail."""
    notices: tuple[str, ...] = ()
    """What whoever resumes it must be told, a line each."""


def recover(
    directory: RunDirectory, trainer: Trainer, metrics: MetricsLog, origin: Origin
) -> Recovered:
    """Bring the trainer to the newest good checkpoint; what is later than that is removed.

    What is not as it was when that was made is told. Raises CheckpointError when there were
    checkpoints and none can be used, and for one that was trained on another text.
    """
    mended = (("note", metrics.mended),) if metrics.mended else ()
    if never_saved(directory.checkpoints, trainer.config.checkpoint_every, metrics.last()):
        require_drawn(directory)
        metrics.truncate_after(0)
        again = ("resumed", "from the beginning: nothing had been saved")
        return Recovered(-1, 0.0, (*mended, again), tuple(detail for _, detail in mended))
    loaded = load_checkpoint(directory.checkpoints, to_go_on=True)
    require_same_text(directory, loaded.checkpoint)
    _require_finite(directory, loaded.checkpoint)
    trainer.restore(loaded.checkpoint)
    step = trainer.step_number
    discard_after(directory.checkpoints, step)
    metrics.truncate_after(step)
    _note_if_best(directory.checkpoints, step, metrics)
    last = metrics.last()
    differs = what_differs(loaded.checkpoint, origin)
    if poor := unusual(loaded.checkpoint.params):
        differs = (*differs, f"training may go wrong from such weights: {visible_line(poor)}")
    events = [*mended]
    events += [("checkpoint skipped", reason) for reason in loaded.skipped]
    events += [("resumed", f"from step {step}"), *(("note", line) for line in differs)]
    told = (detail for _, detail in mended)
    notices = (*told, *_passed_over(loaded.skipped, step), *differs)
    return Recovered(step, last.seconds if last else 0.0, tuple(events), notices)


def _note_if_best(checkpoints: Path, step: int, metrics: MetricsLog) -> None:
    """The run may have died between a checkpoint and the note that it is the best."""
    held_out = metrics.last_held_out()
    if held_out is not None and held_out.step == step:
        note_if_best(checkpoints, step, held_out.loss)


def _passed_over(skipped: tuple[str, ...], step: int) -> tuple[str, ...]:
    if not skipped:
        return ()
    return (f"it goes on from step {step:,}, for a later checkpoint is lost: {skipped[0]}",)


def require_drawn(directory: RunDirectory) -> None:
    """CheckpointError for a run whose first weights the seed did not draw: they are lost."""
    name = directory.facts().weights_name
    if name:
        raise CheckpointError(
            f"{directory.name} began with the weights of {visible_line(name)}, and its checkpoint "
            "of step 0 is gone: import that file again"
        )


def _require_finite(directory: RunDirectory, checkpoint: Checkpoint) -> None:
    """CheckpointError for weights or moments that no trainer of ours can have saved."""
    odd = [name for name in checkpoint.not_finite() if not name.startswith("state/")]
    if odd:
        named = ", ".join(visible_line(name)[:60] for name in odd[:MOST_NAMED])
        raise CheckpointError(
            f"the checkpoint of step {checkpoint.step:,} in {directory.checkpoints} is not finite "
            f"({named}): nothing could be learned from it; remove its files to go on from the one "
            f"before, or look at it with rnn-tui step {visible_line(directory.name)}"
        )


def never_saved(checkpoints: Path, checkpoint_every: int, last: Row | None) -> bool:
    """Whether the run died before its first checkpoint: then it begins again.

    A log that goes on behind the first checkpoint says that there was one, and that it is lost.
    """
    if any(checkpoints.glob("step-*")) or not checkpoints.is_dir():
        return False
    return last is None or checkpoint_every == 0 or last.step <= checkpoint_every
