"""The hidden state, character by character."""

from __future__ import annotations

from collections.abc import Sequence

from textual.reactive import var

from rnn_tui.training.protocol import ViewData, Welcome
from rnn_tui.tui.history import Frame
from rnn_tui.tui.widgets.array_pane import ArrayPane
from rnn_tui.tui.widgets.view_words import axis_label, columns_of, part, quoted, rows_of, span


class StatePane(ArrayPane):
    """The hidden state of one layer: units downwards, the characters of the window along."""

    number = 2
    label = "state"
    kind = "hidden"

    # The largest of a few tanh units is nearly always 1: pooled, they would all look the same.
    pooled = var(False, init=False)

    def choices(self, welcome: Welcome) -> Sequence[str]:
        """The layers."""
        return [str(layer) for layer in range(welcome.layers)]

    def missing(self, _frame: Frame) -> str:
        """Whose state would it be?"""
        if _frame.history.welcome.kind == "monitored":
            return "a monitored run has no network here: all arrays that it shows are in pane 3"
        status = _frame.update.status
        stored = status.phase == "read-only" and status.saved_step < 0
        return "no checkpoint was written yet" if stored else ""

    def titles(self, data: ViewData) -> Sequence[str]:
        """Layer, units, and the time steps where there is no room for all."""
        units = part("units", data.first_row, data.row_stride, rows_of(data), data.shape[0])
        steps = part("t", data.first_column + 1, 1, columns_of(data), data.shape[1])
        if not data.symbols:  # of a checkpoint: what it carries on, which no window has read
            steps = "as it is carried on"
        long = f"{self.number} hidden state · layer {data.view.name} · {units} · {steps}"
        return long, f"{self.number} state · layer {data.view.name} · {units}"

    def column_labels(self, data: ViewData, welcome: Welcome) -> Sequence[str]:
        """The characters that were read."""
        return [axis_label(welcome, symbol) for symbol in data.symbols]

    def place(self, data: ViewData, welcome: Welcome, row: int, column: int) -> str:
        """Unit, and the character it has just read."""
        unit = span(data.first_row, data.row_stride, row, data.shape[0])
        if not data.symbols:
            return f"unit {unit}, carried on:"
        label = quoted(welcome, data.symbols[column])
        return f"unit {unit} after {label} t={data.first_column + column + 1}:"
