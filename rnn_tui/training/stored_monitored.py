"""The files of a run that another program trains, read again and again as they grow."""

from __future__ import annotations

import math

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.glances import HELD_OUT_NAMES, LOSS_NAMES
from rnn_tui.runs.metrics import MetricsReader, Point, StoredArray
from rnn_tui.training import protocol
from rnn_tui.training.news import NO_ROWS, arrays_of, events, series_news
from rnn_tui.training.stored_trained import opened_log
from rnn_tui.training.views import look


class MonitoredFiles:
    """The log of a monitored run. Any thread may call it, one at a time. Raises RunError."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._log = opened_log(directory)
        self._read: tuple[int, protocol.Poll | None] = (-1, None)
        self._array: tuple[int, str, Array] | None = None
        self._parameters: tuple[protocol.ParameterInfo, ...] = ()
        self.refusal = f"{directory.name} is trained by another program: it cannot be told anything"
        self.welcome = protocol.Welcome(
            version=protocol.VERSION,
            name=directory.name,
            text="",
            symbol_kind="character",
            symbols=(),
            characters=0,
            cell="",
            hidden=0,
            layers=0,
            batch=0,
            window=0,
            optimizer="",
            clip=0.0,
            dtype="",
            steps=0,
            parameters=(),
            kind="monitored",
        )

    def taken_up(self) -> bool:
        """Never: its program has no server."""
        return False

    def answer(self, request: protocol.Poll, _reason: str) -> protocol.Update:
        """What there is to be told, as a server would tell it."""
        log = self._log = self._log or opened_log(self._directory)
        if log is None:
            return _update(self._status(None), more=False)
        version, asked = log.version, _places(request)
        if (version, asked) == self._read:  # nobody has written, and all of it was told
            return _update(self._status(log), views=self._views(log, version, request), more=False)
        series, more = series_news(log, request)
        said = events(log, request)
        if not (more or series or said):
            self._read = version, asked
        return _update(
            self._status(log),
            events=said,
            views=self._views(log, version, request),
            series=series,
            parameters=self._new_parameters(log),
            more=more,
        )

    def _new_parameters(self, log: MetricsReader) -> tuple[protocol.ParameterInfo, ...] | None:
        """All arrays, those known before first, where one of them is new or has another shape."""
        found = {array.name: array for array in arrays_of(log)}
        known = [found.pop(old.name) for old in self._parameters if old.name in found]
        parameters = (*known, *found.values())
        if parameters == self._parameters:
            return None
        self._parameters = parameters
        return parameters

    def _views(
        self, log: MetricsReader, version: int, request: protocol.Poll
    ) -> tuple[protocol.ViewData, ...]:
        return tuple(
            look(view, matrix)
            for view in request.views
            if view.kind == "weights" and (matrix := self._matrix(log, version, view.name)).size
        )

    def _matrix(self, log: MetricsReader, version: int, name: str) -> Array:
        """The array of a name, as a matrix; kept until the log is another one."""
        if self._array is None or self._array[:2] != (version, name):
            found = log.array(name)
            self._array = version, name, np.zeros((0, 0)) if found is None else as_matrix(found)
        return self._array[2]

    def _status(self, log: MetricsReader | None) -> protocol.Status:
        live = self._directory.holder() is not None
        loss, held_out = _latest(log, LOSS_NAMES), _latest(log, HELD_OUT_NAMES)
        return protocol.Status(
            phase="training" if live else "read-only",
            step=log.last_step() if log is not None else 0,
            epoch=0,
            loss=loss.value if loss else math.nan,
            smoothed_loss=loss.value if loss else math.nan,
            held_out=held_out.value if held_out else math.nan,
            gradient_norm=math.nan,
            clipped_share=0.0,
            learning_rate=math.nan,
            characters_per_second=0.0,
            seconds=loss.seconds if loss else 0.0,
            saved_step=-1,
            not_finite=0,
            message="" if live else "its program has ended",
        )

    def close(self) -> None:
        """Let go of the log."""
        if self._log is not None:
            self._log.close()


def as_matrix(array: StoredArray) -> Array:
    """Its numbers as float64 (R, C): the last axis along, all others downwards."""
    numbers = np.frombuffer(array.data, np.dtype(array.dtype).newbyteorder("<"))
    columns = array.shape[-1] if array.shape else 1
    return numbers.astype(np.float64).reshape(-1, columns) if numbers.size else np.zeros((0, 0))


def _places(request: protocol.Poll) -> protocol.Poll:
    """What a client has got already, without what it looks at."""
    return protocol.Poll(after_event=request.after_event, after_series=request.after_series)


def _latest(log: MetricsReader | None, names: tuple[str, ...]) -> Point | None:
    known = log.series_names() if log is not None else ()
    name = next((name for name in names if name in known), None)
    return log.last_point(name) if log is not None and name is not None else None


def _update(
    status: protocol.Status,
    *,
    more: bool,
    events: tuple[protocol.Event, ...] = (),
    views: tuple[protocol.ViewData, ...] = (),
    series: tuple[protocol.SeriesPart, ...] = (),
    parameters: tuple[protocol.ParameterInfo, ...] | None = None,
) -> protocol.Update:
    return protocol.Update(
        status=status,
        rows=NO_ROWS,
        held_out=(),
        events=events,
        references=(),
        views=views,
        sample=None,
        more=more,
        series=series,
        parameters=parameters,
    )
