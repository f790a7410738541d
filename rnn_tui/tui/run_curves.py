"""The loss curves of the runs that are on the screen, read beside it and kept for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

from rnn_tui.runs.curves import RunCurve, curve_of, read_curve
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.glances import Glance

KEPT: Final = 256
"""Curves; those that were not seen for longest go first."""

POINTS: Final = 400
"""Points of a curve that is drawn small."""

GROWN: Final = 1 / 64
"""By so much a run must have grown until its curve is read again."""


def read_all(
    directories: Iterable[RunDirectory], shown: Iterable[RunCurve], series: str
) -> tuple[tuple[RunCurve, ...], str]:
    """The curves as they are now, and what is wrong; of a run that was damaged the one before.

    ``series`` is read instead of the losses, unless it is empty.
    """
    known = {curve.name: curve for curve in shown}
    found, trouble = [], ""
    for directory in directories:
        before = known[directory.name]
        try:
            now = read_curve(directory, series=series)
        except RunError as error:
            now, trouble = before, str(error)
        trouble = now.damaged or trouble
        found.append(before if now.damaged and len(now.steps) < len(before.steps) else now)
    return tuple(found), trouble


class RunCurves:
    """Reads in a thread, which ``read`` is called in; the rest belongs to the thread of the app."""

    def __init__(self, points: int = POINTS) -> None:
        self._points = points
        self._kept: OrderedDict[str, tuple[Glance, RunCurve]] = OrderedDict()

    @property
    def all(self) -> Mapping[str, RunCurve]:
        """Those that are known, by the names of their runs."""
        return {name: curve for name, (_, curve) in self._kept.items()}

    def missing(self, glances: Iterable[Glance]) -> list[Glance]:
        """The runs whose curves are not known, or not as they are now."""
        return [glance for glance in glances if self._stale(glance)]

    def _stale(self, glance: Glance) -> bool:
        known = self._kept.get(glance.name)
        if known is None:
            return True
        before, now = known[0].summary, glance.summary
        if before.step > now.step or before.created != now.created:
            return True
        goes_on = now.state == "training" and now.step - before.step < GROWN * now.step
        return (before.step, before.updated) != (now.step, now.updated) and not goes_on

    def read(self, glances: Iterable[Glance], seconds: float) -> dict[str, tuple[Glance, RunCurve]]:
        """Read the curves of as many of these runs as there is time for, of one at least."""
        found: dict[str, tuple[Glance, RunCurve]] = {}
        began = time.monotonic()
        for glance in glances:
            found[glance.name] = glance, self._read(glance)
            if time.monotonic() - began > seconds:
                break
        return found

    def _read(self, glance: Glance) -> RunCurve:
        try:
            return read_curve(RunDirectory(glance.summary.path), self._points)
        except RunError:  # the list says why
            return curve_of(glance.name, [], [])

    def keep(self, found: Mapping[str, tuple[Glance, RunCurve]]) -> None:
        """Take over what was read."""
        for name, pair in found.items():
            self._kept[name] = pair
            self._kept.move_to_end(name)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def seen(self, glances: Iterable[Glance]) -> None:
        """These are on the screen."""
        for glance in glances:
            if glance.name in self._kept:
                self._kept.move_to_end(glance.name)
