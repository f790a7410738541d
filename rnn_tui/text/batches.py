"""Windows over parallel streams of a text, in order, so that the state can be carried along."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rnn_tui.text.errors import CorpusError


class Window(NamedTuple):
    """One step's worth of text. The arrays are overwritten by the next window."""

    inputs: npt.NDArray[np.intp]  # (T, B)
    targets: npt.NDArray[np.intp]  # (T, B), the inputs one symbol later
    reset: bool  # the text begins again: the state must too
    epoch: int  # how often the text was read before
    position: int  # where in its stream each row begins


class Batches:
    """``batch`` streams over one text, handed out ``window`` symbols at a time, for ever.

    Stream ``b`` is a contiguous piece of the text that begins ``b * stride`` symbols into it.
    Its length is a whole number of windows, so neighbouring streams share a few symbols (fewer
    than a window) instead of leaving some unread; at most ``batch - 2`` at the very end of the
    text are never inputs (with one stream: fewer than a window). After the last window of the
    streams the text begins again.

    ``epoch`` and ``position`` say what comes next. Setting them (see ``seek``) gives the same
    windows again: nothing here is random.
    """

    def __init__(self, symbols: npt.NDArray[Any], batch: int, window: int) -> None:
        if batch < 1 or window < 1:
            raise CorpusError(f"--batch {batch} and --window {window} must be at least 1")
        steps = len(symbols) - 1  # the last symbol is only ever a target
        if steps < batch * window:
            raise CorpusError(
                f"the training text has {len(symbols):,} symbols, and --batch {batch} with --window"
                f" {window} needs {batch * window + 1:,}: use a smaller --batch or --window"
            )
        self.batch, self.window = batch, window
        self.windows = min(-(-steps // (batch * window)), steps // window)
        self.stride = (steps - self.windows * window) // max(batch - 1, 1)
        text = np.ascontiguousarray(symbols)
        self._streams = np.lib.stride_tricks.as_strided(
            text,
            shape=(self.windows * window + 1, batch),
            strides=(text.itemsize, self.stride * text.itemsize),
            writeable=False,
        )  # (length + 1, B), a view: overlapping, nothing is copied
        self._buffer = np.empty((window + 1, batch), np.intp)  # (T + 1, B)
        self._inputs, self._targets = self._buffer[:-1], self._buffer[1:]  # (T, B) each
        self._inputs.flags.writeable = self._targets.flags.writeable = False
        self._epoch = self._position = 0

    @property
    def length(self) -> int:
        """How many symbols of each stream are inputs in one epoch."""
        return self.windows * self.window

    @property
    def epoch(self) -> int:
        """The epoch of the next window, from 0."""
        return self._epoch

    @property
    def position(self) -> int:
        """Where in the streams the next window begins."""
        return self._position

    def seek(self, epoch: int, position: int) -> None:
        """Go on from a place that ``epoch`` and ``position`` gave; ValueError if there is none."""
        if epoch < 0 or not 0 <= position <= self.length - self.window:
            raise ValueError(
                f"epoch {epoch}, position {position} is not in streams of {self.length} symbols"
            )
        self._epoch, self._position = epoch, position

    def peek(self) -> Window:
        """Return what ``next`` will, and stay: views of the text, in its own dtype."""
        position = self._position
        text = self._streams[position : position + self.window + 1]  # (T + 1, B)
        return Window(text[:-1], text[1:], position == 0, self._epoch, position)

    def next(self) -> Window:
        """Return the next window; its arrays hold until the following call."""
        epoch, position = self._epoch, self._position
        np.copyto(self._buffer, self._streams[position : position + self.window + 1])
        self._position += self.window
        if self._position + self.window > self.length:
            self._epoch, self._position = epoch + 1, 0
        return Window(self._inputs, self._targets, position == 0, epoch, position)
