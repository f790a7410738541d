"""What is written on a chart and beside it: reference lines, failures, the cursor, events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from rnn_tui.tui.renderables.axis import Axis
from rnn_tui.tui.renderables.chart_canvas import Canvas, Ink
from rnn_tui.tui.renderables.chart_data import Curve, Event, Reference
from rnn_tui.tui.renderables.chart_points import failures, first_step, last_step
from rnn_tui.tui.renderables.event_marks import mark_of, rank

FAILED: Final = "✗"


def mark_failures(canvas: Canvas, curves: list[Curve], steps: Axis) -> None:
    """A cross at the top where numbers were not finite, and how many where there is room."""
    for start, end, count in failures(curves, steps, canvas.columns):
        canvas.write(0, start, FAILED, Ink.ERROR)
        digits = str(count)
        if count > 1 and start + 1 + len(digits) <= end:
            canvas.write(0, start + 1, digits, Ink.ERROR)


def mark_cursor(canvas: Canvas, place: float, steps: Axis) -> None:
    """A line upward beside the curves, not over them."""
    column = int(steps.cell(np.array([place]), canvas.columns)[0])
    for row in range(canvas.rows):
        if canvas.free(row, column, column + 1):
            canvas.write(row, column, "│", Ink.TEXT)


def add_references(canvas: Canvas, references: Sequence[Reference], values: Axis) -> None:
    """Lines across, where nothing else is drawn, with their names."""
    seen = [line for line in references if values.contains(line.value)]
    heights = np.array([line.value for line in seen])
    rows = (canvas.rows - 1 - values.cell(heights, canvas.rows)).tolist()
    for row in rows:
        for column in range(canvas.columns):
            if canvas.free(row, column, column + 1):
                canvas.write(row, column, "┈", Ink.REFERENCE)
    for row, line in zip(rows, seen, strict=True):
        beside = [near for near in (row - 1, row + 1) if near not in rows]
        canvas.place_label([row, *beside], f" {line.label} ")


def lane(events: Sequence[Event], steps: Axis, columns: int, only_ascii: bool) -> str:
    """The marks of events, each under its column; of several the one that matters most."""
    first, last = first_step(steps), last_step(steps)
    seen = sorted((e for e in events if first <= e.step <= last), key=lambda e: rank(e.kind))
    places = steps.cell(np.array([event.step for event in seen]), columns).tolist()
    cells = [" "] * columns
    for column, event in zip(places, seen, strict=True):
        cells[column] = mark_of(event.kind, only_ascii)
    return "".join(cells)
