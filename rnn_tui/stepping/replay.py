"""Any step of a stored run, entered again: the nearest checkpoint, and from there the same steps.

Nothing is written, so that it works while somebody trains the run. Products are computed as its
trainer does, by the plan that it kept: on the same machine the bits are the same.
Knobs that were turned on the way are turned again after the same steps, as the log tells.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rnn_tui.core.schedules import Constant
from rnn_tui.runs.blas import threads_used
from rnn_tui.runs.checkpoint import Checkpoint, list_checkpoints, load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError, ConfigError, CorruptRunError, StorageError
from rnn_tui.runs.exchange import warning
from rnn_tui.runs.metrics import MetricsReader
from rnn_tui.runs.network_symbols import run_vocabulary
from rnn_tui.runs.plan import kept_plan, planned
from rnn_tui.runs.rows import Event, Row
from rnn_tui.stepping.taken import window_of
from rnn_tui.stepping.window import Window
from rnn_tui.text.split import split
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.odd import odd_row
from rnn_tui.training.recovery import never_saved, require_drawn
from rnn_tui.training.trainer import Trainer
from rnn_tui.training.turning import knob_events, turned_to
from rnn_tui.training.upcoming import upcoming

LEARNING = frozenset({"learning_rate", "schedule"})
"""The knobs that make the learning rate."""

PAGE = 1_000
"""Rows of the log that are read at a time."""


def run_window(
    folder: Path,
    at: int | None = None,
    row: int | None = None,
    tell: Callable[[float], None] = lambda _: None,
    recent: Checkpoint | None = None,
) -> Window:
    """What ``replaying`` returns, all of it done here; ``tell`` is called with the progress."""
    work = replaying(folder, at, row, recent)
    while True:
        try:
            tell(next(work))
        except StopIteration as end:
            found: Window = end.value
            return found


def replaying(
    folder: Path,
    at: int | None = None,
    row: int | None = None,
    recent: Checkpoint | None = None,
) -> Generator[float, None, Window]:
    """The window that step ``at`` of the run in ``folder`` was trained on, before its update.

    ``at`` counts from 1; None is the step that the run would make next if it were resumed.
    ``row``, from 0, takes that row of the batch alone. Yields the progress, 0..1. Learning rates
    are those of the log, step by step, so that every change on the way is made again. Where the
    loss of step ``at`` is not that of the log to the last bit, the title says so. ``recent`` is a
    state that the trainer has kept in memory; it is begun with where no checkpoint is nearer.

    A step that was not finite comes in the precision of its training, for a wider one might hold
    what that could not; ``suspect`` of the window is the row where it went wrong.

    Raises RunError: ConfigError for a step that the run has not made or a row that there is not,
    CorruptRunError or StorageError where the run's files do not tell enough.
    """
    run = _opened(RunDirectory(folder))
    batch = run.trainer.config.batch
    if row is not None and not 0 <= row < batch:
        raise ConfigError(f"row {row} is not in the batch of {run.name}: choose 0 to {batch - 1}")
    yield 0.0
    with _Log(run.directory.metrics_file) as log:
        if at is None:
            _go_to_the_end(run, log)
            remark = ""
        else:
            remark = yield from _replay(run, log, at, recent)
    head, arrays = upcoming(run.trainer)
    window = window_of(run.name, run.vocabulary, head, arrays)
    with threads_used(run.threads):
        suspect = odd_row(run.trainer) if at is not None else None
    if suspect is not None:  # then the arrays are as they were
        window = window_of(run.name, run.vocabulary, head, arrays, np.dtype(head.dtype))
    title = window.title + remark + warning(run.trainer.params)
    window = replace(window, title=title, suspect=suspect)
    return window if row is None else window.one_row(row)


class _Run(NamedTuple):
    directory: RunDirectory
    vocabulary: Vocabulary
    trainer: Trainer
    threads: int

    @property
    def name(self) -> str:
        return self.directory.name


def _opened(directory: RunDirectory) -> _Run:
    """The run as it was before its first step."""
    config, text = directory.config(), directory.text()
    vocabulary = run_vocabulary(directory, text)
    training, held_out = split(vocabulary.encode(text), config.held_out)
    plan = kept_plan(directory.plan_file, config) or planned(config)
    trainer = Trainer(config, len(vocabulary), training, held_out, plan.widths)
    return _Run(directory, vocabulary, trainer, plan.threads)


class _Log:
    """The rows and the knobs of a run; none where it has not begun."""

    def __init__(self, file: Path) -> None:
        self._reader = MetricsReader(file) if file.exists() else None

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, *_: object) -> None:
        if self._reader is not None:
            self._reader.close()

    def knobs(self, first: int) -> dict[int, list[Event]]:
        """What was turned after each step from ``first`` on, in order."""
        turned: dict[int, list[Event]] = {}
        for event in knob_events(self._reader, first) if self._reader is not None else ():
            turned.setdefault(event.step, []).append(event)
        return turned

    def last(self) -> Row | None:
        return self._reader.last() if self._reader is not None else None

    def after(self, step: int) -> Iterator[Row]:
        while self._reader is not None and (rows := self._reader.rows_after(step, PAGE)):
            yield from rows
            step = rows[-1].step


def _go_to_the_end(run: _Run, log: _Log) -> None:
    """The newest good checkpoint, or the beginning where nothing had to be saved yet."""
    folder = run.directory.checkpoints
    if not never_saved(folder, run.trainer.config.checkpoint_every, log.last()):
        run.trainer.restore(load_checkpoint(folder).checkpoint)
    else:
        require_drawn(run.directory)


def _replay(
    run: _Run, log: _Log, at: int, recent: Checkpoint | None
) -> Generator[float, None, str]:
    """Make the steps before ``at`` again; what is to be said of the window of ``at``."""
    last, trainer = log.last(), run.trainer
    known = last.step if last is not None else 0
    checkpoint = _nearest(run.directory, at - 1, recent)
    if checkpoint is not None:
        trainer.restore(checkpoint)
    else:
        require_drawn(run.directory)
    start = trainer.step_number
    if not 1 <= at <= max(known, start + 1):  # behind the last step: only where it is at hand
        steps = f"steps 1 to {known:,}" if known else "no step yet"
        raise ConfigError(f"{run.name} has {steps} in its log: step {at:,} is not among them")
    knobs = log.knobs(start)
    for row in log.after(start):
        if row.step != trainer.step_number + 1:
            break
        _turn_again(run, knobs.get(trainer.step_number, ()))
        _use_learning_rate(run, row)
        if row.step == at:
            with threads_used(run.threads):
                return _remark(trainer, row)
        with threads_used(run.threads):
            trainer.step()
        yield (trainer.step_number - start) / (at - start)
    if at == start + 1:
        _turn_again(run, knobs.get(start, ()), LEARNING)
        return ""
    missing = f"the log of {run.name} has no step {trainer.step_number + 1:,}"
    raise CorruptRunError(f"{missing}, so that step {at:,} cannot be reached: choose another step")


def _nearest(directory: RunDirectory, most: int, recent: Checkpoint | None) -> Checkpoint | None:
    """The newest state of step ``most`` or before, from wherever; None where there is none."""
    with contextlib.suppress(CheckpointError, StorageError):
        return load_checkpoint(directory.odd, most).checkpoint
    found = _checkpoint(directory.checkpoints, most)
    if recent is None or recent.step > most or (found is not None and found.step >= recent.step):
        return found
    return recent


def _checkpoint(folder: Path, most: int) -> Checkpoint | None:
    """The newest good checkpoint of step ``most`` or before; None where there is none.

    One that is damaged, or that the trainer has removed meanwhile, is passed over: an earlier one
    only takes longer.
    """
    for step in reversed(list_checkpoints(folder) if folder.is_dir() else ()):
        if step <= most:
            try:
                return load_checkpoint(folder, step).checkpoint
            except CheckpointError:
                continue
    return None


def _turn_again(run: _Run, events: Iterable[Event], also: frozenset[str] = frozenset()) -> None:
    """Turn the knobs that were turned after the step that the trainer is at.

    Those that make the learning rate are in the rows already, and only turned if ``also`` says so.
    """
    for event in events:
        if event.name in LEARNING and event.name not in also:
            continue
        try:
            run.trainer.turn(event.name, turned_to(event))
        except ValueError as error:
            where = f"the log of {run.name}, step {event.step:,}"
            raise CorruptRunError(f"{where}, has a knob that cannot be turned: {error}") from error


def _use_learning_rate(run: _Run, row: Row) -> None:
    """Have the next step use the rate that it had, whatever schedule or key it came from."""
    try:
        run.trainer.schedule = Constant(base=row.learning_rate)
    except ValueError as error:
        raise CorruptRunError(f"the log of {run.name}, step {row.step:,}: {error}") from error
    run.trainer.learning_rate_factor = 1.0


def _remark(trainer: Trainer, row: Row) -> str:
    """Nothing where the window has the loss that was logged, to the last bit."""
    head, arrays = upcoming(trainer)
    state = tuple(np.zeros_like(h) if head.reset else h for h in trainer.state)  # (B, H) a layer
    loss = trainer.workspace.loss(trainer.params, arrays["inputs"], arrays["targets"], state)
    if loss == row.loss or (math.isnan(loss) and math.isnan(row.loss)):
        return ""
    return f" · not to the last bit: its loss is {abs(loss - row.loss):.1e} from the logged one"
