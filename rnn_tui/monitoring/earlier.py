"""An earlier run of another program, to be gone on with."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from rnn_tui.runs.directory import RunDirectory, open_run
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.hints import command
from rnn_tui.runs.metrics import MetricsReader
from rnn_tui.runs.names import check_name


def earlier_run(folder: Path, name: str) -> RunDirectory | None:
    """Return the run called ``name``, None where there is none.

    ConfigError without a name, and for a run that is trained here; CorruptRunError for a damaged
    one.
    """
    if not name:
        raise ConfigError("resume=True needs the name of the run that is to be gone on with")
    if not (folder / check_name(name)).exists():
        return None
    run = open_run(folder, name)
    if run.facts().kind != "monitored":
        resume = command("resume", run)
        raise ConfigError(f"run {name} is trained by rnn-tui itself: {resume}, or use another name")
    return run


class Place(NamedTuple):
    """How far a run is."""

    step: int
    seconds: float


def place_of(log: MetricsReader) -> Place:
    """Return where the log ends; the beginning where nothing was logged."""
    last = (log.last_point(name) for name in log.series_names())
    seconds = [point.seconds for point in last if point is not None]
    return Place(log.last_step(), max(filter(math.isfinite, seconds), default=0.0))
