"""Where in a run of any length which kinds of events happened, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rnn_tui.tui.renderables.chart_data import Event
from rnn_tui.tui.renderables.event_marks import rank

PLACES: Final = 512
"""Of one kind; more than that are joined with their neighbours."""


class Marks:
    """Of each kind of events the steps, neighbouring ones taken together where they are many."""

    def __init__(self, places: int = PLACES) -> None:
        self._most = places
        self._shift = 0
        self._places: dict[str, dict[int, int]] = {}  # kind -> step >> shift -> the first step

    def add(self, step: int, kind: str) -> None:
        """Something of a kind happened at a step."""
        places = self._places.setdefault(kind, {})
        places.setdefault(step >> self._shift, step)
        if len(places) > self._most:
            self._shift += 1
            self._places = {kind: self._joined(steps) for kind, steps in self._places.items()}

    def _joined(self, places: dict[int, int]) -> dict[int, int]:
        joined: dict[int, int] = {}
        for step in places.values():
            joined.setdefault(step >> self._shift, step)
        return joined

    def __iter__(self) -> Iterator[Event]:
        for kind, places in self._places.items():
            for step in places.values():
                yield Event(step, kind)


def one_a_column(events: Iterable[Event], columns: int, first: int, last: int) -> tuple[Event, ...]:
    """Of the events from ``first`` to ``last`` those that matter most in each of the columns."""
    width = max(last - first + 1, 1)
    kept: dict[int, Event] = {}
    for event in events:
        if first <= event.step <= last:
            column = int((event.step - first) * columns // width)
            other = kept.get(column)
            if other is None or rank(event.kind) > rank(other.kind):
                kept[column] = event
    return tuple(kept.values())
