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


class Place(NamedTuple):
    """Where in a text its batches are: what comes next follows from it and the window's length."""

    epoch: int
    position: int
    laid_out: int  # the length of window that the streams were laid out for


class Batches:
    """``batch`` streams over one text, handed out ``window`` symbols at a time, for ever.

    Stream ``b`` is a contiguous piece of the text that begins ``b * stride`` symbols into it.
    Its length is a whole number of windows, so neighbouring streams share a few symbols (fewer
    than a window) instead of leaving some unread; at most ``batch - 2`` at the very end of the
    text are never inputs (with one stream: fewer than a window). After the last window of the
    streams the text begins again.

    ``epoch`` and ``position`` say what comes next. Setting them (see ``seek``) gives the same
    windows again: nothing here is random. After ``change_window`` it is ``place`` that says it.
    """

    def __init__(self, symbols: npt.NDArray[Any], batch: int, window: int) -> None:
        if batch < 1 or window < 1:
            raise CorpusError(f"--batch {batch} and --window {window} must be at least 1")
        self.batch, self.window = batch, window
        self._text = np.ascontiguousarray(symbols)
        self._lay_out(window)
        self._cut(window)
        self._epoch = self._position = 0

    def _lay_out(self, window: int) -> None:
        """Let the streams begin where they do for windows of this length."""
        text, batch = self._text, self.batch
        steps = len(text) - 1  # the last symbol is only ever a target
        if steps < batch * window:
            raise CorpusError(
                f"the training text has {len(text):,} symbols, and --batch {batch} with --window"
                f" {window} needs {batch * window + 1:,}: use a smaller --batch or --window"
            )
        self._laid_out = window
        self.windows = min(-(-steps // (batch * window)), steps // window)
        self.stride = (steps - self.windows * window) // max(batch - 1, 1)
        self._streams = np.lib.stride_tricks.as_strided(
            text,
            shape=(self.windows * window + 1, batch),
            strides=(text.itemsize, self.stride * text.itemsize),
            writeable=False,
        )  # (length + 1, B), a view: overlapping, nothing is copied

    def _cut(self, window: int) -> None:
        """Hand out windows of this length from now on."""
        self.window = window
        self._buffer = np.empty((window + 1, self.batch), np.intp)  # (T + 1, B)
        self._inputs, self._targets = self._buffer[:-1], self._buffer[1:]  # (T, B) each
        self._inputs.flags.writeable = self._targets.flags.writeable = False

    @property
    def length(self) -> int:
        """How many symbols of each stream are inputs in one epoch."""
        return self.windows * self._laid_out

    @property
    def epoch(self) -> int:
        """The epoch of the next window, from 0."""
        return self._epoch

    @property
    def position(self) -> int:
        """Where in the streams the next window begins."""
        return self._position

    @property
    def place(self) -> Place:
        """All that ``go_to`` needs to come back here."""
        return Place(self._epoch, self._position, self._laid_out)

    def seek(self, epoch: int, position: int) -> None:
        """Go on from a place that ``epoch`` and ``position`` gave; ValueError if there is none."""
        if epoch < 0 or not 0 <= position <= self.length - self.window:
            raise ValueError(
                f"epoch {epoch}, position {position} is not in streams of {self.length} symbols"
            )
        self._epoch, self._position = epoch, position

    def go_to(self, place: Place, window: int) -> None:
        """Go on from ``place`` with windows of ``window`` symbols; ValueError if there is none.

        CorpusError where the text is too short for such windows.
        """
        if window < 1 or place.laid_out < 1:
            raise ValueError(f"a window of {window} symbols in streams for {place.laid_out}")
        if place.laid_out != self._laid_out:
            self._lay_out(place.laid_out)
        if window != self.window:
            self._cut(window)
        self.seek(place.epoch, place.position)

    def change_window(self, window: int) -> None:
        """Hand out windows of another length, from the same place of the text on.

        The streams stay as they are until the text begins again, so that each row reads on at
        the very symbol where it stopped, and a carried state still belongs to what it reads; then
        they are laid out for the new length. Where less than one new window is left of them, the
        text begins again at once, and fewer than ``window`` symbols of each are left out.
        CorpusError, and nothing is changed, where the text is too short for such windows.
        """
        before = self._laid_out
        self._lay_out(window)  # complains if that is not possible
        self._lay_out(before)
        if window != self.window:
            self._cut(window)
        self._begin_again_at_the_end()

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
        self._begin_again_at_the_end()
        return Window(self._inputs, self._targets, position == 0, epoch, position)

    def _begin_again_at_the_end(self) -> None:
        if self._position + self.window > self.length:
            self._epoch, self._position = self._epoch + 1, 0
            if self._laid_out != self.window:
                self._lay_out(self.window)
