"""The thread that brings what was logged to the disk, so that training never waits for one."""

from __future__ import annotations

import contextlib
import sys
import threading
import time

from rnn_tui.monitoring.pending import Call, Pending, Shown
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.marks import Marks
from rnn_tui.runs.metrics import COMMIT_SECONDS, MetricsLog
from rnn_tui.runs.names import MAX_SERIES, label
from rnn_tui.runs.rows import StoredArray
from rnn_tui.text.visible import visible_line

_ARRAYS_SHARE = 0.1  # of the time may go into writing arrays


class Writer(threading.Thread):
    """Empties ``pending`` into the log twice a second, until ``finish``; the log is its own.

    A log that cannot be written is told once, and tried again with nothing lost: while a commit is
    owed, nothing more is taken. ``resumes``: what the log has of the first step that comes, and of
    later ones, is superseded.
    """

    def __init__(self, run: str, log: MetricsLog, resumes: bool = False) -> None:
        super().__init__(name=f"rnn-tui: {run}", daemon=True)  # a disk that hangs keeps no program
        self._run, self._log = run, log
        self._due = threading.Event()
        self._finishing = False
        self._owed = False  # a commit failed
        self._told = False
        self._arrays_from = 0.0  # when arrays may be written again
        # what the user calls it -> what it is called here
        self._series = {name: name for name in log.series_names()}
        self._resumes = resumes
        self._crowded = False  # there were more names than are kept
        self._marks = Marks(log)
        self._thinned: set[str] = set()
        self.pending = Pending(self._due.set)

    def run(self) -> None:
        """Write until it is said that nothing more comes."""
        while not self._finishing:
            self._due.wait(COMMIT_SECONDS)
            self._due.clear()
            self._turn()
        self._turn()  # also what came while the last turn was made
        with contextlib.suppress(RunError):  # told already
            self._log.close()

    def finish(self, seconds: float) -> None:
        """Write the rest and end; give up after ``seconds``."""
        self._finishing = True
        self._due.set()
        self.join(seconds)
        if self.is_alive() or self._owed:
            self.tell("not all that was logged could be written")

    def _turn(self) -> None:
        try:
            if self._owed:
                self._log.flush()
                self._owed = False
            self._write()
        except (RunError, MemoryError) as error:
            self._owed = True
            if not self._told:
                self._told = True
                self.tell(f"{error}; training goes on, what is logged waits in memory")

    def tell(self, what: str) -> None:
        """Say one line to the user; training prints to the same terminal."""
        with contextlib.suppress(OSError, ValueError, AttributeError):  # a stderr that is gone
            sys.stderr.write(f"rnn-tui: run {self._run}: {visible_line(what)}\n")

    def _supersede(self) -> None:
        """Before the first step is taken: if this fails, it waits."""
        first = self.pending.first_call()
        if first is not None:
            goes_back = first.step <= self._log.last_step()
            self._log.truncate_after(first.step - 1)
            if self._log.mended and goes_back:  # it was noted behind that step
                self._log.append_event(first.step, "note", self._log.mended, first.seconds)
            detail = f"again from step {first.step:,} on"
            self._log.append_event(first.step, "resumed", detail, first.seconds)
            self._resumes = False

    def _write(self) -> None:
        if self._resumes:
            self._supersede()
        began = time.monotonic()
        taken = self.pending.take(arrays=self._finishing or began >= self._arrays_from)
        for call in taken.calls:
            for name, value in call.values.items():
                series = self._series.get(name) or self._begun(name, call)
                if series:
                    self._log.append_point(series, call.step, value, call.seconds)
                    self._marks.see(series, value, call.step, call.seconds)
        for shown in taken.shown:
            self._put(shown)
        for noted in taken.noted:
            self._log.append_event(*noted)
        self._log.flush()
        if taken.shown:
            now = time.monotonic()
            self._arrays_from = now + (now - began) / _ARRAYS_SHARE

    def _begun(self, name: str, call: Call) -> str:
        """Return what a new series is called; empty, and said once, if there are too many."""
        if len(self._series) < MAX_SERIES:
            self._series[name] = label(name)
            return self._series[name]
        if not self._crowded:
            self._crowded = True
            detail = f"{label(name)} and later names: only the first {MAX_SERIES:,} are kept"
            self._log.append_event(call.step, "dropped", detail, call.seconds)
        return ""

    def _put(self, shown: Shown) -> None:
        import numpy as np

        array, name = shown.array, label(shown.name)
        data = array.tobytes()
        parts = (array.dtype.name, array.shape, shown.axes, data, shown.seconds)
        self._log.put_array(StoredArray(name, shown.step, *parts))
        odd = array[~np.isfinite(array)]
        self._marks.see(name, float(odd[0]) if odd.size else 0.0, shown.step, shown.seconds)
        if array.shape != shown.shape and name not in self._thinned:
            self._thinned.add(name)
            detail = (
                f"{_by(shown.shape)} numbers are many: evenly chosen {_by(array.shape)} are kept"
            )
            self._log.append_event(shown.step, "note", detail, shown.seconds, name)


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)
