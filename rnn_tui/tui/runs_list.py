"""What the runs screen shows: which runs, in which order, which of them are marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rnn_tui.runs.comparing import ORDERS, checked_order, differences, in_order, matching
from rnn_tui.runs.curves import RunCurve
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.glances import Glance
from rnn_tui.tui.renderables.run_colors import MOST, place_of

NEWEST: Final = "created"


@dataclass(frozen=True, eq=False)
class RunsView:
    """The list at one moment. All texts are from data."""

    folder: Path
    runs: tuple[Glance, ...]  # that are shown, in order
    total: int  # runs that there are
    training: int  # of them all
    settings: tuple[str, ...]  # that differ among the shown ones
    cursor: int  # the line that keys are about
    marked: Mapping[str, int]  # name -> colour, in the order in which they were marked
    order: str
    backwards: bool
    wanted: str  # what the runs are filtered by
    watched: str  # name of the run that the app shows; empty: none
    curves: Mapping[str, RunCurve]
    known: bool  # whether the folder was read yet
    trouble: str

    @property
    def run(self) -> Glance | None:
        """The run that keys are about."""
        return self.runs[self.cursor] if self.runs else None

    def color(self, name: str) -> int:
        """The number of a run's colour."""
        return self.marked.get(name, place_of(name))

    @property
    def compared(self) -> tuple[str, ...]:
        """The marked runs that are still there; where none is, the one that keys are about."""
        return tuple(self.marked) or ((self.run.name,) if self.run else ())


class RunsList:
    """The list as keys change it."""

    def __init__(self, folder: Path, watched: str = "") -> None:
        self.folder, self.watched = folder, watched
        self.order, self.backwards, self.wanted, self.trouble = NEWEST, False, "", ""
        self._all: Sequence[Glance] = ()
        self._shown: list[Glance] = []
        self._settings: tuple[str, ...] = ()
        self._known = self._complete = False
        self._marked: dict[str, int] = {}
        self._name, self._place = watched, 0

    def take(self, glances: Sequence[Glance], complete: bool = True) -> None:
        """Take over what was found in the folder; not ``complete``: so far."""
        there = {glance.name for glance in glances}
        self._all, self._known = glances, complete or bool(glances)
        self._complete = complete
        self._marked = {name: color for name, color in self._marked.items() if name in there}
        self._arrange()

    def _arrange(self) -> None:
        found = matching(self._all, self.wanted)
        self._settings = differences(found)
        if self.order not in ORDERS and self.order not in self._settings:
            self.order, self.backwards = NEWEST, False
        self._shown = in_order(found, self.order, self.backwards)
        names = [glance.name for glance in self._shown]
        if self._name in names:
            self._place = names.index(self._name)
        else:  # what comes there when a run is gone is next
            self._place = min(self._place, max(len(names) - 1, 0))
            self._name = names[self._place] if names and self._complete else self._name

    def view(self, curves: Mapping[str, RunCurve]) -> RunsView:
        """The list of now."""
        return RunsView(
            self.folder,
            tuple(self._shown),
            len(self._all),
            sum(glance.state == "training" for glance in self._all),
            self._settings,
            self._place,
            dict(self._marked),
            self.order,
            self.backwards,
            self.wanted,
            self.watched,
            curves,
            self._known,
            self.trouble,
        )

    def named(self, names: Iterable[str]) -> list[Glance]:
        """The runs of these names that there are."""
        found = {glance.name: glance for glance in self._all}
        return [found[name] for name in names if name in found]

    @property
    def run(self) -> Glance:
        """The run that keys are about. ConfigError if there is none."""
        if not self._shown:
            none = f"no run matches {self.wanted}" if self.wanted else "there are no runs yet"
            raise ConfigError(f"{none}: / filters, and rnn-tui starts a run")
        return self._shown[self._place]

    # -- what is done -----------------------------------------------------------------------------

    def go(self, place: int) -> None:
        """To a line of the list, or to the nearest one."""
        if self._shown:
            self._place = min(max(place, 0), len(self._shown) - 1)
            self._name = self._shown[self._place].name

    def move(self, by: int) -> None:
        """Some lines on."""
        self.go(self._place + by)

    def mark(self) -> str:
        """Mark the run, or take its mark away, and go to the next. ConfigError for too many."""
        name = self.run.name
        if name in self._marked:
            del self._marked[name]
        elif len(self._marked) < MOST:
            self._marked[name] = place_of(name, self._marked.values())
        else:
            raise ConfigError(f"{MOST} runs are marked already: space takes a mark away")
        self.move(1)
        return f"{len(self._marked)} marked: o lays them over each other" if self._marked else ""

    def unmark(self) -> str:
        """Take all marks away."""
        self._marked.clear()
        return "no run is marked"

    def renamed(self, before: str, after: str) -> None:
        """A run has another name: what is known of it goes with it."""
        if before in self._marked:
            del self._marked[before]
            self._marked[after] = place_of(after, self._marked.values())
        if self._name == before:
            self._name = after

    def sort(self, by: str) -> str:
        """Sort by something; the other way round if it is sorted by it already. ConfigError."""
        checked_order(by, self._settings)
        self.backwards = by == self.order and not self.backwards
        self.order = by
        self._arrange()
        return f"sorted by {by}{', backwards' if self.backwards else ''}"

    def filter(self, wanted: str) -> str:
        """Show only the runs that all of these words are found in."""
        self.wanted = " ".join(wanted.split())
        self._arrange()
        if not self.wanted:
            return f"all {len(self._all)} runs"
        return f"{len(self._shown)} of {len(self._all)} runs match: / backspace enter shows all"
