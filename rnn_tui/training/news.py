"""What the log of a run holds that a client has not got yet: as rows, or long pasts as spans.

The trainer's server answers with it, and so does whoever reads the files of a run that nobody
serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnn_tui.runs import rows
from rnn_tui.runs.metrics_file import BLOCK
from rnn_tui.runs.metrics_reader import MetricsReader
from rnn_tui.training.message import ArrayData
from rnn_tui.training.protocol import (
    Event,
    HeldOut,
    ParameterInfo,
    Poll,
    Rows,
    SeriesPart,
    SpanColumns,
    Spans,
)
from rnn_tui.training.wire import pack

MOST_ROWS = 20_000
"""Rows of metrics, and values of series, in one answer."""

MANY_ROWS = 50_000
"""When more are waiting, all but the last ``MOST_ROWS`` are sent as spans."""

SPANNED = 250_000
"""Steps that the spans of one answer cover at most: a tenth of a second of the trainer's time."""

SPANS = 2_048
"""Into how many spans what waits is divided, about."""

_NO_NUMBERS = pack(np.zeros(0))
_NO_STEPS = pack(np.zeros(0, np.int64))
NO_ROWS = Rows(_NO_STEPS, _NO_NUMBERS, _NO_NUMBERS)


class News(NamedTuple):
    """The parts of an answer that are read from the log."""

    rows: Rows
    spans: Spans | None
    held_out: tuple[HeldOut, ...]
    events: tuple[Event, ...]
    more: bool


def news(log: MetricsReader, poll: Poll) -> News:
    """What is new of a trained run."""
    found, spans = NO_ROWS, _spans(log, poll.after_step)
    more = spans is not None
    if spans is None:
        read = log.rows_after(poll.after_step, MOST_ROWS)
        found, more = _rows(read), len(read) == MOST_ROWS
    held_out = tuple(HeldOut(*point) for point in log.held_out_after(poll.after_held_out))
    return News(found, spans, held_out, events(log, poll), more)


def events(log: MetricsReader, poll: Poll) -> tuple[Event, ...]:
    """The events that are new, of any run."""
    return tuple(map(_event, log.events_after(poll.after_event)))


def _event(event: rows.Event) -> Event:
    said = event.name, event.before, event.after, event.who
    return Event(event.id, event.step, event.kind, event.detail, *said)


def _rows(read: Sequence[rows.Row]) -> Rows:
    return Rows(
        steps=_steps(row.step for row in read),
        loss=_numbers(row.loss for row in read),
        gradient_norm=_numbers(row.gradient_norm for row in read),
    )


def _spans(log: MetricsReader, after: int) -> Spans | None:
    """What comes next of a long past; None where the rows themselves are few enough."""
    last = log.last()
    part = next_part(after, last.step, log.summarized) if last is not None else None
    if part is None:
        return None
    found = log.row_spans(after, part.width, part.last)
    if not found:
        return None
    losses, norms = zip(*found, strict=True)
    return Spans(part.width, columns(losses), columns(norms))


class Part(NamedTuple):
    """The steps up to ``last``, ``width`` of them together."""

    last: int
    width: int


def next_part(after: int, last: int, summarized: int = -1) -> Part | None:
    """Which of the steps above ``after`` are to be sent as spans now; None: none of them.

    What the log holds summaries of, up to a step, is cheap: all of it at once.
    """
    waiting = last - after
    if waiting <= MANY_ROWS:
        return None
    width = 1 << max(0, (waiting // SPANS).bit_length() - 1)
    most = max(after, 0) + SPANNED
    end = min(last - MOST_ROWS, most if width % BLOCK else max(most, summarized + 1))
    return Part(max(end // width * width - 1, after + 1), width)


def columns(spans: Sequence[rows.Span]) -> SpanColumns:
    """Spans as they are sent."""
    return SpanColumns(
        first=_steps(span.first for span in spans),
        last=_steps(span.last for span in spans),
        low=_numbers(_known(span.low for span in spans)),
        high=_numbers(_known(span.high for span in spans)),
        mean=_numbers(_known(span.mean for span in spans)),
        odd=_steps(span.odd for span in spans),
        finite=_steps(span.finite for span in spans),
    )


def series_news(log: MetricsReader, poll: Poll) -> tuple[tuple[SeriesPart, ...], bool]:
    """What is new of the series of a monitored run, and whether there is still more."""
    seen, room = dict(poll.after_series), MOST_ROWS
    parts: list[SeriesPart] = []
    for name in log.series_names():
        if room <= 0:
            return tuple(parts), True
        part = _series_part(log, name, seen.get(name, -1), room)
        if part is not None:
            parts.append(part)
            room -= part.steps.shape[0] + (SPANS if part.spans else 0)
    return tuple(parts), room <= 0 or any(part.spans for part in parts)


def _series_part(log: MetricsReader, name: str, after: int, room: int) -> SeriesPart | None:
    last = log.last_point(name)
    if last is None or last.step <= after:
        return None
    part = next_part(after, last.step)
    if part is not None and log.count_points(name, after) > MANY_ROWS:
        spans = log.point_spans(name, after, part.width, last.step - MOST_ROWS)
        if spans:
            return SeriesPart(name, _NO_STEPS, _NO_NUMBERS, columns(spans))
    points = log.points_after(name, after, room)
    steps = _steps(point.step for point in points)
    return SeriesPart(name, steps, _numbers(point.value for point in points))


def arrays_of(log: MetricsReader) -> tuple[ParameterInfo, ...]:
    """The arrays that a monitored run has shown so far."""
    return tuple(
        ParameterInfo(array.name, array.shape, array.axes) for array in log.arrays_listed()
    )


def _known(numbers: Iterator[float | None]) -> Iterator[float]:
    return (np.nan if number is None else number for number in numbers)


def _steps(numbers: Any) -> ArrayData:
    return pack(np.fromiter(numbers, np.int64))


def _numbers(numbers: Any) -> ArrayData:
    return pack(np.fromiter(numbers, np.float64))
