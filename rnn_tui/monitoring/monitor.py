"""``Monitor``: three lines in any training loop, and the app shows it as it shows its own."""

from __future__ import annotations

import atexit
import os
import time
import traceback
import weakref
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self, SupportsIndex

from rnn_tui.monitoring.earlier import earlier_run, place_of
from rnn_tui.monitoring.pending import Call, Noted, Shown
from rnn_tui.monitoring.values import MAX_STEP, array_of, configuration, number_of, step_of
from rnn_tui.monitoring.writer import Writer
from rnn_tui.runs.atomic import write_atomically
from rnn_tui.runs.directory import create_monitored
from rnn_tui.runs.hints import command
from rnn_tui.runs.metrics import MetricsLog
from rnn_tui.runs.names import label
from rnn_tui.runs.places import runs_folder
from rnn_tui.text.visible import visible_line

CLOSE_SECONDS = 10.0
"""How long ``close`` waits for a disk."""


class Monitor:
    """A run that your own training loop writes and ``rnn-tui attach`` shows, live and later::

        with Monitor("name", config={"lr": 0.1}) as monitor:
            for step in range(1000):
                ...
                monitor.log(step, loss=loss, val_loss=val_loss)
                monitor.show("hidden", h, axes=("time", "unit"))

    ``log`` and ``show`` copy what they are given and return; a thread writes it twice a second, so
    that a program that is killed has lost half a second at most. A disk that is full or hangs is
    told once on stderr and never stops the training. Any thread may call them; a process that was
    forked writes nothing.
    """

    def __init__(
        self,
        name: str = "",
        config: object = None,
        *,
        runs: str | os.PathLike[str] | None = None,
        resume: bool = False,
    ) -> None:
        """Make the run: ``name-2`` where ``name`` is taken, a friendly name where it is empty.

        config: a mapping, a dataclass or what argparse returns; kept as it is now.
        runs: the folder of the runs; else where ``rnn-tui`` looks for them.
        resume: go on with the run ``name`` if there is one. What it has of the first step that is
        logged now, and of later ones, is superseded by what comes; its time goes on.
        ConfigError for a name that is not allowed, StorageError if nothing can be written there,
        RunBusyError while another program goes on with it.
        """
        folder = runs_folder(runs, os.environ)
        found = earlier_run(folder, name) if resume else None
        self.directory = found or create_monitored(folder, name, configuration(config))
        self._lock = self.directory.lock()
        try:
            if found is not None and config is not None:
                write_atomically(found.foreign_config_file, configuration(config))
            log = MetricsLog(self.directory.metrics_file)
            place = place_of(log)
        except BaseException:
            self._lock.release()
            raise
        self._writer = Writer(self.name, log, resumes=found is not None)
        if log.mended:
            log.append_event(place.step, "note", log.mended, place.seconds)
            self._writer.tell(log.mended)
        self._pending = self._writer.pending
        self._began = time.monotonic() - place.seconds
        self._step = place.step
        self._ended = ""  # why nothing is taken any more
        self._writer.start()
        _OPEN.add(self)
        atexit.register(self.close)
        if name != self.name:  # then nobody knows what it is called
            self._writer.tell(f"watch it with {command('attach', self.directory)}")

    @property
    def name(self) -> str:
        """The run's name."""
        return self.directory.name

    def log(self, step: SupportsIndex, **values: Any) -> None:
        """Take numbers of a step: Python's, or arrays and tensors of any library that hold one.

        Each name is a series; of two values for one step the later counts, in whatever order steps
        come. NaN and infinities are kept, and marked. None is left out. TypeError for what is no
        number, ValueError for a step below 0 and after ``close``.
        """
        if self._ended:
            return self._refuse()
        number = step if type(step) is int and 0 <= step <= MAX_STEP else step_of(step)
        for name, value in values.items():
            if type(value) is not float and value is not None:
                values[name] = number_of(name, value)
        if None in values.values():
            values = {name: value for name, value in values.items() if value is not None}
        self._step = number
        self._pending.add(Call(number, time.monotonic() - self._began, values))
        return None

    def show(self, name: str, array: Any, axes: Sequence[str] = ()) -> None:
        """Take an array of up to 4 axes, in the place of the one of that name shown before.

        Anything that NumPy can read: tensors on any device, lists, buffers. axes: what each axis
        counts, such as ("time", "unit"). It belongs to the step logged last. Of one above 4 MB
        every 2nd, 4th, ... row or column is kept, which the run says. TypeError for what is no
        array of real numbers, ValueError for axes that do not fit and after ``close``.
        """
        if self._ended:
            return self._refuse()
        shape, copy = array_of(name, array)
        said = tuple(map(label, (axes,) if isinstance(axes, str) and axes else axes))
        if said and len(said) != len(shape):
            raise ValueError(f"{label(name)} has {len(shape)} axes and {len(said)} names of them")
        seconds = time.monotonic() - self._began
        self._pending.put(Shown(label(name), self._step, seconds, said, shape, copy))
        return None

    def close(self) -> None:
        """Write what was taken and let go of the run; a second time does nothing.

        Waits 10 seconds for a disk that does not answer, then says so on stderr.
        """
        if self._ended:
            return
        self._ended = f"run {self.name} is closed: nothing more can be logged to it"
        _OPEN.discard(self)
        atexit.unregister(self.close)
        self._writer.finish(CLOSE_SECONDS)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if error is not None and not self._ended and not _is_success(error):
            lines = traceback.format_exception_only(error)  # safe, whatever the error is
            detail = visible_line("".join(lines).strip()[:500])
            seconds = time.monotonic() - self._began
            self._pending.note(Noted(self._step, "failed", detail, seconds))
        self.close()

    def _refuse(self) -> None:
        if self._ended != _FORKED:
            raise ValueError(self._ended)

    def _leave(self) -> None:
        """After a fork, in the child: the run stays the parent's.

        Nothing of SQLite is touched; the writer's frame, which no longer runs here, holds it.
        """
        self._ended = _FORKED
        self._lock.leave()


_FORKED = "forked"
_OPEN: weakref.WeakSet[Monitor] = weakref.WeakSet()


def _leave_all() -> None:
    for monitor in list(_OPEN):
        monitor._leave()


os.register_at_fork(after_in_child=_leave_all)


def _is_success(error: BaseException | None) -> bool:
    return isinstance(error, SystemExit) and error.code in (None, 0)
