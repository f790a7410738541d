"""What ``rnn-tui runs`` shows: every run of a folder, also those that are broken."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from rnn_tui.runs.directory import RunDirectory, run_folders
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.metrics import MetricsReader


@dataclass(frozen=True)
class RunSummary:
    """One run at a glance. What is not known is None; a broken run has a ``reason``."""

    name: str
    path: Path
    state: Literal["training", "stopped", "broken"]
    step: int = 0
    loss: float | None = None  # of the last update, nats per character
    held_out: float | None = None  # of the last evaluation, nats per character
    text: str = ""  # name of the text
    size: int = 0  # bytes on disk
    created: str = ""  # UTC, ISO 8601
    updated: str = ""  # UTC, ISO 8601: when one of its files last changed
    pid: int | None = None  # of the process that trains it
    reason: str = ""


def list_runs(folder: Path) -> list[RunSummary]:
    """Return the runs in ``folder``, newest first; none where the folder does not exist.

    A run that cannot be read is listed as "broken" with the reason. StorageError only if ``folder``
    itself cannot be read.
    """
    summaries = [summarize(run) for run in run_folders(folder)]
    return sorted(summaries, key=lambda run: (run.created or run.updated, run.name), reverse=True)


def summarize(run: RunDirectory) -> RunSummary:
    """Return what there is to say of one run; never raises for what its files hold.

    Whether it is training is what the lock says; a process number alone proves nothing.
    """
    size, updated = size_and_time(run.path)
    try:
        facts, holder = run.facts(), run.holder()
        step, loss, held_out = _last(run, facts.kind)
    except RunError as error:
        return RunSummary(
            run.name, run.path, "broken", size=size, updated=updated, reason=str(error)
        )
    return RunSummary(
        name=run.name,
        path=run.path,
        state="training" if holder else "stopped",
        step=step,
        loss=loss,
        held_out=held_out,
        text=facts.text_name,
        size=size,
        created=facts.created,
        updated=updated,
        pid=holder.pid if holder else None,
    )


def _last(run: RunDirectory, kind: str) -> tuple[int, float | None, float | None]:
    """Return the latest step, loss and loss on held-out text."""
    if not run.metrics_file.exists() or not run.metrics_file.stat().st_size:
        return 0, None, None  # made, and never trained
    with MetricsReader(run.metrics_file) as metrics:
        return _LAST[kind](metrics)


def _last_trained(metrics: MetricsReader) -> tuple[int, float | None, float | None]:
    row, held_out = metrics.last(), metrics.last_held_out()
    step, loss = (row.step, row.loss) if row else (0, None)
    return step, loss, held_out.loss if held_out else None


def _last_monitored(metrics: MetricsReader) -> tuple[int, float | None, float | None]:
    """The same of series, by the names that nearly everybody gives them."""
    loss, held_out = (metrics.last_point(name) for name in ("loss", "val_loss"))
    return metrics.last_step(), loss and loss.value, held_out and held_out.value


_LAST = {"trained": _last_trained, "monitored": _last_monitored}


READERS_OWN = ".sqlite-shm"
"""The file in which those who read a log keep their places: to look at a run does not change it."""


def size_and_time(folder: Path) -> tuple[int, str]:
    """Return the bytes of all files below ``folder`` and the time of the latest change."""
    size, latest = 0, 0.0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                found = os.lstat(os.path.join(root, name))
            except OSError:
                continue  # removed while we look
            size += found.st_size
            if found.st_size and not name.endswith(READERS_OWN):
                latest = max(latest, found.st_mtime)
    return size, datetime.fromtimestamp(latest, UTC).isoformat(timespec="seconds")
