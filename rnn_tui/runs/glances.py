"""Every run of a folder at a glance, again and again: only what has changed is read again."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

from rnn_tui.runs.directory import RunDirectory, run_folders
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.listing import RunSummary, size_and_time
from rnn_tui.runs.managing import TAGS_FILE, tags_of
from rnn_tui.runs.metrics import MetricsReader
from rnn_tui.runs.told_settings import config_file, settings_of

SPEED_STEPS: Final = 200
"""The speed of now is that of the last so many steps."""

LOSS_NAMES: Final = ("loss", "train_loss", "train/loss", "training_loss")
HELD_OUT_NAMES: Final = ("val_loss", "val/loss", "validation_loss", "eval_loss", "test_loss")
"""What programs call the two losses of a run that they train; the first that is there counts."""


class Best(NamedTuple):
    """The lowest loss on held-out text."""

    step: int
    loss: float


@dataclass(frozen=True)
class Glance:
    """One run among others. What is not known is None, or empty."""

    summary: RunSummary
    kind: str = "trained"
    goal: int = 0  # steps that it is to make; 0: until somebody stops it
    best: Best | None = None
    speed: float | None = None
    """Of the last steps: characters a second, or steps a second where nobody counts characters."""
    characters: int = 0  # seen by the network
    seconds: float = 0.0  # spent training
    settings: Mapping[str, str] = field(default_factory=dict)
    """Its configuration, as text, with the text's name; without names of files."""
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The run's name."""
        return self.summary.name

    @property
    def state(self) -> str:
        """What becomes of it: "training", "finished", "stopped" or "broken"."""
        done = self.goal and self.summary.step >= self.goal
        return "finished" if done and self.summary.state == "stopped" else self.summary.state

    @property
    def speed_unit(self) -> str:
        """What the speed counts."""
        return "char/s" if self.characters else "step/s"


class Stamp(NamedTuple):
    """When a file last changed, and its size."""

    changed: int  # nanoseconds
    size: int


@dataclass(frozen=True)
class _Known:
    """What was read of a run, and of which files."""

    stamps: tuple[Stamp | None, ...]
    config: Stamp | None
    glance: Glance


class Glances:
    """The runs of ``folder``, each read again only when its files have changed.

    One thread at a time. What is kept grows with the number of runs and not with their length.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, _Known] = {}
        self.complete = False
        """Whether the last look saw all runs."""

    def look(self, seconds: float = math.inf) -> tuple[Glance, ...]:
        """Return all runs, newest first; none where the folder does not exist.

        After so many seconds those are left out that were never seen: the next look goes on. What
        cannot be read is "broken" with the reason. StorageError only if the folder itself cannot be
        read.
        """
        ends = time.monotonic() + seconds
        known: dict[str, _Known] = {}
        complete = True
        for run in run_folders(self.folder):
            before = self._known.get(run.name)
            if before is None and time.monotonic() > ends:
                complete = False
                continue
            found = self._looked_at(run, before)
            if found is not None:
                known[run.name] = found
        self._known, self.complete = known, complete
        return tuple(sorted((one.glance for one in known.values()), key=_age, reverse=True))

    def _looked_at(self, run: RunDirectory, before: _Known | None) -> _Known | None:
        stamps = stamps_of(run)
        if before is not None and before.stamps == stamps:
            return replace(before, glance=_state_of_now(before.glance, run))
        config = stamp(config_file(run))
        if before is not None and before.config == config:
            settings = before.glance.settings, before.glance.goal
        else:
            settings = settings_of(run)
        glance = _read(run, *settings)
        return _Known(stamps, config, glance) if run.path.is_dir() else None  # removed meanwhile


def _age(glance: Glance) -> tuple[str, str]:
    return glance.summary.created or glance.summary.updated, glance.name


def stamps_of(run: RunDirectory) -> tuple[Stamp | None, ...]:
    """Return what changes whenever there is more to read of a run."""
    metrics = run.metrics_file
    waiting = metrics.with_name(f"{metrics.name}-wal")
    written = stamp(waiting)
    files = run.facts_file, config_file(run), run.path / TAGS_FILE, metrics
    return *map(stamp, files), written if written and written.size else None


def stamp(path: Path) -> Stamp | None:
    """Return the stamp of a file, None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return Stamp(found.st_mtime_ns, found.st_size)


