"""What is read off all runs at once, a line a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message

from rnn_tui.tui.renderables.numbers import step_number
from rnn_tui.tui.run_charts import OverlayView, Reading, readings, time_unit, unit_of
from rnn_tui.tui.widgets.line_pane import Line, Span
from rnn_tui.tui.widgets.runs.columns import UNKNOWN, nats, padded
from rnn_tui.tui.widgets.runs.run_lines import RunLines
from rnn_tui.tui.widgets.status_bar import clip

_LEAST_NAME: Final = 10
_MOST_NAME: Final = 32


class _Fact(NamedTuple):
    heading: str
    width: int
    write: Callable[[Reading], str]


_FACTS: Final = (
    _Fact("step", 11, lambda r: UNKNOWN if r.step is None else f"{r.step:,}"),
    _Fact("loss", 7, lambda r: nats(r.loss)),
    _Fact("held out", 8, lambda r: nats(r.held_out)),
    _Fact("best", 7, lambda r: nats(r.best)),
    _Fact("lowest", 7, lambda r: nats(r.low)),
    _Fact("highest", 7, lambda r: nats(r.high)),
    _Fact("not finite", 10, lambda r: f"✗ {r.odd:,}" if r.odd else ""),
)


class OverlayReadings(RunLines[OverlayView]):
    """The runs with their numbers at the cursor; the lowest loss is the strong one."""

    class Clicked(Message):
        """Run ``place`` is to be hidden, or to be shown again."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def titles(self, view: OverlayView) -> Sequence[str]:
        """Where the numbers are read off."""
        if view.cursor is None:
            return ("at the end of each run · ← moves the cursor there", "at the end of each run")
        return (f"at {place_words(view)}",)

    def lines(self, view: OverlayView, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002
        """A heading, and the runs in the order in which they were marked."""
        found = readings(view)
        facts = _fitting(width)
        room = width - sum(fact.width + 2 for fact in facts) - 4
        name = min(max(room, 1), max(_LEAST_NAME, *(cell_len(r.title) for r in found), 0))
        name = min(name, _MOST_NAME)
        heading = "".join(f"  {_heading(fact, view):>{fact.width}}" for fact in facts)
        losses = [r.loss for r in found if r.loss is not None and not r.hidden]
        best = min(losses, default=None)
        return [
            (Span(padded("", name + 4) + heading, "faint"),),
            *(self._line(place, r, name, facts, best) for place, r in enumerate(found, 1)),
        ]

    def _line(
        self, place: int, r: Reading, name: int, facts: Sequence[_Fact], best: float | None
    ) -> Line:
        mark = " " if r.hidden else self.sign(r.color)
        title = padded(clip(r.title, name), name)
        strong = "strong" if r.loss is not None and r.loss == best else "text"
        numbers = "".join(f"  {fact.write(r):>{fact.width}}" for fact in facts)
        ink = "dim" if r.hidden else strong
        return (
            Span(f"{place} ", "faint"),
            Span(f"{mark} ", f"run {r.color}"),
            Span(title, "dim" if r.hidden else f"run {r.color}"),
            Span("  hidden" if r.hidden else numbers, ink),
        )

    def on_click(self, event: events.Click) -> None:
        """Hide the run that the mouse is on, or show it."""
        offset, view = event.get_content_offset(self), self.view
        if offset is not None and view is not None and 1 <= offset.y <= len(view.curves):
            event.stop()
            self.post_message(self.Clicked(offset.y - 1))


def _heading(fact: _Fact, view: OverlayView) -> str:
    """What is read off of another series is no loss."""
    return "value" if view.series and fact.heading == "loss" else fact.heading


def _fitting(width: int) -> list[_Fact]:
    """The numbers that there is room for beside the names."""
    facts = list(_FACTS)
    while len(facts) > 2 and sum(fact.width + 2 for fact in facts) + _LEAST_NAME + 4 > width:
        del facts[-1]
    return facts


def place_words(view: OverlayView) -> str:
    """Where the cursor is, in words."""
    place = view.cursor or 0.0
    if view.across == "steps":
        return f"step {round(place):,}"
    if view.across == "characters":
        return f"{step_number(float(f'{place:.4g}'))} characters"
    unit, name = unit_of(view) if view.seen else time_unit(place)
    return f"{place / unit:,.1f} {name}"
