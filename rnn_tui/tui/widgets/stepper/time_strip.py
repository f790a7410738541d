"""Where the walk is in the text: symbols, losses and gradient norms over time, with a pointer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import ClassVar, Final, NamedTuple

from textual import events
from textual.message import Message

from rnn_tui.core.trace import Trace
from rnn_tui.stepping.view import View
from rnn_tui.tui.renderables.numbers import short_number
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.stepper.directions import DIRECTIONS
from rnn_tui.tui.widgets.stepper.time_facts import TimeFacts, bars, log_bars, time_facts
from rnn_tui.tui.widgets.surroundings import only_ascii

GUTTER: Final = 8
BARS: Final = " ▁▂▃▄▅▆▇█"
ASCII_BARS: Final = " .:-=+*%#"

ROWS: Final = ("input", "target", "loss", "|dL/dh|")
_ROWS_BY_HEIGHT: Final = {
    1: ("input",),
    2: ("input", "loss"),
    3: ("input", "target", "loss"),
    4: ROWS,
    5: ("t", *ROWS),
    6: ("t", *ROWS, "legend"),
}


class Stretch(NamedTuple):
    """Which time steps are seen: ``cell`` columns for each of ``first`` .. ``last``, from 1."""

    cell: int
    first: int
    last: int

    def column(self, t: int) -> int:
        """Where the cell of a time step begins."""
        return GUTTER + (t - self.first) * self.cell

    def at(self, x: int) -> int | None:
        """The time step that is drawn at a column."""
        t = self.first + (x - GUTTER) // self.cell
        return t if x >= GUTTER and t <= self.last else None


class TimeStrip(LinePane[View]):
    """The text of the window; the pointer moves right in the forward pass and left in the other.

    What the walk has not found yet at this stop is dim. Of several layers, the gradient norms are
    those of the operation's, or of the top one.
    """

    DEFAULT_CSS: ClassVar[str] = "TimeStrip { height: 8; }"

    class Chosen(Message):
        """Somebody clicked on time step ``t``, 1..T."""

        def __init__(self, t: int) -> None:
            super().__init__()
            self.t = t

    _facts: tuple[Trace, TimeFacts] | None = None

    @property
    def facts(self) -> TimeFacts | None:
        """What is known of the present trace."""
        view = self.view
        if view is None:
            return None
        if self._facts is None or self._facts[0] is not view.trace:
            self._facts = view.trace, time_facts(view)
        return self._facts[1]

    def titles(self, view: View) -> Sequence[str]:
        """The direction, and the scales."""
        facts = self.facts
        if facts is None:
            return ("time",)
        low, high = facts.decades
        layer = f" of layer {_layer(view, facts)}" if len(facts.norms) > 1 else ""
        counted = f"{facts.steps} step{'s' * (facts.steps != 1)}"
        place = f"time · {DIRECTIONS[view.operation.phase]} · {counted}"
        least, most = map(short_number, facts.loss_scale)
        loss = f"loss {least} to {most} nats"
        with_legend = self.size.height >= len(ROWS) + 2
        longest = f"{place} · {loss} · |dL/dh|{layer} 1e{low} to 1e{high}, log"
        return (
            f"{place}{layer and ' · |dL/dh|' + layer}" if with_legend else longest,
            place if with_legend else f"{place} · {loss}",
            place,
        )

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """As many of the rows as there is room for."""
        facts = self.facts
        if facts is None:
            return ()
        seen = stretch(facts.steps, anchor(view, facts.steps), width)
        glyphs = ASCII_BARS if only_ascii() else BARS
        drawing = Drawing(view, facts, seen, glyphs, width)
        return [drawing.row(name) for name in _ROWS_BY_HEIGHT[min(max(height, 1), 6)]]

    def on_click(self, event: events.Click) -> None:
        """Go to the time step under the pointer."""
        offset, view, facts = event.get_content_offset(self), self.view, self.facts
        if offset is None or view is None or facts is None:
            return
        seen = stretch(facts.steps, anchor(view, facts.steps), self.size.width)
        t = seen.at(offset.x)
        if t is not None:
            event.stop()
            self.post_message(self.Chosen(t))


def anchor(view: View, steps: int) -> int:
    """The time step that must be seen: where the walk is, or where it comes from."""
    operation = view.operation
    if operation.t:
        return operation.t
    return steps if operation.phase == "loss" else 1


def stretch(steps: int, t: int, width: int) -> Stretch:
    """Cells as wide as all steps allow it; else half a page at a time, always the same for a t."""
    room = max(width - GUTTER, 1)
    cell = next((cell for cell in (3, 2, 1) if steps * cell <= room), 1)
    if steps * cell <= room:
        return Stretch(cell, 1, steps)
    page = max(room // 2, 1)
    first = min(max((t - 1) // page * page - page // 2, 0), steps - room) + 1
    return Stretch(cell, first, first + room - 1)


def _layer(view: View, facts: TimeFacts) -> int:
    layer = view.operation.layer
    return len(facts.norms) - 1 if layer is None else layer


class Drawing(NamedTuple):
    """The rows of one stop."""

    view: View
    facts: TimeFacts
    seen: Stretch
    glyphs: str
    width: int

    @property
    def pointer(self) -> int:
        """The time step of the operation; 0 if it has none."""
        return self.view.operation.t

    def row(self, name: str) -> Line:
        """The row of this name."""
        if name == "t":
            return self._numbers()
        if name == "legend":
            return self._legend()
        cells = self._symbols(name) if name in ("input", "target") else self._bars(name)
        return (Span(self._label(name), "faint"), *_joined(cells))

    def _label(self, name: str) -> str:
        arrow = DIRECTIONS[self.view.operation.phase][0]
        with_arrow = name == "input" and arrow in "▶●◀"
        return f"{name:<{GUTTER - 2}}{arrow} " if with_arrow else f"{name:<{GUTTER}}"

    def _symbols(self, name: str) -> Iterator[Span]:
        labels = self.facts.inputs if name == "input" else self.facts.targets
        prefix = "x_" if name == "input" else "target_"
        edited = {edit.target for edit in self.view.edits}
        for t in range(self.seen.first, self.seen.last + 1):
            ink = "edited" if f"{prefix}{t}" in edited else "text"
            yield from self._symbol(labels[t - 1], ink, t == self.pointer)

    def _symbol(self, label: str, ink: str, here: bool) -> Iterator[Span]:
        cell = self.seen.cell
        if here and cell == 3:
            yield from (Span("[", "accent"), Span(label, _here(ink)), Span("]", "accent"))
        elif here:
            yield from (Span(label, "cursor"), Span(" " * (cell - 1)))
        else:
            yield Span(self._in_cell(label), ink)

    def _bars(self, name: str) -> Iterator[Span]:
        known, glyphs = self._drawn(name)
        for t in range(self.seen.first, self.seen.last + 1):
            found = known[t - 1] <= self.view.index
            ink = "accent" if t == self.pointer and found else "text" if found else "dim"
            ink = "error" if glyphs[t - self.seen.first] == "×" and found else ink
            yield Span(self._in_cell(glyphs[t - self.seen.first]), ink)

    def _in_cell(self, glyph: str) -> str:
        """A symbol or a bar in the cell of its time step; a wide cell has it in the middle."""
        return f" {glyph} " if self.seen.cell == 3 else f"{glyph:<{self.seen.cell}}"

    def _drawn(self, name: str) -> tuple[Sequence[int], list[str]]:
        """Of all time steps: which operation finds it. Of those seen: the bars."""
        facts, span = self.facts, slice(self.seen.first - 1, self.seen.last)
        if name == "loss":
            drawn = bars(facts.losses[span], *facts.loss_scale, self.glyphs)
            return facts.losses_known.tolist(), drawn
        layer = _layer(self.view, facts)
        drawn = log_bars(facts.norms[layer, span], facts.decades, self.glyphs)
        return facts.norms_known[layer].tolist(), drawn

    def _numbers(self) -> Line:
        """Every tenth time step, and where the walk is."""
        text = [" "] * (self.width - GUTTER)
        seen = self.seen
        for t in range(seen.first, seen.last + 1):
            if t % 10 == 0 or t == 1:
                _write(text, self._start(t, str(t)), str(t))
        label = self._pointer_label()
        if not label:
            return (Span(f"{'t':<{GUTTER}}", "faint"), Span("".join(text), "faint"))
        start = self._start(self.pointer, label)
        start = min(max(start, 0), len(text) - len(label))
        free = max(start - 1, 0), start + len(label) + 1
        before, after = _cut("".join(text), *free)
        padding = " " * (start - free[0])
        return (
            Span(f"{'t':<{GUTTER}}{before}{padding}", "faint"),
            Span(label, "accent"),
            Span(f" {after}", "faint"),
        )

    def _pointer_label(self) -> str:
        if not self.pointer:
            return ""
        arrow = DIRECTIONS[self.view.operation.phase][0]
        return f"◀{self.pointer}" if arrow == "◀" else f"{self.pointer}{arrow}"

    def _start(self, t: int, label: str) -> int:
        middle = self.seen.column(t) - GUTTER + self.seen.cell // 2
        return middle - len(label.strip("▶●◀")) // 2 - label.startswith("◀")

    def _legend(self) -> Line:
        low, high = self.facts.decades
        scale = self.glyphs[1:]
        least, most = map(short_number, self.facts.loss_scale)
        parts = (
            f"loss {least} {scale} {most} nats",
            f"|dL/dh| 1e{low} {scale} 1e{high}, log",
            "dim: not found yet at this stop",
        )
        text = ""
        for part in parts:
            longer = f"{text}   {part}" if text else part
            text = longer if len(longer) <= self.width - GUTTER else text
        return (Span(" " * GUTTER), Span(text, "faint"))


def _here(ink: str) -> str:
    return ink if ink == "edited" else "accent"


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours in the same ink as one."""
    for ink, group in groupby(spans, key=lambda span: span.ink):
        yield Span("".join(span.text for span in group), ink)


def _write(cells: list[str], start: int, text: str) -> None:
    if start < 0 or start + len(text) > len(cells):
        return
    if all(cell == " " for cell in cells[max(start - 1, 0) : start + len(text) + 1]):
        cells[start : start + len(text)] = text


def _cut(text: str, start: int, end: int) -> tuple[str, str]:
    """What is left and right of a gap; a number that the gap would cut goes altogether."""
    before, after = text[:start], text[end:]
    if start and text[start - 1 : start + 1].isdigit():
        before = before.rstrip("0123456789").ljust(start)
    if text[end - 1 : end + 1].isdigit():
        shorter = after.lstrip("0123456789")
        after = " " * (len(after) - len(shorter)) + shorter
    return before, after