def _state_of_now(glance: Glance, run: RunDirectory) -> Glance:
    """The lock leaves no trace in the files."""
    if glance.summary.state == "broken":
        return glance
    try:
        holder = run.holder()
    except RunError:
        return glance
    state, pid = ("training", holder.pid) if holder else ("stopped", None)
    if (state, pid) == (glance.summary.state, glance.summary.pid):
        return glance
    return replace(glance, summary=replace(glance.summary, state=state, pid=pid))  # type: ignore[arg-type]


def _read(run: RunDirectory, settings: Mapping[str, str], goal: int) -> Glance:
    size, updated = size_and_time(run.path)
    summary = RunSummary(run.name, run.path, "broken", size=size, updated=updated)
    glance = Glance(summary, settings=settings, goal=goal, tags=tags_of(run))
    try:
        facts, holder = run.facts(), run.holder()
        known = replace(
            summary,
            state="training" if holder else "stopped",
            text=facts.text_name,
            created=facts.created,
            pid=holder.pid if holder else None,
        )
        text = {"text": known.text} if facts.kind == "trained" else {}
        found = replace(
            glance, summary=known, kind=facts.kind, settings={**text, **glance.settings}
        )
        return _with_numbers(found, run)
    except RunError as error:
        return replace(glance, summary=replace(summary, reason=str(error)))


def _with_numbers(glance: Glance, run: RunDirectory) -> Glance:
    found = stamp(run.metrics_file)
    if found is None or not found.size:
        return glance  # made, and never trained
    with MetricsReader(run.metrics_file) as metrics:
        return _NUMBERS[glance.kind](glance, metrics)


def _trained(glance: Glance, metrics: MetricsReader) -> Glance:
    last, held_out, best = metrics.last(), metrics.last_held_out(), metrics.best_held_out()
    summary = replace(glance.summary, held_out=held_out.loss if held_out else None)
    glance = replace(glance, summary=summary, best=Best(*best) if best else None)
    if last is None:
        return glance
    earlier = metrics.rows_after(last.step - SPEED_STEPS, 1)[0]
    return replace(
        glance,
        summary=replace(summary, step=last.step, loss=last.loss),
        characters=last.characters,
        seconds=last.seconds,
        speed=_rate(last.characters - earlier.characters, last.seconds - earlier.seconds),
    )


def _monitored(glance: Glance, metrics: MetricsReader) -> Glance:
    names = metrics.series_names()
    loss, held_out = loss_of(names), held_out_of(names)
    last = metrics.last_point(loss) if loss else None
    best = metrics.best_point(held_out) if held_out else None
    value = metrics.last_point(held_out) if held_out else None
    summary = replace(
        glance.summary,
        step=metrics.last_step(),
        loss=last.value if last else None,
        held_out=value.value if value else None,
    )
    glance = replace(glance, summary=summary, best=Best(best.step, best.value) if best else None)
    if last is None or loss is None:
        return glance
    earlier = metrics.points_after(loss, last.step - SPEED_STEPS, 1)[0]
    speed = _rate(last.step - earlier.step, last.seconds - earlier.seconds)
    return replace(glance, seconds=last.seconds, speed=speed)


_NUMBERS = {"trained": _trained, "monitored": _monitored}


def loss_of(names: list[str]) -> str | None:
    """Return which of a run's series is its training loss; the first of all, if none says so."""
    named = [name for name in LOSS_NAMES if name in names]
    likely = [name for name in names if "loss" in name.lower() and name not in HELD_OUT_NAMES]
    others = [name for name in names if name not in HELD_OUT_NAMES]
    return next(iter(named + likely + others), None)


def held_out_of(names: list[str]) -> str | None:
    """Return which of a run's series is its loss on held-out data, if any."""
    return next((name for name in HELD_OUT_NAMES if name in names), None)


def _rate(count: float, seconds: float) -> float | None:
    rate = count / seconds if seconds > 0 else math.nan
    return rate if math.isfinite(rate) and rate > 0 else None
